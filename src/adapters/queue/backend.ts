/** What BullMQ stands on: Redis when QUEUE_URL says so, else its own PostgreSQL backend in a schema of the bot's database. */

import { createPostgresBackend, type Job, type JobsOptions, Queue, Worker } from 'bullmq';
import pg from 'pg';
import { Fault } from '../../core/errors.ts';

/** What both ends of the queue have in common, on any backend. */
export interface End {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

export interface AddingEnd extends End {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'active' | 'delayed')[]): Promise<Readonly<Record<string, number>>>;
}

export interface WorkingEnd extends End {
  pause(doNotWaitActive: boolean): Promise<unknown>;
}

/** What a worker runs for each job. */
export type Run = (job: Pick<Job<unknown>, 'data' | 'removeDeduplicationKey'>) => Promise<void>;

export interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly runRetryDelay: number;
  readonly drainDelay: number;
}

/** Makes the two ends of the queue on one backend. */
export interface Backend {
  readonly name: 'Redis' | 'PostgreSQL';
  queue(name: string): AddingEnd;
  worker(name: string, run: Run, settings: WorkerSettings): WorkingEnd;
  /** Whether an error says that what the ends stand on is gone, so that they must be made anew. */
  lostGround(error: unknown): boolean;
}

const connectMillis = 5_000;

/** Reconnects for ever, at most this far apart. */
const reconnectMillis = 2_000;

/**
 * Redis. The adding end fails at once while Redis is away (nobody is to wait for a hint); the working end waits for it to come back,
 * as BullMQ demands (docs.bullmq.io, "Connections": maxRetriesPerRequest null for workers).
 * @param prefix in braces, so that a Redis Cluster keeps the keys of the queue together (docs.bullmq.io, "Redis Cluster")
 */
function redisBackend(url: string, prefix: string): Backend {
  const connection = {
    url,
    connectTimeout: connectMillis,
    keepAlive: 10_000,
    retryStrategy: (times: number) => Math.min(times * 100, reconnectMillis),
  };
  const keys = `{${prefix}}`;
  return {
    name: 'Redis',
    queue: (name) =>
      new Queue(name, { prefix: keys, connection: { ...connection, enableOfflineQueue: false, maxRetriesPerRequest: 1 } }),
    worker: (name, run, settings) =>
      new Worker(name, run, { ...settings, prefix: keys, connection: { ...connection, maxRetriesPerRequest: null } }),
    // A flushed Redis is an empty one: nothing has to be made in it first.
    lostGround: () => false,
  };
}

/** SQLSTATEs of a schema whose tables, functions or types are gone (PostgreSQL docs, appendix A). */
const gone = new Set(['3F000', '42P01', '42883', '42704']);

/** BullMQ's PostgreSQL backend. It makes its tables itself, under a lock of its own. */
function postgresBackend(url: string, prefix: string): Backend {
  const connection = { ...apart(url), schema: schemaOf(prefix), migrate: true, max: 3, ...limits };
  return {
    name: 'PostgreSQL',
    queue: (name) => new Queue(name, { connection }, createPostgresBackend),
    worker: (name, run, settings) => new Worker(name, run, { ...settings, connection }, createPostgresBackend),
    lostGround: (error) => gone.has(String((error as { code?: unknown } | null)?.code)),
  };
}

const limits = { connectionTimeoutMillis: connectMillis, statement_timeout: 10_000, query_timeout: 15_000, keepAlive: true };

/** The schema that a prefix names: `crdb-access` is `crdb_access_queue`. Dropping it is PostgreSQL's way to flush the queue. */
export const schemaOf = (prefix: string): string => `${prefix.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}_queue`;

/** `options` of the URL beside it: in it, they would win over the search path that BullMQ pins its connections to. */
function apart(url: string): { connectionString: string; options?: string } {
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options');
  parsed.searchParams.delete('options');
  return options === null ? { connectionString: url } : { connectionString: parsed.href, options };
}

/**
 * Chooses by the addresses alone; asks the database only when it would have to carry the queue.
 * @throws Fault `queue_unavailable`: `never` when the configuration can't work, `later` when the database does not answer
 */
export async function chooseBackend(queueUrl: string | undefined, databaseUrl: string, prefix: string): Promise<Backend> {
  if (queueUrl !== undefined && queueUrl !== '') {
    if (!/^rediss?:\/\//.test(queueUrl)) throw wrong('QUEUE_URL is not a redis:// or rediss:// address');
    return redisBackend(queueUrl, prefix);
  }
  if (/CockroachDB/i.test(await versionOf(databaseUrl))) {
    throw wrong(
      'DATABASE_URL is a CockroachDB and QUEUE_URL is not set: the queue needs LISTEN and advisory locks, which CockroachDB does not have. ' +
        'Set QUEUE_URL to a Redis (redis://host:6379), or DATABASE_URL to a PostgreSQL',
    );
  }
  return postgresBackend(databaseUrl, prefix);
}

const wrong = (message: string): Fault => new Fault('queue_unavailable', 'never', message);

async function versionOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectMillis,
    query_timeout: connectMillis,
  });
  // A connection that dies between the two statements says so here, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>('SELECT version() AS version');
    return rows[0]?.version ?? '';
  } catch (error) {
    throw new Fault('queue_unavailable', 'later', `the queue's database does not answer: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
