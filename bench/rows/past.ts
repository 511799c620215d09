import { join } from 'node:path';
import pg from 'pg';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import type { World } from '../../src/core/ports.ts';
import { sweep } from '../../src/core/work/sweep.ts';
import { runBot, untilReady, type BotProcess } from '../../src/sandbox/bot-process.ts';
import { botUrls } from '../../src/sandbox/facts.ts';
import { choosePorts } from '../../src/sandbox/ports.ts';
import { median } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { startChild, type Child } from '../rig/child.ts';
import { directMessages, member } from '../rig/crowd.ts';
import type { Hits, Volley } from '../rig/load.ts';
import { fillPast } from '../rig/past.ts';
import { type BenchWorld, built, startWorld, until } from '../rig/world.ts';

const sizes: { readonly [S in Size]: { readonly requests: number; readonly rounds: number; readonly acks: number } } = {
  full: { requests: 1_000_000, rounds: 20, acks: 40 },
  quick: { requests: 2_000, rounds: 2, acks: 8 },
};
/** How many of a person's requests there are in the store without a past, too: as many as `mine` looks at. */
const ownPast = 60;

/** Two bots of one build, one on a store with a million past requests, one on a store that has only the asking person's latest few. */
export const past: Row = {
  name: 'past',
  what: '1,000,000 past requests in the store: ack, `mine`, sweep',
  floor: 'an empty store',
  reach: '≤ 1.3 ×',
  async run(size, say) {
    const { requests, rounds, acks } = sizes[size];
    const world = await startWorld({ crowd: 20, env: { SWEEP_SECONDS: '3600' } });
    const load = startChild<Volley, Hits>(new URL('../rig/load.ts', import.meta.url));
    const opened: Side[] = [];
    try {
      await world.sandbox.bot.stop();
      const side = async (name: string, fill: number): Promise<Side> => {
        const one = await startSide(world, name, fill);
        opened.push(one);
        return one;
      };
      const empty = await side('empty', ownPast);
      say(`filling a store with ${requests} requests`);
      const full = await side('full', requests);
      say('filled');

      const look = async (at: Side): Promise<Look> => ({
        ack: median((await load.ask({ ...at.volley(world), by: Array.from({ length: acks }, () => 2) })).millis),
        mine: await mine(world, load, at),
        ofPerson: await timed(() => at.store.requests.ofPerson(member(1).oid, ownPast)),
        sweep: await timed(() => sweep(worldOf(at.store), 8)),
      });
      for (const at of [empty, full]) await look(at);
      const seen = await inTurns(rounds, { floor: () => look(empty), subject: () => look(full) });
      const of = (looks: readonly Look[], what: keyof Look): number => median(looks.map((l) => l[what]));
      return {
        bounds: kinds.map((what) => ({ of: what, value: of(seen.subject, what) / of(seen.floor, what), limit: 1.3 })),
        conditions: [],
        figures: Object.fromEntries(
          kinds.flatMap((what) => [
            [`${what} with a past, median ms`, of(seen.subject, what)],
            [`${what} without, median ms`, of(seen.floor, what)],
          ]),
        ),
      };
    } finally {
      await load.stop();
      await Promise.all(opened.map((one) => one.stop()));
      await world.stop();
    }
  },
};

const kinds = ['ack', 'mine', 'ofPerson', 'sweep'] as const;
type Look = { readonly [K in (typeof kinds)[number]]: number };

interface Side {
  readonly store: OpenStore;
  volley(world: BenchWorld): Omit<Volley, 'by'>;
  stop(): Promise<void>;
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A store with so many past requests, and a bot on it. */
async function startSide(world: BenchWorld, name: string, requests: number): Promise<Side> {
  const { sandbox, dir } = world;
  await sandbox.store.createDatabase(`bench_${name}`);
  const url = sandbox.store.url(`bench_${name}`);
  const store = await openStore({ url, log, holder: `bench-${name}`, leaseSeconds: 30 });
  await store.migrate();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  await fillPast(pool, requests);
  await pool.end();
  const { ports } = await choosePorts(dir, 0);
  const port = ports.bot;
  const bot: BotProcess = runBot({
    env: { ...sandbox.botEnv, DATABASE_URL: url, PORT: String(port) },
    cwd: dir,
    logFile: join(dir, `${name}.log`),
    program: join(built, 'main.js'),
    started: () => undefined,
  });
  await untilReady(bot, botUrls(port).readyUrl, 60, () => false);
  return {
    store,
    volley: () => ({
      url: botUrls(port).slackUrl,
      caller: { platform: 'slack', signingSecret: sandbox.facts.slack.signingSecret },
      atOnce: 4,
      text: 'mine',
    }),
    stop: async () => {
      await bot.stop();
      await store.close();
    },
  };
}

/** From the command to the answer that stands before the person. */
async function mine(world: BenchWorld, load: Child<Volley, Hits>, at: Side): Promise<number> {
  const channel = directMessages(member(1));
  let answered = 0;
  world.onSeen((what, facts) => {
    if (what === 'chat.postEphemeral' && facts['channel'] === channel) answered = performance.now();
  });
  const began = performance.now();
  await load.ask({ ...at.volley(world), by: [1] });
  await until('the answer to mine', () => answered > 0, 30, 2);
  world.onSeen(() => undefined);
  return answered - began;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** What a sweep needs of the world while nothing is owed: the store. Anything else that it asked for would be an error here. */
const worldOf = (store: OpenStore): World => ({ store, log, policy: { admins: { channels: {} } } }) as unknown as World;
