/** The Teams stand-in on a real socket, with a bot that is nothing but a recording HTTP server. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from '../../src/sandbox/certs.ts';
import { connectorUrl } from '../../src/sandbox/entra/ids.ts';
import { teamsAppId, tenantId } from '../../src/sandbox/people.ts';
import { startTeams, type TeamsStandIn } from '../../src/sandbox/teams/start.ts';

export type Json = Record<string, unknown>;

export interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly activity: Json;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
}

export interface Bench {
  readonly teams: TeamsStandIn;
  /** What the bot was sent. */
  readonly got: Got[];
  readonly dir: string;
  /** What the bot answers to everything. */
  answer: (res: ServerResponse, activity: Json) => void;
  /** Calls the connector, below `/v3/`, as the bot unless told another token (null: none). */
  api(
    method: string,
    path: string,
    body?: unknown,
    how?: { readonly token?: string | null; readonly raw?: string },
  ): Promise<Answer>;
  /** Any path of the stand-in's. */
  get(url: string): Promise<Answer>;
  /** Stops the stand-in and starts it again in the same folder. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** What the tenant's authority says of these tokens. */
const hour = 3600;
const now = Math.floor(Date.now() / 1000);
const mine = { aud: connectorUrl, appid: teamsAppId, tid: tenantId, exp: now + hour };
const tokens: Readonly<Record<string, Json>> = {
  own: mine,
  expired: { ...mine, exp: now - 1 },
  'of-another-app': { ...mine, appid: 'b07b07b0-1111-4aaa-8bbb-00000000c0de' },
  'for-graph': { ...mine, aud: 'https://graph.microsoft.com' },
  'of-another-tenant': { ...mine, tid: '11111111-2222-4333-8444-555555555555' },
};

export async function bench(options: Partial<Parameters<typeof startTeams>[0]> = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'teams-'));
  const ca = await authority(join(dir, 'certs'), 'entra');
  const got: Got[] = [];
  const bot = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const activity = JSON.parse(Buffer.concat(parts).toString()) as Json;
      got.push({ headers: req.headers, activity });
      made.answer(res, activity);
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve));
  const botUrl = (): string => `http://127.0.0.1:${(bot.address() as AddressInfo).port}/api/messages`;
  const start = (port: number): Promise<TeamsStandIn> =>
    startTeams({
      dir: join(dir, 'teams'),
      port,
      authority: ca,
      botUrl,
      verified: (token) => tokens[token] ?? null,
      log: () => undefined,
      ...options,
    });
  let teams = await start(0);
  const call = (method: string, url: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
    new Promise((done, failed) => {
      const req = request(url, { method, headers, ca: ca.caPem, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (some: string) => (text += some));
        res.once('error', failed);
        res.once('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: JSON.parse(text) as Json }));
      });
      req.once('error', failed);
      req.end(body);
    });
  const made: Bench = {
    get teams() {
      return teams;
    },
    got,
    dir,
    answer: (res) => res.end(),
    api: (method, path, body, { token = 'own', raw } = {}) =>
      call(
        method,
        `${teams.serviceUrl}v3/${path}`,
        { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        raw ?? (body === undefined ? undefined : JSON.stringify(body)),
      ),
    get: (url) => call('GET', url, {}),
    restart: async () => {
      const port = Number(new URL(teams.serviceUrl).port);
      await teams.stop();
      teams = await start(port);
    },
    end: async () => {
      await teams.stop();
      bot.closeAllConnections();
      await new Promise((resolve) => bot.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return made;
}

/** Answers an invoke with a body, as CloudAdapter writes an invoke response. */
export function invokeAnswer(body: Json): (res: ServerResponse) => void {
  return (res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  };
}

export const card = (body: readonly Json[], more: Json = {}): Json => ({ type: 'AdaptiveCard', version: '1.5', body, ...more });
export const block = (text: string): Json => ({ type: 'TextBlock', text, wrap: true });
export const message = (...cards: readonly Json[]): Json => ({
  type: 'message',
  attachments: cards.map((content) => ({ contentType: 'application/vnd.microsoft.card.adaptive', content })),
});

/** Resolves when it is so; throws after five seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come to that within five seconds');
    await new Promise((go) => setTimeout(go, 10));
  }
}
