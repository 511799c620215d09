/** Rows that owe work: found in their order, each taken by one worker at a time, and let go when its work is over. */

import type { Database, Row } from './database.ts';
import { backoffSeconds, type Holder, type Lease, leaseToken, messageOf, underLease } from './hold.ts';
import { countOf, textOf } from './rows/reader.ts';

/** What is peculiar to the rows of one table; all of it is SQL of this program, and nothing of it comes from outside. */
export interface Owing {
  readonly table: string;
  /** The column that names a row. */
  readonly key: string;
  /** What a row is called in the log, in front of its key. */
  readonly what: string;
  /** Whether a row owes anything; when it is due and who has it is looked at here. */
  readonly owes: string;
  /** What else is set when a row is taken. */
  readonly taken?: string;
  /** What else is set when its work returned. */
  readonly worked?: string;
  /** `lost`: the table has no column for what the work threw. */
  readonly error?: 'kept' | 'lost';
}

export interface DueRows<T> {
  /** Runs `work` on a row that is due and that nobody has; false: there is none. What it throws comes through, and the row later again. */
  hold(key: string, work: (read: T) => Promise<void>): Promise<boolean>;
  /** Keys of rows that are due and that nobody has, oldest first. */
  dueNow(limit: number): Promise<readonly string[]>;
}

/** @param read makes of a row what its work is given */
export function dueRows<T>(db: Database, holder: Holder, of: Owing, read: (row: Row) => T): DueRows<T> {
  const { table, key } = of;
  const { due, claim, renew, returned, threw } = statementsFor(of);
  const leaseOf = (id: string, token: string, attempts: number): Lease => {
    const end = ({ error }: { readonly error: unknown }) =>
      db.sql(threw, [id, token, backoffSeconds(attempts), ...(of.error === 'lost' ? [] : [messageOf(error)])]);
    return {
      renew: async () => (await db.sql(renew, [id, token, holder.leaseSeconds])).length > 0,
      end: async (failed) => (await (failed === null ? db.sql(returned, [id, token]) : end(failed))).length > 0,
    };
  };
  return {
    async hold(id, work) {
      const token = leaseToken(holder);
      const [row] = await db.sql(claim, [id, token, holder.leaseSeconds]);
      if (!row) return false;
      const lease = leaseOf(id, token, countOf(table, row, 'attempts'));
      // Read inside the lease: a row that is broken fails, and comes later again, instead of every time at once.
      await underLease(holder, `${of.what} ${id}`, lease, async () => work(read(row)));
      return true;
    },
    dueNow: async (limit) => (await db.sql(due, [limit])).map((row) => textOf(table, row, key)),
  };
}

const aWhile = `now() + $3::float8 * interval '1 second'`;

function statementsFor({ table, key, owes, taken, worked, error = 'kept' }: Owing) {
  const free = `${owes} AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())`;
  const ours = `WHERE ${key} = $1 AND lease_holder = $2 RETURNING ${key}`;
  const set = (...more: readonly (string | undefined)[]) => more.filter((one) => one !== undefined).join(', ');
  const letGo = 'lease_holder = NULL, lease_until = NULL';
  return {
    due: `-- What owes something and nobody holds, oldest first.
      SELECT ${key} FROM ${table} WHERE ${free} ORDER BY due_at LIMIT $1`,
    claim: `-- Take what owes something and nobody holds.
      UPDATE ${table} SET ${set(`lease_holder = $2, lease_until = ${aWhile}, attempts = attempts + 1`, taken)}
      WHERE ${key} = $1 AND ${free} RETURNING *`,
    renew: `-- Renew a lease that is still ours.
      UPDATE ${table} SET lease_until = ${aWhile} ${ours}`,
    returned: `-- The work returned: let go, unless the row changed hands.
      UPDATE ${table} SET ${set(letGo, error === 'kept' ? 'error = NULL' : undefined, worked)} ${ours}`,
    // Pushed back, so that one that always fails does not stand first in every sweep; whoever saved a later time keeps it.
    threw: `-- The work threw: let go, and not before a while again, unless the row changed hands.
      UPDATE ${table} SET ${set(letGo, error === 'kept' ? 'error = $4' : undefined)},
        due_at = CASE WHEN due_at > now() THEN due_at ELSE ${aWhile} END ${ours}`,
  };
}
