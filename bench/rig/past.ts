/** A store with a past: requests that are over, as the bot would have left them. */

import type pg from 'pg';
import { member } from './crowd.ts';

/** How many of a million belong to one person. */
const perPerson = 500;
const prefix = member(0).oid.slice(0, -12);

/**
 * Fills a migrated store. Every request has its interaction, its decision, its card before the approvers and three lines of audit.
 *
 * @param people the first so many members of the crowd have this past; the others of it, nobody of the crowd
 */
export async function fillPast(pool: pg.Pool, requests: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    for (const statement of statements) await client.query(statement.replaceAll(':requests', String(requests)));
    await client.query('ANALYZE');
  } finally {
    client.release(true);
  }
}

// The newest of each person come first in time order of n; everything is older than a day, and shown.
const at = "now() - interval '1 day' - n * interval '20 seconds'";
const oid = `'${prefix}' || lpad((n % GREATEST(1, :requests / ${perPerson}) + 1)::text, 12, '0')`;
const key = `'p' || lpad((n % GREATEST(1, :requests / ${perPerson}) + 1)::text, 6, '0')`;
const bob = `'{"kind":"approve","by":{"oid":"00000002-aaaa-4bbb-8ccc-000000000002","upn":"bob@contoso.com","displayName":"Bob Ito"},"at":"2026-01-01T00:00:00Z"}'`;

const statements = [
  `INSERT INTO interactions (id, platform, interaction_key, body, received_at, worked_at, due_at, attempts)
   SELECT 'past-' || n, 'slack', 'slack:command:past-' || n,
     jsonb_build_object('kind', 'command', 'key', 'slack:command:past-' || n, 'reply', '{"user":"U1"}', 'text', 'request analytics',
       'door', jsonb_build_object('platform', 'slack', 'team', 'T0CONTOSO', 'user', 'U1P')), ${at}, ${at}, ${at}, 1
   FROM generate_series(1, :requests) AS n`,
  `INSERT INTO requests (id, version, seen, shown, interaction_id, state, requester_oid, requester_upn, requester_name, door_platform,
     door_team, door_user, reply, entitlement, title, cluster_name, database_name, sql_roles, reason, sql_username, findings, policy_hash,
     submitted_at, deadline, decision, granted_at, due, due_at)
   SELECT 'P' || lpad(n::text, 9, '0'), 9, 7, 9, 'past-' || n, CASE n % 3 WHEN 0 THEN 'denied' WHEN 1 THEN 'revoked' ELSE 'timed_out' END,
     ${oid}, ${key} || '@contoso.com', 'Person ' || ${key}, 'slack', 'T0CONTOSO', 'U1P', '{"user":"U1"}', 'analytics', 'Analytics (read)', 'prod',
     'analytics', '["analytics_reader"]', 'because of the numbers of that quarter', ${key},
     '[{"rule":"account-enabled","ok":true,"says":"The account is enabled."}]', 'sha256:0', ${at}, ${at} + interval '8 hours', ${bob},
     CASE n % 3 WHEN 1 THEN ${at} END, NULL, ${at}
   FROM generate_series(1, :requests) AS n`,
  `INSERT INTO decisions (request_id, kind, by_oid, by_upn, by_name, decided_at, interaction_id, policy_hash)
   SELECT 'P' || lpad(n::text, 9, '0'), 'approve', '00000002-aaaa-4bbb-8ccc-000000000002', 'bob@contoso.com', 'Bob Ito', ${at}, 'past-' || n, 'sha256:0'
   FROM generate_series(1, :requests) AS n`,
  `INSERT INTO places (platform, channel, message, request_id, kind, shows, posted_at)
   SELECT 'slack', 'C0APPROVERS', 'past.' || n, 'P' || lpad(n::text, 9, '0'), 'approval', 9, ${at} FROM generate_series(1, :requests) AS n`,
  `INSERT INTO audit (id, written_at, seq, event, request_id, actor, details)
   SELECT 'past-' || n || '-' || line, ${at}, line, 'request.told', 'P' || lpad(n::text, 9, '0'), NULL, '{"state":"denied"}'
   FROM generate_series(1, :requests) AS n, generate_series(1, 3) AS line`,
];
