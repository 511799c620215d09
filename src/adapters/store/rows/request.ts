import type { AccessRequest, Decision, Evidence, Waiting } from '../../../core/request/request.ts';
import { due as dues, type State, states } from '../../../core/request/lifecycle.ts';
import type { Row } from '../database.ts';
import { findingOf, personOf, textItem } from './parts.ts';
import { type Reader, reader } from './reader.ts';

const works = new Set<string>(['time_out', ...Object.values(dues).filter((w) => w !== null)]);

export function requestOf(row: Row): AccessRequest {
  const r = reader('requests', row.id, row);
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', states),
    requester: { oid: r.text('requester_oid'), upn: r.text('requester_upn'), displayName: r.text('requester_name') },
    door: { platform: r.text('door_platform'), team: r.text('door_team'), user: r.text('door_user') },
    reply: r.text('reply'),
    entitlement: r.text('entitlement'),
    title: r.text('title'),
    cluster: r.text('cluster_name'),
    database: r.text('database_name'),
    roles: r.list('sql_roles', textItem),
    reason: r.text('reason'),
    sqlUsername: r.text('sql_username'),
    findings: r.list('findings', (item, inside) => findingOf(inside(item))),
    evidence: evidenceOf(r.objectOrNull('evidence')),
    policyHash: r.text('policy_hash'),
    submittedAt: r.date('submitted_at'),
    deadline: r.date('deadline'),
    decision: decisionOf(r.objectOrNull('decision')),
    grantedAt: r.dateOrNull('granted_at'),
    waiting: waitingOf(r.objectOrNull('waiting')),
    due: row.due === null ? null : r.oneOf('due', works),
    dueAt: r.date('due_at'),
    attempts: r.count('attempts'),
  };
}

function decisionOf(r: Reader | null): Decision | null {
  if (r === null) return null;
  const reason = r.textOrNull('reason');
  const decision: Decision = { kind: r.oneOf('kind', ['approve', 'deny']), by: personOf(r.object('by')), at: r.date('at') };
  return reason === null ? decision : { ...decision, reason };
}

const evidenceOf = (r: Reader | null): Evidence | null =>
  r === null ? null : { can: r.textOrNull('can'), holds: r.text('holds'), earlier: r.text('earlier') };

const waitingOf = (r: Reader | null): Waiting | null =>
  r === null ? null : { code: r.text('code'), says: r.text('says'), since: r.date('since') };

/** The lifecycle's state of a row. */
export const stateOf = (row: Row): State => reader('requests', '', row).oneOf('state', states);
