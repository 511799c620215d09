/** The one pool to the store's database, and what every statement has in common: limits, retries, faults. */

import pg from 'pg';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs one statement, everything variable as a parameter, and gives its rows. It is the pool, or the connection of an open
 * transaction.
 */
export type Sql = (statement: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export interface Database {
  readonly sql: Sql;
  /** Runs `work` in one transaction, again from its start when the database asks for that. So `work` has no other effects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const connectMillis = 5_000;
const statementMillis = 10_000;
/** Ours, beyond the server's: a network that swallows packets answers nothing, not even a time-out. */
const silenceMillis = 15_000;
const attempts = 8;

/** SQLSTATEs after which the same transaction may succeed at once: serialization failure, deadlock. CockroachDB docs, "Transaction retry error reference". */
const again = new Set(['40001', '40P01']);

/**
 * Opens the pool; connects lazily.
 * @param url `postgresql://…`; its password goes nowhere else
 */
export function openDatabase(url: string, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: connectMillis,
    statement_timeout: statementMillis,
    query_timeout: silenceMillis,
    idle_in_transaction_session_timeout: silenceMillis,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'crdb-access',
  });
  // An idle connection that dies says so here; without a listener it would end the process (node-postgres, "pool.on('error')").
  pool.on('error', (error) => log.warn({ code: codeOf(error) }, 'an idle connection to the store was lost'));
  // The same for one that is in use: the statement under way fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));

  const sql: Sql = (statement, values) =>
    retrying(async () => (await pool.query(statement, values ? [...values] : [])).rows as Row[]);
  return {
    sql,
    transaction: (work) => retrying(() => once(pool, work)),
    close: () => pool.end(),
  };
}

async function once<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(
      async (statement, values) => (await client.query(statement, values ? [...values] : [])).rows as Row[],
    );
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Retries what asks for it, a bounded number of times; the rest becomes a Fault. */
async function retrying<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Fault || error instanceof Rollback) throw error;
      if (!again.has(codeOf(error)) || attempt >= attempts) throw storeFault(error);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
}

/** Thrown inside a transaction to undo it. Not an error. */
export class Rollback extends Error {}

/** What `work` gives, in one transaction; null: it was undone. */
export async function unlessUndone<T>(db: Database, work: (sql: Sql) => Promise<T>): Promise<T | null> {
  try {
    return await db.transaction(work);
  } catch (error) {
    if (error instanceof Rollback) return null;
    throw error;
  }
}

/**
 * SQLSTATE classes in which the statement itself is wrong, or not allowed: 22 data, 23 constraint, 28 and 3D login and database,
 * 42 syntax and privilege (PostgreSQL docs, appendix A). Repeating cannot help.
 */
const never = new Set(['22', '23', '28', '3D', '3F', '42']);

/** A Fault for an error of node-postgres. Always repeatable: every statement is guarded by a version or a unique key. */
function storeFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const retry = never.has(code.slice(0, 2)) && /^[0-9A-Z]{5}$/.test(code) ? 'never' : 'later';
  const message = error instanceof Error ? error.message : String(error);
  return new Fault('store_unavailable', retry, `the store did not do its part: ${message}${code ? ` (${code})` : ''}`, {
    cause: error,
  });
}

/** SQLSTATE or system code of an error; empty: it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Whether an insert ran into a unique index or key. */
export const isTaken = (error: unknown): boolean => codeOf(error) === '23505';

/** Resolves or rejects within `millis`, whatever hangs. What comes later is dropped. */
export async function within<T>(millis: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Fault('store_unavailable', 'later', `the store did not answer within ${millis} ms (${what})`)),
      millis,
    );
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
