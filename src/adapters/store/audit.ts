/** The audit: lines appended in the transaction of the change they record. Nothing here, or anywhere, changes a line. */

import { randomUUID } from 'node:crypto';
import type { Audit, AuditEntry } from '../../core/ports.ts';
import type { Database, Sql } from './database.ts';
import { auditLineOf } from './rows/audit.ts';
import { json } from './rows/values.ts';

/** Appends audit lines, in their order, with the transaction that `sql` belongs to. */
export async function appendAudit(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql(appendLines, [
    json(
      entries.map((e, seq) => ({
        id: randomUUID(),
        seq,
        event: e.event,
        request_id: e.requestId,
        actor: e.actor,
        details: e.details,
      })),
    ),
  ]);
}

const appendLines = `-- Append audit lines.
  INSERT INTO audit (id, seq, event, request_id, actor, details)
  SELECT line->>'id', (line->>'seq')::bigint, line->>'event', line->>'request_id', line->>'actor', line->'details'
  FROM jsonb_array_elements($1::jsonb) AS lines (line)`;

// Lines of one transaction stand in its order (seq); across transactions the clock at the writing decides.
const linesOfRequest = `-- The audit of one request or proposal, in its order.
  SELECT id, written_at, event, request_id, actor, details FROM audit WHERE request_id = $1 ORDER BY written_at, seq, id`;

const newestLines = `-- The newest audit lines, oldest of them first.
  SELECT id, written_at, event, request_id, actor, details FROM
    (SELECT * FROM audit ORDER BY written_at DESC, seq DESC, id DESC LIMIT $1) AS newest
  ORDER BY written_at, seq, id`;

export function auditOf(db: Database): Audit {
  return {
    // One statement: whole or not at all by itself.
    append: (entries) => appendAudit(db.sql, entries),
    read: async (of) =>
      ('requestId' in of ? await db.sql(linesOfRequest, [of.requestId]) : await db.sql(newestLines, [of.limit])).map(auditLineOf),
  };
}
