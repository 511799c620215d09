/** The audit: lines appended in the transaction of the change they record. Nothing here, or anywhere, changes a line. */

import { randomUUID } from 'node:crypto';
import type { Audit, AuditEntry } from '../../core/ports.ts';
import type { Database, Sql } from './database.ts';
import { json } from './rows.ts';

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

export function auditOf(db: Database): Audit {
  return { append: (entries) => db.transaction((sql) => appendAudit(sql, entries)), read: () => Promise.resolve([]) };
}
