import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { SandboxPerson } from '../../src/sandbox/people.ts';
import type { Row, Size } from '../harness/row.ts';
import { members } from '../rig/crowd.ts';
import { allAsk } from '../rig/people-act.ts';
import { type BenchWorld, count, startWorld, until } from '../rig/world.ts';

/** Waves of people who ask; measured after `first` requests and after all. */
const sizes: { readonly [S in Size]: { readonly people: number; readonly waves: number; readonly first: number } } = {
  full: { people: 100, waves: 100, first: 500 },
  quick: { people: 6, waves: 4, first: 12 },
};

/** Requests that go all the way: filed, granted by policy, read back, sent. Between two waves the roles are taken away by hand. */
export const memory: Row = {
  name: 'memory',
  what: 'memory over 10,000 requests',
  floor: 'after the first 500',
  reach: '≤ 1.15 ×',
  async run(size, say) {
    const { people, waves, first } = sizes[size];
    const crowd = members(1, people);
    const recorder = new URL('../inside/memory.mjs', import.meta.url).href;
    const world = await startWorld({
      crowd: people,
      env: { NODE_OPTIONS: `--import=${recorder}`, BENCH_MEMORY_FILE: 'memory.jsonl' },
    });
    const cluster = new pg.Client({ connectionString: world.sandbox.facts.cockroach.adminUrl });
    await cluster.connect();
    try {
      let early: Memory | null = null;
      for (let wave = 1; wave <= waves; wave += 1) {
        if (wave > 1) await cluster.query(`REVOKE reporting_reader FROM ${crowd.map((p) => p.key).join(', ')}`);
        await allServed(world, crowd, wave);
        if (wave * people === first) early = await memoryOf(world);
        if (wave % 10 === 0) say(`${wave * people} requests`);
      }
      if (early === null) throw new Error(`no wave ends after ${first} requests`);
      const late = await memoryOf(world);
      const delivered = await count(world.store, "audit WHERE event = 'request.delivered'");
      return {
        bounds: [
          { of: 'RSS', value: late.rss / early.rss, limit: 1.15 },
          { of: 'heap', value: late.heapUsed / early.heapUsed, limit: 1.15 },
        ],
        conditions: [{ says: `${people * waves} delivered`, holds: delivered === people * waves }],
        figures: {
          'first RSS MB': megabytes(early.rss),
          'last RSS MB': megabytes(late.rss),
          'first heap MB': megabytes(early.heapUsed),
          'last heap MB': megabytes(late.heapUsed),
          'last external MB': megabytes(late.external),
        },
      };
    } finally {
      await cluster.end();
      await world.stop();
    }
  },
};

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}
const megabytes = (bytes: number): number => bytes / 2 ** 20;

async function allServed(world: BenchWorld, crowd: readonly SandboxPerson[], wave: number): Promise<void> {
  await allAsk(world, crowd, 'reporting');
  const done = "requests WHERE state = 'granted' AND due IS NULL";
  await until(`wave ${wave} is served`, async () => (await count(world.store, done)) === wave * crowd.length, 300);
}

/** The bot's memory as it says itself, after a collection. */
async function memoryOf({ sandbox, dir }: BenchWorld): Promise<Memory> {
  const file = join(dir, 'memory.jsonl');
  const lines = (): readonly string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);
  const before = lines().length;
  process.kill(sandbox.bot.pid(), 'SIGUSR2');
  await until('the bot says what memory it has', () => lines().length > before, 30);
  return JSON.parse(lines().at(-1) ?? '') as Memory;
}
