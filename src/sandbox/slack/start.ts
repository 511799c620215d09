/** A Slack workspace to run the bot in: the Web API that it calls, and the people who type and press. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { people as everybody, type SandboxPerson } from '../people.ts';
import type { ChaosFault, StandIn, Watch } from '../stand-in.ts';
import { type AdminAtWork, adminAt } from './admin-at-work.ts';
import { httpOutlet } from './deliver.ts';
import { formsAtWork } from './forms-at-work.ts';
import { type Acked, type InboxItem, peopleAt, type PeopleAtWork } from './people-at-work.ts';
import { listen } from '../listening.ts';
import { ResponseUrls } from './response-urls.ts';
import { httpWaits, repeating, socketWaits, type Waits } from './retries.ts';
import type { ScreenWork } from './screen.ts';
import { type SocketMode, socketMode } from './socket-mode.ts';
import { webApi } from './web-api.ts';
import { opened } from './events.ts';
import { type Special, team, Workspace } from './workspace.ts';

export type { Acked, InboxItem };

export interface SlackStandIn extends StandIn, PeopleAtWork, ScreenWork, AdminAtWork {
  /** Ends with `/api/`. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly socketMode: boolean;
  /** With what the bot opens Socket Mode's connections. */
  readonly appToken: string;
  readonly teamId: string;
  /** The bot's connections, where Socket Mode is on: how many there are, and asking for new ones. */
  readonly sockets: Pick<SocketMode, 'count' | 'refresh'>;
}

/** The scopes that manifests/slack.yaml asks for. */
export const installedScopes: readonly string[] = [
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'groups:history',
  'groups:read',
  'im:history',
  'im:write',
  'users:read',
  'users:read.email',
];

/**
 * @param o.port 0 for any free one
 * @param o.botUrl the bot's one address for commands, interactions and events; asked each time
 * @param o.dir where tokens and messages are kept: the same folder gives the same workspace again
 * @param o.special fields of Slack's user object, by the person's key (a guest: `{ is_restricted: true }`)
 * @param o.socketMode sends everything over the WebSockets that the bot opens with its app-level token, nothing to `botUrl`
 * @param o.waits milliseconds before what was not acknowledged is sent again: for tests of what takes minutes
 * @param o.tiers limits every method to what its page says, without the bursts that Slack allows
 * @param o.now for tests of what takes half an hour
 */
export async function startSlack(o: {
  port: number;
  people?: readonly SandboxPerson[];
  botUrl: () => string;
  log: (line: string) => void;
  watch?: Watch;
  dir: string;
  scopes?: readonly string[];
  special?: Special;
  socketMode?: boolean;
  waits?: Partial<Waits>;
  tiers?: boolean;
  now?: () => number;
}): Promise<SlackStandIn> {
  mkdirSync(o.dir, { recursive: true });
  const now = o.now ?? Date.now;
  const secrets = secretsIn(o.dir);
  const workspace = new Workspace(o.people ?? everybody, o.dir, now, o.special);
  const responseUrls = new ResponseUrls(workspace, now);
  let fault: ChaosFault = 'none';
  const server = createServer();
  const connections = socketMode(server, o.socketMode === true);
  const handle = webApi({
    workspace,
    responseUrls,
    botToken: secrets.botToken,
    appToken: secrets.appToken,
    connection: () => connections.open(origin),
    scopes: new Set(o.scopes ?? installedScopes),
    tiers: o.tiers === true,
    watch: o.watch ?? (() => undefined),
    now,
    fault: () => fault,
  });
  server.on('request', (req, res) => {
    handle(req, res).catch((error: unknown) => {
      o.log(`slack stand-in: ${error instanceof Error ? error.message : 'unknown'}`);
      res.destroy();
    });
  });
  const sockets = openSockets(server, () => fault === 'down');
  const origin = `http://127.0.0.1:${await listen(server, o.port)}`;
  const deliveries =
    o.socketMode === true
      ? repeating(connections.send, { ...socketWaits, ...o.waits })
      : repeating(httpOutlet(o.botUrl, secrets.signingSecret), { ...httpWaits, ...o.waits });
  const { send } = deliveries;
  let stopped: Promise<void> | undefined;
  return {
    ...peopleAt({ workspace, responseUrls, origin, send }),
    ...formsAtWork({ workspace, send, tellOpened: opened(send, now) }),
    ...adminAt(workspace),
    ...secrets,
    socketMode: o.socketMode === true,
    sockets: connections,
    apiUrl: `${origin}/api/`,
    teamId: team.id,
    fault(next) {
      fault = next;
      if (fault === 'down') sockets.end();
    },
    stop() {
      deliveries.end();
      connections.end();
      stopped ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        sockets.end();
      });
      return stopped;
    },
  };
}

/** Every open connection; while it is down, new ones are reset at once. */
function openSockets(server: Server, isDown: () => boolean) {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    if (isDown()) {
      socket.resetAndDestroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    end() {
      for (const socket of open) socket.resetAndDestroy();
    },
  };
}

interface Secrets {
  readonly botToken: string;
  readonly signingSecret: string;
  readonly appToken: string;
}

/** The app's credentials, made at the first start. A folder of before Socket Mode gets the token that it lacks. */
function secretsIn(dir: string): Secrets {
  const file = join(dir, 'app.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const made = {
    botToken: `xoxb-${randomBytes(24).toString('hex')}`,
    signingSecret: randomBytes(16).toString('hex'),
    appToken: `xapp-1-${randomBytes(24).toString('hex')}`,
    ...kept,
  };
  if (kept.appToken === undefined) writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}
