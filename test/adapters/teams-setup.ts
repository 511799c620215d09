/** The adapter behind the bot's HTTP server, and the Teams stand-in in front of it: everything over real sockets. */

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clock } from '../../src/adapters/clock/clock.ts';
import { readBody } from '../../src/adapters/http/body.ts';
import { httpServer } from '../../src/adapters/http/server.ts';
import { type Teams, teams } from '../../src/adapters/teams/app.ts';
import type { Card } from '../../src/core/messages/card.ts';
import type { Interaction, Receive, Suggest } from '../../src/core/ports.ts';
import type { Door } from '../../src/core/request/request.ts';
import { recorder } from '../../src/core/work/in-time.ts';
import { authority } from '../../src/sandbox/certs.ts';
import { connectorUrl } from '../../src/sandbox/entra/ids.ts';
import { people, type SandboxPerson, teamsAppId, tenantId } from '../../src/sandbox/people.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import type { TeamsMessage } from '../../src/sandbox/teams/screen.ts';
import { startTeams, type TeamsStandIn } from '../../src/sandbox/teams/start.ts';
import { type Line, recordingLog } from './slack-setup.ts';

export interface Setup {
  readonly teams: Teams;
  readonly standIn: TeamsStandIn;
  readonly url: string;
  readonly received: Interaction[];
  readonly lines: Line[];
  /** The same bot, as after a restart: nothing is remembered. */
  restarted(): Teams;
  /** What this person sees, oldest first. */
  seen(as: string): readonly TeamsMessage[];
  end(): Promise<void>;
}

export type Options = Parameters<typeof teams>[0];

const bot = { aud: connectorUrl, appid: teamsAppId, tid: tenantId, exp: Math.floor(Date.now() / 1000) + 3600 };

export const personCalled = (key: string): SandboxPerson => {
  const found = people.find((person) => person.key === key);
  if (found === undefined) throw new Error(`nobody is called ${key}`);
  return found;
};
export const doorOf = (key: string): Door => ({ platform: 'teams', team: tenantId, user: personCalled(key).oid });

/** @param o.receive beside recording what comes */
export async function setUp(
  o: {
    receive?: Receive;
    suggest?: Suggest;
    present?: (door: Door, about: string) => Promise<Card | null>;
    watch?: Watch;
    token?: (refused: boolean) => Promise<string>;
    waits?: readonly number[];
    limits?: boolean;
    with?: Partial<Options>;
  } = {},
): Promise<Setup> {
  const trusted = process.env['TEAMS_TEST_DIR'];
  if (trusted === undefined) throw new Error('run teams.test.ts, which starts this with a CA');
  const ca = await authority(trusted, 'entra');
  const dir = await mkdtemp(join(trusted, 'teams-'));
  const received: Interaction[] = [];
  const { log, lines } = recordingLog();
  let url = '';
  const standIn = await startTeams({
    dir: join(dir, 'teams'),
    port: 0,
    authority: ca,
    botUrl: () => url,
    verified: (token) => (token === 'own' ? bot : null),
    log: () => undefined,
    ...(o.watch === undefined ? {} : { watch: o.watch }),
    ...(o.waits === undefined ? {} : { waits: o.waits }),
    ...(o.limits === undefined ? {} : { limits: o.limits }),
  });
  const { host } = new URL(standIn.serviceUrl);
  const options: Options = {
    appId: teamsAppId,
    tenantId,
    token: o.token ?? (() => Promise.resolve('own')),
    serviceUrl: `https://${host}/teams/`,
    serviceUrlHosts: [host],
    issuer: 'https://api.botframework.com',
    metadataUrl: standIn.metadataUrl,
    anonymous: false,
    log,
    clock,
    readBody,
    record: recorder(
      async (interaction) => {
        received.push(interaction);
        await o.receive?.(interaction);
      },
      clock,
      log,
    ),
    suggest: o.suggest ?? (() => Promise.resolve([])),
    present: o.present ?? (() => Promise.resolve(null)),
    ...o.with,
  };
  const adapter = teams(options);
  const server = httpServer({
    port: 0,
    host: '127.0.0.1',
    routes: [{ method: 'POST', path: '/api/messages', handler: adapter.handler }],
    ready: () => Promise.resolve({ ready: true, body: {} }),
    log,
  });
  url = `http://127.0.0.1:${(await server.listening).port}/api/messages`;
  return {
    teams: adapter,
    standIn,
    url,
    received,
    lines,
    restarted: () => teams(options),
    seen: (as) => standIn.screen(as).messages,
    async end() {
      await server.close();
      await adapter.close();
      await standIn.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
