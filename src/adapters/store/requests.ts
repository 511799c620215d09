/** Requests: opened once, changed by compare-and-swap, each change with its audit in one transaction. */

import type { AuditEntry, Beside, NewRequest, Requests } from '../../core/ports.ts';
import { open } from '../../core/request/lifecycle.ts';
import type { AccessRequest } from '../../core/request/request.ts';
import { appendAudit } from './audit.ts';
import { type Database, isTaken, Rollback, type Row, type Sql, unlessUndone } from './database.ts';
import { madeOnce } from './made-once.ts';
import { keepCard } from './places.ts';
import { countOf } from './rows/reader.ts';
import { requestOf, stateOf } from './rows/request.ts';
import { json, jsonOrNull, storable } from './rows/values.ts';

const insertRequest = `-- Open a request, unless the interaction has made one or the person has an open one for the entitlement.
  INSERT INTO requests (id, version, seen, interaction_id, state, requester_oid, requester_upn, requester_name,
    door_platform, door_team, door_user, reply, entitlement, title, cluster_name, database_name, sql_roles, reason,
    sql_username, findings, evidence, policy_hash, submitted_at, deadline, due, due_at)
  VALUES ($1, 1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17, $18::jsonb, $19::jsonb, $20, $21,
    $22, $23, $24)
  ON CONFLICT DO NOTHING RETURNING *`;

const requestById = `-- One request.
  SELECT * FROM requests WHERE id = $1`;

const requestOfInteraction = `-- The request that an interaction made.
  SELECT * FROM requests WHERE interaction_id = $1`;

const currentRequest = `-- What a person has, or may yet get, of an entitlement: the open request, else the newest granted one.
  SELECT * FROM requests WHERE requester_oid = $1 AND entitlement = $2 AND (state = 'granted' OR state = ANY($3::text[]))
  ORDER BY CASE WHEN state = 'granted' THEN 1 ELSE 0 END, granted_at DESC LIMIT 1`;

const grantedRequests = `-- What a person was granted on a cluster.
  SELECT * FROM requests WHERE requester_oid = $1 AND cluster_name = $2 AND state = 'granted' ORDER BY granted_at, id`;

const grantedOnCluster = `-- What everybody was granted on a cluster.
  SELECT * FROM requests WHERE cluster_name = $1 AND state = 'granted' ORDER BY granted_at, id`;

const underWayOnCluster = `-- What waits for the bot or an admin on a cluster, oldest first.
  SELECT * FROM requests WHERE cluster_name = $1 AND state IN ('approved', 'revoking') ORDER BY submitted_at, id`;

const requestsOfPerson = `-- What a person asked for, newest first.
  SELECT * FROM requests WHERE requester_oid = $1 ORDER BY submitted_at DESC, id LIMIT $2`;

const pendingRequests = `-- What waits for a decision, oldest first.
  SELECT * FROM requests WHERE state = 'pending' ORDER BY submitted_at, id LIMIT $1`;

const requestsInState = `-- How many requests are in each state that is not final.
  SELECT state, count(*) AS requests FROM requests WHERE state IN ('new', 'pending', 'approved', 'granted', 'revoking') GROUP BY state`;

// Right of each comparison stands the row as it was. The lease ends and attempts start anew when the work changes hands;
// `seen` is the version of the last change that people can see, which posted cards are compared with: state, decision, what is waited for (a
// pending request's card does not say: to wait for its own post is over when it stands).
const saveRequest = `-- Save a request if nobody was faster.
  UPDATE requests SET version = version + 1, state = $3, requester_upn = $4, requester_name = $5, reply = $6, title = $7,
    sql_username = $8, findings = $9::jsonb, policy_hash = $10, deadline = $11, decision = $12::jsonb, granted_at = $13,
    waiting = $14::jsonb, due = $15, due_at = $16,
    seen = CASE WHEN state <> $3 OR decision IS DISTINCT FROM $12::jsonb OR (state <> 'pending' AND waiting IS DISTINCT FROM $14::jsonb)
      THEN version + 1 ELSE seen END,
    attempts = CASE WHEN state <> $3 OR due IS DISTINCT FROM $15 THEN 0 ELSE attempts END,
    lease_holder = CASE WHEN state <> $3 OR due IS DISTINCT FROM $15 THEN NULL ELSE lease_holder END,
    lease_until = CASE WHEN state <> $3 OR due IS DISTINCT FROM $15 THEN NULL ELSE lease_until END
  WHERE id = $1 AND version = $2 AND ($17 = false OR deadline > clock_timestamp())
  RETURNING *`;

const insertDecision = `-- Record the one decision on a request.
  INSERT INTO decisions (request_id, kind, by_oid, by_upn, by_name, decided_at, reason, interaction_id, policy_hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

type Here = 'create' | 'get' | 'current' | 'grantedTo' | 'grantedOn' | 'underWayOn' | 'ofPerson' | 'pending' | 'inState' | 'save';

export function requestsOf(db: Database): Pick<Requests, Here> {
  return {
    create: (request, interactionId, audit) => create(db, request, interactionId, audit),
    get: async (id) => found(await db.sql(requestById, [id])),
    current: async (oid, entitlement) => found(await db.sql(currentRequest, [oid, entitlement, open])),
    grantedTo: async (oid, cluster) => (await db.sql(grantedRequests, [oid, cluster])).map(requestOf),
    grantedOn: async (cluster) => (await db.sql(grantedOnCluster, [cluster])).map(requestOf),
    underWayOn: async (cluster) => (await db.sql(underWayOnCluster, [cluster])).map(requestOf),
    ofPerson: async (oid, limit) => (await db.sql(requestsOfPerson, [oid, limit])).map(requestOf),
    pending: async (limit) => (await db.sql(pendingRequests, [limit])).map(requestOf),
    inState: async () =>
      new Map((await db.sql(requestsInState)).map((row) => [stateOf(row), countOf('requests', row, 'requests')])),
    save: (request, beside, guard) => unlessUndone(db, (sql) => saveIn(sql, request, beside, guard?.beforeDeadline === true)),
  };
}

const found = ([row]: readonly Row[]): AccessRequest | null => (row ? requestOf(row) : null);

async function create(
  db: Database,
  request: NewRequest,
  interactionId: string,
  audit: readonly AuditEntry[],
): Promise<{ opened: boolean; request: AccessRequest }> {
  const { made, it } = await madeOnce(db, {
    insert: (sql) => sql(insertRequest, insertValues(request, interactionId)),
    audit,
    inTheWay: async () => (await db.sql(requestOfInteraction, [interactionId]))[0] ?? (await openOne(db, request)),
    read: requestOf,
    id: `request id ${request.id}`,
  });
  return { opened: made, request: it };
}

/** The open request that kept a new one out. The statement prefers it; a granted one kept nothing out. */
async function openOne(db: Database, { requester, entitlement }: NewRequest): Promise<Row | undefined> {
  const [now] = await db.sql(currentRequest, [requester.oid, entitlement, open]);
  return now && open.includes(stateOf(now)) ? now : undefined;
}

async function saveIn(sql: Sql, request: AccessRequest, beside: Beside, beforeDeadline: boolean): Promise<AccessRequest> {
  const [row] = await sql(saveRequest, [...saveValues(request), beforeDeadline]);
  if (!row) throw new Rollback('somebody was faster');
  if (beside.decision) await decide(sql, request, beside.decision);
  if (beside.posted) await keepCard(sql, request.id, beside.posted);
  await appendAudit(sql, beside.audit);
  return requestOf(row);
}

async function decide(sql: Sql, request: AccessRequest, decision: NonNullable<Beside['decision']>): Promise<void> {
  const { kind, by, at, reason, interactionId } = decision;
  const values = [request.id, kind, by.oid, by.upn, storable(by.displayName), at, reason === undefined ? null : storable(reason)];
  try {
    await sql(insertDecision, [...values, interactionId, request.policyHash]);
  } catch (error) {
    // A second decision, however it came about: the first stands.
    if (isTaken(error)) throw new Rollback('decided before');
    throw error;
  }
}

const insertValues = (r: NewRequest, interactionId: string): readonly unknown[] => [
  r.id,
  interactionId,
  r.state,
  r.requester.oid,
  r.requester.upn,
  storable(r.requester.displayName),
  r.door.platform,
  r.door.team,
  r.door.user,
  r.reply,
  r.entitlement,
  r.title,
  r.cluster,
  r.database,
  json(r.roles),
  storable(r.reason),
  r.sqlUsername,
  json(r.findings),
  jsonOrNull(r.evidence),
  r.policyHash,
  r.submittedAt,
  r.deadline,
  r.due,
  r.dueAt,
];

const saveValues = (r: AccessRequest): readonly unknown[] => [
  r.id,
  r.version,
  r.state,
  r.requester.upn,
  storable(r.requester.displayName),
  r.reply,
  r.title,
  r.sqlUsername,
  json(r.findings),
  r.policyHash,
  r.deadline,
  jsonOrNull(r.decision),
  r.grantedAt,
  jsonOrNull(r.waiting),
  r.due,
  r.dueAt,
];
