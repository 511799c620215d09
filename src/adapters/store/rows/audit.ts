import type { AuditLine } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { type Fields, reader } from './reader.ts';

export function auditLineOf(row: Row): AuditLine {
  const r = reader('audit', row.id, row);
  r.object('details');
  return {
    at: r.date('written_at'),
    event: r.text('event'),
    requestId: r.textOrNull('request_id'),
    actor: r.textOrNull('actor'),
    details: row.details as Fields,
  };
}
