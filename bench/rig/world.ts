/** The world of a row: the sandbox's stand-ins and PostgreSQL, the real bot, and a crowd. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Platform } from '../../src/sandbox/platforms.ts';
import type { Sandbox } from '../../src/sandbox/running.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { city } from './crowd.ts';

/** Told of everything that a stand-in has just done for the bot. */
export type Saw = (what: string, facts: Readonly<Record<string, unknown>>) => void;

export interface BenchWorld {
  readonly sandbox: Sandbox;
  readonly dir: string;
  /** Where the bot takes what people type. */
  readonly slackUrl: string;
  /** Rows of the bot's store. */
  readonly store: pg.Pool;
  /** Takes the place of whoever was told before. */
  onSeen(saw: Saw): void;
  stop(): Promise<void>;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The bot as it is in production, from its build. */
export const built = join(root, 'dist');

/** What the bot has by itself, where the sandbox makes it quicker for those who watch. */
const asDeployed = { SWEEP_SECONDS: '15', LEASE_SECONDS: '30', RETRY_CAP_SECONDS: '60', STATEMENT_TIMEOUT_SECONDS: '15' };

/**
 * @param o.crowd how many people there are beside the sandbox's own
 * @param o.platforms what the bot is set up for: both, unless told otherwise
 * @param o.env of the bot, beside what the sandbox gives it
 */
export async function startWorld(o: {
  readonly crowd: number;
  readonly platforms?: readonly Platform[];
  readonly env?: Readonly<Record<string, string>>;
}): Promise<BenchWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-bench-'));
  let saw: Saw = () => undefined;
  const sandbox = await startSandbox({
    port: 0,
    dir,
    log: () => undefined,
    built,
    people: city(o.crowd),
    ...(o.platforms === undefined ? {} : { platforms: o.platforms }),
    watch: (when, what, facts) => (when === 'after' ? saw(what, facts) : undefined),
    env: { ...asDeployed, LOG_LEVEL: 'warn', ...o.env, ...profiled(o.env?.['NODE_OPTIONS']) },
  });
  const store = new pg.Pool({ connectionString: sandbox.botEnv['DATABASE_URL'], max: 4 });
  store.on('error', () => undefined);
  return {
    sandbox,
    dir,
    slackUrl: sandbox.facts.bot.slackUrl,
    store,
    onSeen: (next) => {
      saw = next;
    },
    stop: async () => {
      await store.end();
      await sandbox.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function profiled(options = ''): Readonly<Record<string, string>> {
  // Set by main.ts when it was asked for profiles.
  const profileDir = process.env['BENCH_PROFILE_DIR'];
  if (profileDir === undefined) return {};
  const profiler = new URL('../inside/profile.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `${options} --import=${profiler}`.trim(), BENCH_PROFILE_DIR: profileDir };
}

export const pause = (millis: number): Promise<void> => new Promise((go) => setTimeout(go, millis));

/** Waits until it is so. @throws Error, with what was waited for, after `seconds` */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, seconds: number, every = 50): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(every);
  }
}

/** How many rows a statement counts. */
export async function count(pool: pg.Pool, sql: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`, [...values]);
  return Number(rows[0]?.n);
}

/** Waits until the bot has worked everything that it was sent. */
export async function untilWorked({ store }: Pick<BenchWorld, 'store'>, seconds: number): Promise<void> {
  await until(
    'the bot works what it was sent',
    async () => (await count(store, 'interactions WHERE worked_at IS NULL')) === 0,
    seconds,
  );
}
