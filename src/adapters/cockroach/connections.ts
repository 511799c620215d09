/** Connections to one cluster as one SQL user, few and bounded: whatever hangs, a call ends in time and nothing stays open. */

import { Socket } from 'node:net';
import pg from 'pg';
import type { Log } from '../../core/ports.ts';
import { sqlState } from './errors.ts';
import type { Statement } from './sql.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** Instead of the one that the URL names. */
  readonly database?: string;
  readonly max: number;
  readonly connectMillis: number;
  /** After this long the server gives a statement up (`statement_timeout`). */
  readonly statementMillis: number;
  readonly log: Log;
  /** Named in the log. */
  readonly cluster: string;
}

/** Rows by position: the columns of SHOW statements are named differently from version to version. */
export type Rows = readonly (readonly unknown[])[];

export interface Connection {
  /** Runs one statement. Several at once go out together and are answered in order (pipelining): one round trip for all. */
  query(statement: Statement): Promise<Rows>;
}

/** Thrown by `use` in place of what went wrong while no statement had been sent yet. */
export class NotConnected extends Error {
  constructor(cause: unknown) {
    super('not connected', { cause });
  }
}

export interface Connections {
  /**
   * Hands a connection to `work`, for `millis` at the most, getting one included: a server that hangs keeps to no limit of its own.
   * @throws NotConnected before anything was sent; else what node-postgres throws
   */
  use<T>(millis: number, work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

const closeMillis = 2_000;

/** Opens nothing yet: connections are made when they are needed, and closed after a minute without use. */
export function connections(o: ConnectionOptions): Connections {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: o.database === undefined ? o.url : inDatabase(o.url, o.database),
    max: o.max,
    application_name: 'crdb-access',
    connectionTimeoutMillis: o.connectMillis,
    statement_timeout: o.statementMillis,
    idleTimeoutMillis: 60_000,
    // A load balancer forgets quiet connections; the probes keep them known, and find out the dead ones.
    keepAlive: true,
    keepAliveInitialDelayMillis: 15_000,
    pipeline: true,
    stream: () => tracked(new Socket(), sockets),
  });
  // Without listeners, a connection that dies would end the process (node-postgres docs, "pool events").
  pool.on('error', () => o.log.info({ cluster: o.cluster }, 'an idle connection to the cluster was closed'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closed: Promise<void> | undefined;
  return {
    use: (millis, work) => use(pool, millis, work),
    close: () => {
      closed ??= close(pool, sockets);
      return closed;
    },
  };
}

/** A URL that is none fails when it is used, as it would without. */
function inDatabase(url: string, database: string): string {
  if (!URL.canParse(url)) return url;
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

/** What is under way may end by itself for a moment; then it is cut off. */
async function close(pool: pg.Pool, sockets: ReadonlySet<Socket>): Promise<void> {
  await Promise.race([pool.end(), pause(closeMillis)]);
  for (const socket of sockets) socket.destroy();
}

/** Kept in sight until it is closed: a peer that hangs never answers our goodbye. */
function tracked(socket: Socket, sockets: Set<Socket>): Socket {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}

async function use<T>(pool: pg.Pool, millis: number, work: (connection: Connection) => Promise<T>): Promise<T> {
  const until = performance.now() + millis;
  const client = await connected(pool, millis);
  // One limit for all statements, so that the first one unanswered is the first to say so, and not what its end does to the others.
  const left = Math.max(1, Math.round(until - performance.now()));
  let broken = false;
  const connection: Connection = {
    query: async ({ text, values }) => {
      try {
        // Without values it is a simple query, as CockroachDB's own shell sends it; an empty list would prepare it.
        const query: pg.QueryArrayConfig & { query_timeout: number } = { text, rowMode: 'array', query_timeout: left };
        return (await client.query(values === undefined ? query : { ...query, values: [...values] })).rows;
      } catch (error) {
        broken ||= isBroken(error);
        throw error;
      }
    },
  };
  try {
    return await work(connection);
  } finally {
    client.release(broken);
  }
}

/** After a server's ERROR the connection goes on; after FATAL, or an error that is not the server's, it can't be trusted. */
function isBroken(error: unknown): boolean {
  return sqlState(error) === null || (error as { severity?: unknown }).severity !== 'ERROR';
}

async function connected(pool: pg.Pool, millis: number): Promise<pg.PoolClient> {
  let late = false;
  const timer = new AbortController();
  const coming = (async () => pool.connect())();
  coming.then((client) => late && client.release()).catch(() => undefined);
  const tooLate = pause(millis, timer.signal).then(() => {
    late = true;
    throw new Error('timeout expired');
  });
  try {
    return await Promise.race([coming, tooLate]);
  } catch (error) {
    throw new NotConnected(error);
  } finally {
    timer.abort();
  }
}

/** Resolves after this long; with a signal that is given earlier, never, and holds nothing up. */
function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    if (signal === undefined) timer.unref();
    signal?.addEventListener('abort', () => clearTimeout(timer));
  });
}
