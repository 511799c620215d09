/** Who a SQL user belongs to, for good. A row is only ever taken back while its CREATE USER has found somebody else's user. */

import { Fault } from '../../core/errors.ts';
import type { AuditEntry, Ledger, LedgerRow } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database, Row, Sql } from './database.ts';
import { ledgerRowOf } from './rows/ledger.ts';

const columns = 'cluster_name, sql_username, oid, upn, state, attempted, adopted';

const readRows = `-- All SQL users of a cluster that belong to somebody.
  SELECT ${columns} FROM ledger WHERE cluster_name = $1 ORDER BY sql_username`;

const rowsOfPerson = `-- The SQL users of a person, one a cluster.
  SELECT ${columns} FROM ledger WHERE oid = $1 ORDER BY cluster_name`;

const rowsOfPersonAndName = `-- The SQL users of a person, and those of others that have a name.
  SELECT ${columns} FROM ledger WHERE oid = $1 OR sql_username = $2 ORDER BY cluster_name, sql_username`;

const claimRow = `-- Claim a SQL user for a person, unless the name or the person is taken.
  INSERT INTO ledger (cluster_name, sql_username, oid, upn, state) VALUES ($1, $2, $3, $4, 'creating')
  ON CONFLICT DO NOTHING RETURNING ${columns}`;

const holderOfRow = `-- Who holds this name, else which name this person holds.
  SELECT ${columns} FROM ledger WHERE cluster_name = $1 AND (sql_username = $2 OR oid = $3)
  ORDER BY CASE WHEN sql_username = $2 THEN 0 ELSE 1 END LIMIT 1`;

const marks = {
  attempted: `-- A CREATE USER is about to be sent.
    UPDATE ledger SET attempted = true WHERE cluster_name = $1 AND sql_username = $2 AND oid = $3 RETURNING oid`,
  created: `-- The SQL user was read back from the cluster.
    UPDATE ledger SET attempted = true, state = 'created', created_at = COALESCE(created_at, now())
    WHERE cluster_name = $1 AND sql_username = $2 AND oid = $3 RETURNING oid`,
} as const;

const releaseRow = `-- Take back a claim that came to nothing.
  DELETE FROM ledger WHERE cluster_name = $1 AND sql_username = $2 AND oid = $3 AND state = 'creating' AND adopted = false RETURNING oid`;

const keepAdopted = `-- A SQL user that was adopted stays its person's; nothing of ours has reached the cluster.
  UPDATE ledger SET attempted = false
  WHERE cluster_name = $1 AND sql_username = $2 AND oid = $3 AND state = 'creating' AND adopted = true RETURNING oid`;

const renameRow = `-- The person of a SQL user has another UPN now.
  UPDATE ledger SET upn = $4 WHERE cluster_name = $1 AND sql_username = $2 AND oid = $3 RETURNING oid`;

/** Runs one change of the ledger (the first of the statements that finds its row) with its audit; none finds it: a Fault, read again. */
async function change(
  db: Database,
  statements: readonly string[],
  row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid'>,
  audit: readonly AuditEntry[],
  more: readonly string[] = [],
): Promise<void> {
  await db.transaction(async (sql) => {
    let changed: readonly Row[] = [];
    for (const statement of statements) {
      if (changed.length === 0) changed = await sql(statement, [row.cluster, row.sqlUsername, row.oid, ...more]);
    }
    if (changed.length === 0) {
      throw new Fault(
        'store_unavailable',
        'unknown',
        `the ledger has no such row any more: ${row.sqlUsername} on ${row.cluster}`,
      );
    }
    await appendAudit(sql, audit);
  });
}

async function claimOnce(
  sql: Sql,
  row: Pick<LedgerRow, 'cluster' | 'sqlUsername' | 'oid' | 'upn'>,
  audit: readonly AuditEntry[],
): Promise<Row | undefined> {
  const [claimed] = await sql(claimRow, [row.cluster, row.sqlUsername, row.oid, row.upn]);
  if (claimed) await appendAudit(sql, audit);
  return claimed ?? (await sql(holderOfRow, [row.cluster, row.sqlUsername, row.oid]))[0];
}

export function ledgerOf(db: Database): Ledger {
  return {
    rows: async (cluster) => (await db.sql(readRows, [cluster])).map(ledgerRowOf),
    ofPerson: async (oid) => (await db.sql(rowsOfPerson, [oid])).map(ledgerRowOf),
    ofPersonAndName: async (oid, name) => (await db.sql(rowsOfPersonAndName, [oid, name])).map(ledgerRowOf),
    async claim(row, audit) {
      const held = await db.transaction((sql) => claimOnce(sql, row, audit));
      if (held) return ledgerRowOf(held);
      // The row that was in the way was released between the two statements.
      throw new Fault('store_unavailable', 'later', `the ledger row of ${row.sqlUsername} on ${row.cluster} is being released`);
    },
    mark: (row, as, audit) => change(db, [marks[as]], row, audit),
    renamed: (row, upn, audit) => change(db, [renameRow], row, audit, [upn]),
    release: (row, audit) => change(db, [releaseRow, keepAdopted], row, audit),
  };
}
