import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from '../../src/sandbox/certs.ts';
import { people } from '../../src/sandbox/people.ts';
import { type EntraStandIn, startEntra } from '../../src/sandbox/entra/start.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
}

/** An Entra stand-in on a real socket, and a plain HTTPS client for it that trusts its CA. */
export interface Rig {
  readonly entra: EntraStandIn;
  /** The sandbox's folder: the stand-in's own is `entra` in it. */
  readonly dir: string;
  get(path: string, bearer?: string): Promise<Answer>;
  post(path: string, body: string, headers?: Record<string, string>): Promise<Answer>;
  /** The token endpoint, with a form. */
  token(form: Record<string, string>, tenant?: string): Promise<Answer>;
  /** The bot's own token for Graph. */
  graphToken(): Promise<string>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function rig(o: { watch?: Watch } = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'entra-'));
  const ca = await authority(join(dir, 'certs'), 'entra');
  const start = (port: number): Promise<EntraStandIn> =>
    startEntra({ dir: join(dir, 'entra'), port, authority: ca, log: () => undefined, ...o });
  let entra = await start(0);
  const call = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
    new Promise((done, failed) => {
      const req = request(entra.authority + path, { method, headers, ca: ca.caPem, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (some: string) => {
          text += some;
        });
        res.once('error', failed);
        res.once('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: JSON.parse(text) as Json }));
      });
      req.once('error', failed);
      req.end(body);
    });
  const token: Rig['token'] = (form, tenant = entra.tenantId) =>
    call(
      'POST',
      `/${tenant}/oauth2/v2.0/token`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams(form).toString(),
    );
  return {
    get entra() {
      return entra;
    },
    dir,
    get: (path, bearer) => call('GET', path, bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    post: (path, body, headers = {}) => call('POST', path, { 'content-type': 'application/json', ...headers }, body),
    token,
    graphToken: async () => {
      const { body } = await token({
        grant_type: 'client_credentials',
        client_id: entra.clientId,
        client_secret: entra.clientSecret,
        scope: 'https://graph.microsoft.com/.default',
      });
      return String(body['access_token']);
    },
    restart: async () => {
      const port = Number(new URL(entra.authority).port);
      await entra.stop();
      entra = await start(port);
    },
    stop: async () => {
      await entra.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const part = (token: string, n: 0 | 1): Json =>
  JSON.parse(Buffer.from(token.split('.')[n] ?? '', 'base64url').toString()) as Json;

export function oidOf(key: string): string {
  const person = people.find((p) => p.key === key);
  if (person === undefined) throw new Error(`nobody in the sandbox is called ${key}`);
  return person.oid;
}
