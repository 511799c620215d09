import { Fault } from '../../core/errors.ts';
import type { AuditEntry } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database, Row, Sql } from './database.ts';

const tries = 3;

/**
 * Makes a row with its audit, or finds the one that keeps it out.
 *
 * @param o.insert gives no row when another one is in the way
 * @param o.inTheWay that other one; it may be over between the two statements, so both are tried more than once
 * @param o.id what is taken when nothing else is in the way
 */
export async function madeOnce<T>(
  db: Database,
  o: {
    readonly insert: (sql: Sql) => Promise<readonly Row[]>;
    readonly audit: readonly AuditEntry[];
    readonly inTheWay: () => Promise<Row | undefined>;
    readonly read: (row: Row) => T;
    readonly id: string;
  },
): Promise<{ readonly made: boolean; readonly it: T }> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const made = await db.transaction(async (sql) => {
      const [row] = await o.insert(sql);
      if (row) await appendAudit(sql, o.audit);
      return row;
    });
    if (made) return { made: true, it: o.read(made) };
    const before = await o.inTheWay();
    if (before) return { made: false, it: o.read(before) };
  }
  throw new Fault('store_unavailable', 'later', `the ${o.id} is taken`);
}
