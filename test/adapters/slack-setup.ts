/** The adapter behind the bot's HTTP server, and the workspace stand-in in front of it: everything over real sockets. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clock } from '../../src/adapters/clock/clock.ts';
import { readBody } from '../../src/adapters/http/body.ts';
import { httpServer } from '../../src/adapters/http/server.ts';
import { type Slack, slack } from '../../src/adapters/slack/app.ts';
import type { Interaction, Log, Receive, Suggest } from '../../src/core/ports.ts';
import { recorder } from '../../src/core/work/in-time.ts';
import { type SlackStandIn, startSlack } from '../../src/sandbox/slack/start.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export function recordingLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: Line['level']) => (facts: Line['facts'], message: string) => void lines.push({ level, facts, message });
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

export interface Setup {
  readonly slack: Slack;
  readonly standIn: SlackStandIn;
  readonly url: string;
  readonly received: Interaction[];
  readonly lines: Line[];
  end(): Promise<void>;
}

/** @param o.receive beside recording what comes */
export async function setUp(
  o: {
    receive?: Receive;
    suggest?: Suggest;
    watch?: Watch;
    special?: NonNullable<Parameters<typeof startSlack>[0]['special']>;
    scopes?: readonly string[];
    waits?: NonNullable<Parameters<typeof startSlack>[0]['waits']>;
    now?: () => number;
    botToken?: string;
    socketMode?: boolean;
    appToken?: string;
  } = {},
): Promise<Setup> {
  const dir = await mkdtemp(join(tmpdir(), 'slack-'));
  const received: Interaction[] = [];
  const { log, lines } = recordingLog();
  let url = '';
  const { receive, suggest, botToken, appToken, ...rest } = o;
  const standIn = await startSlack({ port: 0, dir, botUrl: () => url, log: () => undefined, ...rest });
  const adapter = await slack({
    botToken: botToken ?? standIn.botToken,
    deliveries: o.socketMode === true ? { appToken: appToken ?? standIn.appToken } : { signingSecret: standIn.signingSecret },
    apiUrl: standIn.apiUrl,
    log,
    clock,
    readBody,
    record: recorder(
      async (interaction) => {
        received.push(interaction);
        await receive?.(interaction);
      },
      clock,
      log,
    ),
    suggest: suggest ?? (() => Promise.resolve([])),
  });
  const { handler } = adapter;
  const server = httpServer({
    port: 0,
    host: '127.0.0.1',
    routes: handler === null ? [] : [{ method: 'POST', path: '/slack/events', handler }],
    ready: () => Promise.resolve({ ready: true, body: {} }),
    log,
  });
  url = `http://127.0.0.1:${(await server.listening).port}/slack/events`;
  return {
    slack: adapter,
    standIn,
    url,
    received,
    lines,
    async end() {
      await server.close();
      await adapter.close();
      await standIn.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
