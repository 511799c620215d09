/** Proposals: filed by the command line, confirmed by two admins, adopted with the ledger's row in one transaction. */

import type { AuditEntry, Proposal, Proposals } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import { type Database, Rollback, type Sql, unlessUndone } from './database.ts';
import { dueRows, type Owing } from './due-rows.ts';
import type { Holder } from './hold.ts';
import { madeOnce } from './made-once.ts';
import { proposalOf } from './rows/proposal.ts';
import { textOf } from './rows/reader.ts';
import { json, jsonOrNull, storable } from './rows/values.ts';

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
const owing: Owing = {
  table: 'proposals',
  key: 'id',
  what: 'proposal',
  owes: `((state = 'open' AND (posted IS NULL OR deadline <= now()))
      OR (state = 'adopted' AND applied_at IS NULL)
      OR (posted IS NOT NULL AND (posted->>'shows')::bigint < version))`,
};

export function proposalsOf(db: Database, holder: Holder): Proposals {
  return {
    file: (proposal, audit) => file(db, proposal, audit),
    async get(id) {
      const [row] = await db.sql(proposalById, [id]);
      return row ? proposalOf(row) : null;
    },
    save: (proposal, audit) => unlessUndone(db, (sql) => saveIn(sql, proposal, audit)),
    ...dueRows(db, holder, owing, proposalOf),
  };
}

async function file(
  db: Database,
  p: Parameters<Proposals['file']>[0],
  audit: readonly AuditEntry[],
): Promise<{ filed: boolean; proposal: Proposal }> {
  const { made, it } = await madeOnce(db, {
    insert: (sql) => sql(insertProposal, insertValues(p)),
    audit,
    inTheWay: async () => (await db.sql(openProposal, [p.cluster, p.sqlUsername, p.person.oid]))[0],
    read: proposalOf,
    id: `proposal id ${p.id}`,
  });
  return { filed: made, proposal: it };
}

const insertValues = ({ person, ...p }: Parameters<Proposals['file']>[0]): readonly unknown[] => [
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
];

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
  const [row] = await sql(adoptUser, [cluster, sqlUsername, person.oid, person.upn, state, exists]);
  if (!row) throw new Rollback('the SQL user or the person is tied already');
}
