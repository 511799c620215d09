/** Requests that were approved a moment ago and that nobody has worked yet. */

import type pg from 'pg';
import type { SandboxPerson } from '../../src/sandbox/people.ts';

/** The n-th member's request here; the same spelling whoever asks. */
export const requestIdOf = (person: SandboxPerson): string => `BN${person.key.slice(1)}`;

const clone = `INSERT INTO requests (id, version, seen, interaction_id, state, requester_oid, requester_upn, requester_name, door_platform, door_team,
    door_user, reply, entitlement, title, cluster_name, database_name, sql_roles, reason, sql_username, findings, evidence, policy_hash,
    submitted_at, deadline, decision, due, due_at)
  SELECT p.id, 5, 5, 'bench-' || p.id, 'approved', p.oid, p.upn, p.name, r.door_platform, r.door_team, p.slack,
    replace(r.reply, r.door_user, p.slack), r.entitlement, r.title, r.cluster_name, r.database_name, r.sql_roles, r.reason, p.key, r.findings,
    r.evidence, r.policy_hash, now(), now() + interval '8 hours', r.decision, 'provision', now()
  FROM requests r, jsonb_to_recordset($2::jsonb) AS p (id text, oid text, upn text, name text, slack text, key text)
  WHERE r.requester_oid = $1 AND r.decision IS NOT NULL`;

/**
 * Puts an approved request of each of these people into the store, like the one that was approved for `like`. They have no card:
 * a thousand could not be posted to one channel in less than a quarter of an hour.
 */
export async function putApproved(store: pg.Pool, like: SandboxPerson, people: readonly SandboxPerson[]): Promise<void> {
  const rows = people.map((p) => ({
    id: requestIdOf(p),
    oid: p.oid,
    upn: p.upn,
    name: p.name,
    slack: p.slackUserId,
    key: p.key,
  }));
  const { rowCount } = await store.query(clone, [like.oid, JSON.stringify(rows)]);
  if (rowCount !== people.length)
    throw new Error(`${rowCount} of ${people.length} approved requests could be put into the store`);
}
