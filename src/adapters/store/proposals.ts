/** Proposals: filed by the command line, confirmed by two admins, adopted with the ledger's row in one transaction. */

import { Fault } from '../../core/errors.ts';
import type { AuditEntry, Proposal, Proposals } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import { type Database, Rollback, type Row, type Sql } from './database.ts';
import { backoffSeconds, type Holder, leaseToken, underLease } from './hold.ts';
import { countOf, json, proposalOf, storable, textOf } from './rows.ts';

const insertProposal = `-- File a proposal, unless one is open for the SQL user or the person.
  INSERT INTO proposals (id, version, state, cluster_name, sql_username, user_exists, person_oid, person_upn, person_name,
    filed_by, filed_at, deadline, confirmed, findings)
  VALUES ($1, 1, 'open', $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]'::jsonb, $11::jsonb)
  ON CONFLICT DO NOTHING RETURNING *`;

const openProposal = `-- The open proposal for this SQL user or this person.
  SELECT * FROM proposals WHERE state = 'open' AND cluster_name = $1 AND (sql_username = $2 OR person_oid = $3)
  ORDER BY CASE WHEN sql_username = $2 THEN 0 ELSE 1 END LIMIT 1`;

const proposalById = `-- One proposal.
  SELECT * FROM proposals WHERE id = $1`;

const stateOfProposal = `-- The state of a proposal that nobody has changed since; whoever is faster from here on is found by the version.
  SELECT state FROM proposals WHERE id = $1 AND version = $2`;

const saveProposal = `-- Save a proposal if nobody was faster.
  UPDATE proposals SET version = version + 1, state = $3, user_exists = $4, person_upn = $5, person_name = $6, confirmed = $7::jsonb,
    declined = $8::jsonb, findings = $9::jsonb, posted = $10::jsonb, applied_at = $11, due_at = now(),
    attempts = CASE WHEN state <> $3 THEN 0 ELSE attempts END
  WHERE id = $1 AND version = $2 RETURNING *`;

const adoptUser = `-- Tie a SQL user to a person for good, unless either is tied already.
  INSERT INTO ledger (cluster_name, sql_username, oid, upn, state, attempted, adopted, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, true, CASE WHEN $6 THEN now() END) ON CONFLICT DO NOTHING RETURNING oid`;

// What is owed: the card, its next look, the end of a time that nobody used, the cluster's map.
const owes = `due_at <= now() AND (lease_until IS NULL OR lease_until < now())
    AND ((state = 'open' AND (posted IS NULL OR deadline <= now()))
      OR (state = 'adopted' AND applied_at IS NULL)
      OR (posted IS NOT NULL AND (posted->>'shows')::bigint < version))`;

const dueProposals = `-- Proposals that owe something and that nobody holds, oldest first.
  SELECT id FROM proposals WHERE ${owes} ORDER BY due_at, id LIMIT $1`;

const claimProposal = `-- Take a proposal that owes something and that nobody holds.
  UPDATE proposals SET lease_holder = $2, lease_until = now() + $3::float8 * interval '1 second', attempts = attempts + 1
  WHERE id = $1 AND ${owes} RETURNING *`;

const renewProposal = `-- Renew the lease of a proposal that is still ours.
  UPDATE proposals SET lease_until = now() + $3::float8 * interval '1 second' WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endReturned = `-- The work returned: let go, unless the proposal changed hands.
  UPDATE proposals SET lease_holder = NULL, lease_until = NULL, error = NULL WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endThrew = `-- The work threw: let go, and not before a while again, unless the proposal changed hands.
  UPDATE proposals SET lease_holder = NULL, lease_until = NULL, error = $3, due_at = now() + $4::float8 * interval '1 second'
  WHERE id = $1 AND lease_holder = $2 RETURNING id`;

export function proposalsOf(db: Database, holder: Holder): Proposals {
  return {
    file: (proposal, audit) => file(db, proposal, audit),
    async get(id) {
      const [row] = await db.sql(proposalById, [id]);
      return row ? proposalOf(row) : null;
    },
    save: (proposal, audit) => save(db, proposal, audit),
    hold: (id, work) => hold(db, holder, id, work),
    dueNow: async (limit) => (await db.sql(dueProposals, [limit])).map((row) => textOf('proposals', row, 'id')),
  };
}

async function file(
  db: Database,
  p: Parameters<Proposals['file']>[0],
  audit: readonly AuditEntry[],
): Promise<{ filed: boolean; proposal: Proposal }> {
  const { person } = p;
  // More than once: the proposal in the way may be decided between the two statements.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const filed = await db.transaction(async (sql) => {
      const [row] = await sql(insertProposal, [
        p.id,
        p.cluster,
        p.sqlUsername,
        p.exists,
        person.oid,
        person.upn,
        storable(person.displayName),
        storable(p.filedBy),
        p.filedAt,
        p.deadline,
        json(p.findings),
      ]);
      if (row) await appendAudit(sql, audit);
      return row;
    });
    if (filed) return { filed: true, proposal: proposalOf(filed) };
    const [before] = await db.sql(openProposal, [p.cluster, p.sqlUsername, person.oid]);
    if (before) return { filed: false, proposal: proposalOf(before) };
  }
  throw new Fault('store_unavailable', 'later', `the proposal id ${p.id} is taken`);
}

async function save(db: Database, proposal: Proposal, audit: readonly AuditEntry[]): Promise<Proposal | null> {
  try {
    return await db.transaction((sql) => saveIn(sql, proposal, audit));
  } catch (error) {
    if (error instanceof Rollback) return null;
    throw error;
  }
}

async function saveIn(sql: Sql, p: Proposal, audit: readonly AuditEntry[]): Promise<Proposal> {
  const [before] = await sql(stateOfProposal, [p.id, p.version]);
  if (!before) throw new Rollback('somebody was faster');
  if (p.state === 'adopted' && textOf('proposals', before, 'state') !== 'adopted') await adopt(sql, p);
  const [row] = await sql(saveProposal, [
    p.id,
    p.version,
    p.state,
    p.exists,
    p.person.upn,
    storable(p.person.displayName),
    json(p.confirmed),
    jsonOrNull(p.declined),
    json(p.findings),
    jsonOrNull(p.posted),
    p.appliedAt,
  ]);
  if (!row) throw new Rollback('somebody was faster');
  await appendAudit(sql, audit);
  return proposalOf(row);
}

/** A SQL user that is there is this person's from now on; one that is not is created at the person's first grant, like any other. */
async function adopt(sql: Sql, { cluster, sqlUsername, person, exists }: Proposal): Promise<void> {
  const state = exists ? 'created' : 'creating';
  const [row]: readonly Row[] = await sql(adoptUser, [cluster, sqlUsername, person.oid, person.upn, state, exists]);
  if (!row) throw new Rollback('the SQL user or the person is tied already');
}

async function hold(db: Database, holder: Holder, id: string, work: (proposal: Proposal) => Promise<void>): Promise<boolean> {
  const token = leaseToken(holder);
  const [row] = await db.sql(claimProposal, [id, token, holder.leaseSeconds]);
  if (!row) return false;
  const wait = backoffSeconds(countOf('proposals', row, 'attempts'));
  const end = (failed: { readonly error: unknown } | null) =>
    failed === null
      ? db.sql(endReturned, [id, token])
      : db.sql(endThrew, [id, token, storable(String(failed.error)).slice(0, 500), wait]);
  const lease = {
    renew: async () => (await db.sql(renewProposal, [id, token, holder.leaseSeconds])).length > 0,
    end: async (failed: { readonly error: unknown } | null) => (await end(failed)).length > 0,
  };
  await underLease(holder, `proposal ${id}`, lease, async () => work(proposalOf(row)));
  return true;
}

const jsonOrNull = (value: unknown): string | null => (value === null ? null : json(value));
