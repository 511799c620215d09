import { mkdirSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Authority } from '../certs.ts';
import { close, listen } from '../listening.ts';
import { apiClientId, apiScope, people as everybody, type SandboxPerson, tenantId } from '../people.ts';
import type { ChaosFault, StandIn, Watch } from '../stand-in.ts';
import { type ApiApp, apiApp, type BotApp, botApp, teamsApp } from './apps.ts';
import { type Answer, authorityAnswer, discovery } from './authority.ts';
import { type Claims, openKeys, type Rollover } from './keys.ts';
import { userClaims, type Version } from './claims.ts';
import { type Crowd, openDirectory, type People } from './directory.ts';
import { graphAnswer, graphName } from './graph.ts';
import { graphError, throttled } from './graph-errors.ts';
import { graphPrefix } from './graph-request.ts';
import { azureCliId } from './ids.ts';
import { randomSecret, secretFile, writeSecretFile } from './secret-files.ts';
import type { Tenant } from './token-endpoint.ts';

export interface EntraStandIn extends StandIn {
  /** `https://localhost:PORT`: what AZURE_AUTHORITY_HOST gets. */
  readonly authority: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  readonly scope: string;
  readonly jwksUrl: string;
  /** What GRAPH_BASE_URL gets: without the version, as `https://graph.microsoft.com`. */
  readonly graphUrl: string;
  readonly caFile: string;
  readonly people: People;
  /** The two app registrations, to be changed by tests. */
  readonly bot: BotApp;
  readonly api: ApiApp;
  /** The registration behind the bot in Teams, with a secret of its own. */
  readonly teamsBot: BotApp;
  /** The claims of a token that this authority signed; null: none of its own. */
  verified(token: string): Claims | null;
  /** Addresses of Graph that the authority gives tokens for; a test may add one. */
  readonly graphUrls: Set<string>;
  discovery(version?: Version): Promise<{ readonly issuer: string; readonly jwks_uri: string }>;
  rotateKeys(how?: 'at_once'): void;
  /** A rollover of the signing keys, one phase at a time. */
  readonly rollover: Rollover;
  /** A token as Entra would give this user one for the API app; `claims` overwrite, and `undefined` takes one away. */
  tokenFor(upn: string, o?: { readonly version?: Version; readonly lifetimeSeconds?: number; readonly claims?: Claims }): string;
}

const nobody: Crowd = {
  size: 0,
  user: () => {
    throw new Error('there is nobody in the crowd');
  },
};

/** How long an answer takes under the fault `slow`. */
const slowMs = 8000;

/**
 * Starts the tenant's authority and Graph on one HTTPS address. `DIR/az-credentials.json` holds what the stand-in `az` signs in with.
 * Who is in the directory begins with `people` at every start; keys, secret and passwords stay.
 *
 * @param o.port 0 takes any free one
 * @param o.crowd users beside `people`, in the list of all users alone
 */
export async function startEntra(o: {
  readonly dir: string;
  readonly port: number;
  readonly authority: Authority;
  readonly log: (line: string) => void;
  readonly watch?: Watch;
  readonly people?: readonly SandboxPerson[];
  readonly crowd?: Crowd;
}): Promise<EntraStandIn> {
  mkdirSync(o.dir, { recursive: true, mode: 0o700 });
  const persons = o.people ?? everybody;
  const { clientSecret } = secretFile(join(o.dir, 'client-secret.json'), () => ({ clientSecret: randomSecret() }));
  const teamsSecret = secretFile(join(o.dir, 'teams-secret.json'), () => ({ clientSecret: randomSecret() })).clientSecret;
  const passwords = passwordsOf(o.dir, persons);
  const directory = openDirectory(persons);
  const [keys, bot, api, teamsBot] = [openKeys(o.dir), botApp(clientSecret), apiApp(), teamsApp(teamsSecret)];

  let fault: ChaosFault = 'none';
  const ending = new AbortController();
  const tls = await o.authority.server(['localhost', '127.0.0.1', '::1']);
  const server = createServer(tls, (req, res) => {
    void serve(req, res).catch((error: unknown) => {
      o.log(`entra: ${req.method} ${req.url?.split('?')[0]}: ${String(error)}`);
      res.destroy();
    });
  });
  const authority = `https://localhost:${await listen(server, o.port)}`;
  const tenant: Tenant = {
    authority,
    graphUrl: authority,
    graphUrls: new Set(['https://graph.microsoft.com', authority]),
    directory,
    crowd: o.crowd ?? nobody,
    keys,
    api,
    bot,
    teamsBot,
    passwords,
    refreshTokens: new Map(),
  };
  writeSecretFile(join(o.dir, 'az-credentials.json'), {
    authority,
    caFile: o.authority.caFile,
    tenantId,
    people: Object.fromEntries(persons.map((p) => [p.key, { username: signInName(p), password: passwords[p.oid] }])),
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', authority);
    const method = req.method ?? 'GET';
    const body = await text(req);
    if (url.pathname.startsWith(`${graphPrefix}/`)) return await serveGraph(req, res, url, body);
    send(res, authorityAnswer(tenant, method, url.pathname, body) ?? { status: 404, body: {} });
  }

  /** Faults are Graph's alone: the authority answers on, as two services of Microsoft do. They hold for a call that is being watched. */
  async function serveGraph(req: IncomingMessage, res: ServerResponse, url: URL, body: string): Promise<void> {
    const method = req.method ?? 'GET';
    const what = graphName(method, url.pathname.slice(graphPrefix.length));
    await o.watch?.('before', what, { path: url.pathname, query: url.search });
    if (fault === 'down') return void req.socket.destroy();
    if (fault === 'slow') await pause(slowMs, ending.signal);
    const answer =
      fault === '429'
        ? graphError(throttled())
        : graphAnswer(tenant, { method, url, authorization: req.headers.authorization, body });
    await o.watch?.('after', what, { status: answer.status });
    send(res, answer);
  }

  return {
    authority,
    tenantId,
    clientId: bot.clientId,
    clientSecret,
    audience: apiClientId,
    scope: apiScope,
    jwksUrl: discovery(tenant, 'v2').jwks_uri,
    graphUrl: authority,
    caFile: o.authority.caFile,
    people: directory,
    bot,
    api,
    teamsBot,
    verified: (token) => keys.verified(token),
    graphUrls: tenant.graphUrls,
    discovery: async (version = 'v2') => discovery(tenant, version),
    rotateKeys: (how) => keys.rotate(how),
    rollover: keys.rollover,
    tokenFor: (upn, { version, lifetimeSeconds, claims } = {}) => {
      const user = directory.user(upn);
      if (user === undefined) throw new Error(`nobody in the directory has the UPN ${upn}`);
      const as = version ?? (api.requestedAccessTokenVersion === 2 ? 'v2' : 'v1');
      const made = userClaims({
        user,
        clientId: azureCliId,
        resource: { app: 'api', aud: api.clientId },
        api,
        authority,
        version: as,
        ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
      });
      return keys.sign({ ...made, ...claims }, as === 'v1');
    },
    fault: (next) => {
      fault = next;
    },
    stop: () => {
      ending.abort();
      return close(server);
    },
  };
}

/** Random, one for each person, the same at the next start. */
function passwordsOf(dir: string, persons: readonly SandboxPerson[]): Readonly<Record<string, string>> {
  const file = join(dir, 'passwords.json');
  const kept = secretFile<Record<string, string>>(file, () => ({}));
  const whole = { ...Object.fromEntries(persons.map((p) => [p.oid, randomSecret()])), ...kept };
  writeSecretFile(file, whole);
  return whole;
}

const signInName = (p: SandboxPerson): string => (p.kind === 'guest' ? p.mail : p.upn);

/** Nothing that a client of Entra or Graph sends is larger. */
const largestBody = 256 * 1024;

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(res: ServerResponse, answer: Answer): void {
  if (res.destroyed) return;
  res.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
  res.end(JSON.stringify(answer.body));
}

function pause(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((go) => {
    if (end.aborted) return go();
    const timer = setTimeout(go, ms);
    end.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        go();
      },
      { once: true },
    );
  });
}
