/** The workspace stand-in with a bot that is nothing but a recording HTTP server. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SlackStandIn, startSlack } from '../../src/sandbox/slack/start.ts';

export interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly form: URLSearchParams;
}
type Json = Record<string, unknown>;

export interface Bench {
  readonly slack: SlackStandIn;
  readonly got: Got[];
  readonly dir: string;
  /** What the bot answers to everything. */
  answer: (res: ServerResponse) => void;
  /** Calls a Web API method, as a form unless told JSON. */
  api(
    method: string,
    args?: Json,
    how?: { json?: boolean; token?: string | null },
  ): Promise<Json & { status: number; retryAfter: string | null }>;
  /** Stops the stand-in and starts it again in the same folder. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export async function bench(options: Partial<Parameters<typeof startSlack>[0]> = {}): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'slack-'));
  const got: Got[] = [];
  const bot = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const raw = Buffer.concat(parts).toString();
      got.push({ headers: req.headers, raw, form: new URLSearchParams(raw) });
      made.answer(res);
    });
  });
  await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve));
  const botUrl = () => `http://127.0.0.1:${(bot.address() as AddressInfo).port}/slack/events`;
  const start = () => startSlack({ port: 0, dir, botUrl, log: () => undefined, ...options });
  let slack = await start();
  const made: Bench = {
    get slack() {
      return slack;
    },
    got,
    dir,
    answer: (res) => res.end(),
    async api(method, args = {}, { json = false, token = slack.botToken } = {}) {
      const form = Object.entries(args).map(([k, v]): [string, string] => [k, typeof v === 'string' ? v : JSON.stringify(v)]);
      const response = await fetch(slack.apiUrl + method, {
        method: 'POST',
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded',
        },
        body: json ? JSON.stringify(args) : new URLSearchParams(form).toString(),
      });
      return { ...((await response.json()) as Json), status: response.status, retryAfter: response.headers.get('retry-after') };
    },
    async restart() {
      await slack.stop();
      slack = await start();
    },
    async end() {
      await slack.stop();
      bot.closeAllConnections();
      await new Promise((resolve) => bot.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
  return made;
}
