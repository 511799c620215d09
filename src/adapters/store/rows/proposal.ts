import type { Proposal } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { decidedOf, findingOf } from './parts.ts';
import { reader } from './reader.ts';

export function proposalOf(row: Row): Proposal {
  const r = reader('proposals', row.id, row);
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', ['open', 'adopted', 'declined', 'lapsed']),
    cluster: r.text('cluster_name'),
    sqlUsername: r.text('sql_username'),
    exists: r.yes('user_exists'),
    person: { oid: r.text('person_oid'), upn: r.text('person_upn'), displayName: r.text('person_name') },
    filedBy: r.text('filed_by'),
    filedAt: r.date('filed_at'),
    deadline: r.date('deadline'),
    ...decidedOf(r),
    findings: r.list('findings', (item, inside) => findingOf(inside(item))),
    appliedAt: r.dateOrNull('applied_at'),
  };
}
