/** Microsoft Teams to run the bot in: the connector that it calls, the issuer of the tokens that it is called with, and the people who type and press. */

import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Authority } from '../certs.ts';
import { connectorUrl } from '../entra/ids.ts';
import type { Claims } from '../entra/keys.ts';
import { close, listen } from '../listening.ts';
import { people as everybody, type SandboxPerson, teamsAppId, tenantId } from '../people.ts';
import type { ChaosFault, StandIn, Watch } from '../stand-in.ts';
import { connectorAnswer, write } from './connector.ts';
import { httpOutlet } from './deliver.ts';
import { type Issuer, metadataPath, openIssuer } from './issuer.ts';
import { peopleAt, type PeopleAtWork } from './people-at-work.ts';
import { callRate } from './rate.ts';
import { repeating } from './retries.ts';
import { Tenant } from './tenant.ts';
import { openViews } from './views.ts';
import { type Setup, setupOf } from './setup.ts';

export interface TeamsStandIn extends StandIn, PeopleAtWork, Setup {
  /** As activities name it; ends with a slash. */
  readonly serviceUrl: string;
  readonly appId: string;
  readonly tenantId: string;
  /** What TEAMS_OPENID_METADATA_URL gets. */
  readonly metadataUrl: string;
  readonly caFile: string;
  /** The issuer of channel tokens; `token` forges them too. */
  readonly issuer: Pick<Issuer, 'token' | 'rotateKeys'>;
}

/**
 * @param o.dir where keys and messages are kept: the same folder gives the same Teams again
 * @param o.port 0 for any free one
 * @param o.authority whose certificate it serves with
 * @param o.botUrl the bot's `/api/messages`; asked each time
 * @param o.verified the claims of a token that the tenant's authority signed; null: none of its own
 * @param o.patienceMs how long a bot may take for a turn, for tests of what takes 15 seconds
 * @param o.waits milliseconds before a message that was not taken is sent again
 * @param o.limits whether the connector's rate limits hold
 */
export async function startTeams(o: {
  readonly dir: string;
  readonly port: number;
  readonly authority: Authority;
  readonly botUrl: () => string;
  readonly verified: (token: string) => Claims | null | Promise<Claims | null>;
  readonly log: (line: string) => void;
  readonly watch?: Watch;
  readonly people?: readonly SandboxPerson[];
  readonly patienceMs?: number;
  readonly waits?: readonly number[];
  readonly limits?: boolean;
  readonly now?: () => number;
}): Promise<TeamsStandIn> {
  mkdirSync(o.dir, { recursive: true, mode: 0o700 });
  const now = o.now ?? Date.now;
  const tenant = new Tenant(o.people ?? everybody, o.dir, now);
  const views = openViews(tenant);
  const ending = new AbortController();
  let fault: ChaosFault = 'none';
  let origin = '';
  const serviceUrl = (): string => `${origin}/emea/`;
  const issuer = openIssuer({ dir: o.dir, origin: () => origin, appId: teamsAppId, serviceUrl });
  const rate = callRate(now);
  const connector = {
    tenant,
    rate: o.limits === false ? () => 0 : rate,
    watch: o.watch ?? (() => undefined),
    fault: () => fault,
    failure: () => setup.failure(),
    isDisabled: () => setup.botIsDisabled(),
    accepts: async (token: string) => isBotToken(await o.verified(token), now()),
    ending: ending.signal,
  };

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const document = req.method === 'GET' ? issuer.answer((req.url ?? '').split('?')[0] ?? '') : null;
    if (document !== null) return write(res, 200, document);
    if (!(await connectorAnswer(connector, req, res))) write(res, 404, {});
  }
  const server = createServer(await o.authority.server(['localhost', '127.0.0.1', '::1']), (req, res) => {
    void serve(req, res).catch((error: unknown) => {
      o.log(`teams: ${req.method} ${req.url?.split('?')[0]}: ${error instanceof Error ? error.message : 'unknown'}`);
      res.destroy();
    });
  });
  origin = `https://localhost:${await listen(server, o.port)}`;
  const outlet = httpOutlet(o.botUrl, () => issuer.token(), o.patienceMs);
  const deliveries = repeating(outlet, o.waits);
  const setup = setupOf({ tenant, serviceUrl, send: deliveries.send });

  return {
    ...peopleAt({ tenant, views, serviceUrl, send: deliveries.send, invoke: outlet }),
    ...setup,
    serviceUrl: serviceUrl(),
    appId: teamsAppId,
    tenantId,
    metadataUrl: `${origin}${metadataPath}`,
    caFile: o.authority.caFile,
    issuer,
    fault: (next) => {
      fault = next;
    },
    stop: () => {
      deliveries.end();
      ending.abort();
      return close(server);
    },
  };
}

/** A v1 token of the bot's app for the connector (learn.microsoft.com, "bot-framework-rest-connector-authentication", "Bot to Connector"). */
function isBotToken(claims: Claims | null, now: number): boolean {
  if (claims === null) return false;
  const { aud, appid, tid, exp } = claims;
  return String(aud).replace(/\/$/, '') === connectorUrl && appid === teamsAppId && tid === tenantId && Number(exp) * 1000 > now;
}
