/** The floor of what follows a decision: its statements by pg, its calls to the platform, one hop through the queue, and nothing else. */

import { createPostgresBackend, Queue, Worker } from 'bullmq';
import pg from 'pg';
import { serve } from '../rig/child.ts';
import type { Call, Statement, Unit } from '../tape/tape.ts';

export interface Connect {
  /** Connection URLs by `port/database/user`. */
  readonly databases: Readonly<Record<string, string>>;
  readonly queueUrl: string;
  /** How many connections each pool has. */
  readonly poolSize: number;
}
/** Plays each list in order, so many lists at once. */
export interface Play {
  readonly lists: readonly (readonly Unit[])[];
  readonly atOnce: number;
  /** One hop through the queue ahead of each. */
  readonly hop: boolean;
}
/** Milliseconds: of each list, and of all. */
export interface Played {
  readonly millis: readonly number[];
  readonly all: number;
  /** Statements that failed, by their message. */
  readonly faults: readonly string[];
}

const pools = new Map<string, pg.Pool>();
let hop: () => Promise<void> = () => Promise.resolve();
const faults: string[] = [];

async function connect(c: Connect): Promise<void> {
  for (const [name, connectionString] of Object.entries(c.databases)) {
    const pool = new pg.Pool({ connectionString, max: c.poolSize, pipeline: true });
    pool.on('error', () => undefined);
    pools.set(name, pool);
  }
  const connection = { connectionString: c.queueUrl, schema: 'bench_floor_queue', migrate: true };
  const queue = new Queue('hop', { connection }, createPostgresBackend);
  const arrived = new Map<string, () => void>();
  const worker = new Worker(
    'hop',
    async (job) => arrived.get(String(job.data))?.(),
    { connection, concurrency: 8 },
    createPostgresBackend,
  );
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  let hops = 0;
  hop = async () => {
    const name = String(++hops);
    const here = new Promise<void>((go) => arrived.set(name, go));
    await queue.add('hop', name, { removeOnComplete: true, removeOnFail: true });
    await here;
    arrived.delete(name);
  };
}

function poolFor(of: readonly Statement[]): pg.Pool {
  const { port, database, user } = of[0] ?? { port: 0, database: '', user: '' };
  const pool = pools.get(`${port}/${database}/${user}`);
  if (pool === undefined) throw new Error(`the tape speaks to ${port}/${database} as ${user}, which is unknown here`);
  return pool;
}

async function send(to: pg.Pool | pg.PoolClient, { text, values, failed }: Statement): Promise<void> {
  try {
    await (values === null ? to.query(text) : to.query(text, [...values]));
  } catch (error) {
    if (!failed) faults.push(`${(error as Error).message}: ${text.slice(0, 80)}`);
  }
}

const plays: { readonly [K in Unit['kind']]: (unit: Unit & { readonly kind: K }) => Promise<void> } = {
  statements: async ({ of }) => {
    const pool = poolFor(of);
    const [only] = of;
    if (only !== undefined && of.length === 1) return send(pool, only);
    const client = await pool.connect();
    await Promise.all(of.map((statement) => send(client, statement)));
    return client.release();
  },
  transaction: async ({ of }) => {
    const client = await poolFor(of).connect();
    await client.query('BEGIN');
    for (const statement of of) await send(client, statement);
    await client.query('COMMIT');
    client.release();
  },
  call: ({ of }) => call(of),
};

async function call({ method, url, headers, body }: Call): Promise<void> {
  const { 'content-length': _, ...kept } = headers;
  const answer = await fetch(url, { method, headers: kept, ...(body === null ? {} : { body }) });
  await answer.text();
  if (!answer.ok) faults.push(`HTTP ${answer.status}: ${method} ${url}`);
}

async function play({ lists, atOnce, hop: hops }: Play): Promise<Played> {
  faults.length = 0;
  const rest = [...lists.entries()];
  const millis: number[] = [];
  const began = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const [at, units] = next;
      const from = performance.now();
      if (hops) await hop();
      for (const unit of units) await (plays[unit.kind] as (unit: Unit) => Promise<void>)(unit);
      millis[at] = performance.now() - from;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { millis, all: performance.now() - began, faults: [...new Set(faults)].slice(0, 20) };
}

serve((message: Connect | Play) => ('databases' in message ? connect(message) : play(message)) as Promise<unknown>);
