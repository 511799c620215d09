/** Changes of cluster settings: filed, confirmed where that is needed, applied, and undone by the rollback that takes them back. */

import { Fault } from '../../core/errors.ts';
import type { AuditEntry, SettingChange, SettingChanges } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import { type Database, Rollback, type Row, type Sql } from './database.ts';
import { backoffSeconds, type Holder, leaseToken, underLease } from './hold.ts';
import { countOf, json, settingChangeOf, storable, textOf } from './rows.ts';

const insertChange = `-- File a change of settings, unless one is open for the cluster. One that needs nobody else is written by whoever files it.
  INSERT INTO setting_changes (id, version, state, kind, cluster_name, steps, effect, asked_by, filed_by, filed_at, deadline, needs,
    confirmed, declined, says, applied_at, due_at)
  VALUES ($1, 1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9, $10, $11::bigint, $12::jsonb, $13::jsonb, $14, $15,
    CASE WHEN $11::bigint = 1 THEN now() + interval '10 seconds' ELSE now() END)
  ON CONFLICT DO NOTHING RETURNING *`;

const openChange = `-- The open change of a cluster's settings.
  SELECT * FROM setting_changes WHERE state = 'open' AND cluster_name = $1`;

const changeById = `-- One change of settings.
  SELECT * FROM setting_changes WHERE id = $1`;

const newestApplied = `-- The newest change of a cluster's settings that was applied and not taken back.
  SELECT * FROM setting_changes WHERE state = 'applied' AND cluster_name = $1 ORDER BY applied_at DESC, filed_at DESC LIMIT 1`;

const stateOfChange = `-- The state of a change that nobody has changed since; whoever is faster from here on is found by the version.
  SELECT state FROM setting_changes WHERE id = $1 AND version = $2`;

const saveChange = `-- Save a change of settings if nobody was faster.
  UPDATE setting_changes SET version = version + 1, state = $3, effect = $4::jsonb, confirmed = $5::jsonb, declined = $6::jsonb,
    says = $7, posted = $8::jsonb, applied_at = $9, due_at = now(), attempts = CASE WHEN state <> $3 THEN 0 ELSE attempts END
  WHERE id = $1 AND version = $2 RETURNING *`;

const undoChange = `-- What a rollback took back is undone.
  UPDATE setting_changes SET version = version + 1, state = 'undone', due_at = now() WHERE id = $1 AND state = 'applied' RETURNING id`;

// What is owed: its card, each change of it, the end of a time that nobody used, and the writing once enough admins said so.
const owes = `due_at <= now() AND (lease_until IS NULL OR lease_until < now())
    AND ((state = 'open' AND (needs = 1 OR jsonb_array_length(confirmed) >= needs OR posted IS NULL OR deadline <= now()))
      OR (posted IS NOT NULL AND (posted->>'shows')::bigint < version))`;

const dueChanges = `-- Changes of settings that owe something and that nobody holds, oldest first.
  SELECT id FROM setting_changes WHERE ${owes} ORDER BY due_at, id LIMIT $1`;

const claimChange = `-- Take a change of settings that owes something and that nobody holds.
  UPDATE setting_changes SET lease_holder = $2, lease_until = now() + $3::float8 * interval '1 second', attempts = attempts + 1
  WHERE id = $1 AND ${owes} RETURNING *`;

const renewChange = `-- Renew the lease of a change of settings that is still ours.
  UPDATE setting_changes SET lease_until = now() + $3::float8 * interval '1 second' WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endReturned = `-- The work returned: let go, unless the change changed hands.
  UPDATE setting_changes SET lease_holder = NULL, lease_until = NULL, error = NULL WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endThrew = `-- The work threw: let go, and not before a while again, unless the change changed hands.
  UPDATE setting_changes SET lease_holder = NULL, lease_until = NULL, error = $3, due_at = now() + $4::float8 * interval '1 second'
  WHERE id = $1 AND lease_holder = $2 RETURNING id`;

export function settingChangesOf(db: Database, holder: Holder): SettingChanges {
  const one = async (sql: string, value: string): Promise<SettingChange | null> => {
    const [row] = await db.sql(sql, [value]);
    return row ? settingChangeOf(row) : null;
  };
  return {
    file: (change, audit) => file(db, change, audit),
    get: (id) => one(changeById, id),
    open: (cluster) => one(openChange, cluster),
    lastApplied: (cluster) => one(newestApplied, cluster),
    save: (change, audit) => save(db, change, audit),
    hold: (id, work) => hold(db, holder, id, work),
    dueNow: async (limit) => (await db.sql(dueChanges, [limit])).map((row) => textOf('setting_changes', row, 'id')),
  };
}

async function file(
  db: Database,
  c: Parameters<SettingChanges['file']>[0],
  audit: readonly AuditEntry[],
): Promise<{ filed: boolean; change: SettingChange }> {
  // More than once: the change in the way may be over between the two statements.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const filed = await db.transaction(async (sql) => {
      const [row] = await sql(insertChange, [
        c.id,
        c.state,
        c.kind,
        c.cluster,
        json(c.steps),
        effectOf(c),
        jsonOrNull(c.askedBy),
        c.filedBy === null ? null : storable(c.filedBy),
        c.filedAt,
        c.deadline,
        c.needs,
        json(c.confirmed),
        jsonOrNull(c.declined),
        c.says,
        c.appliedAt,
      ]);
      if (row) await appendAudit(sql, audit);
      return row;
    });
    if (filed) return { filed: true, change: settingChangeOf(filed) };
    const [before] = await db.sql(openChange, [c.cluster]);
    if (before) return { filed: false, change: settingChangeOf(before) };
  }
  throw new Fault('store_unavailable', 'later', `the id ${c.id} of a change of settings is taken`);
}

async function save(db: Database, change: SettingChange, audit: readonly AuditEntry[]): Promise<SettingChange | null> {
  try {
    return await db.transaction((sql) => saveIn(sql, change, audit));
  } catch (error) {
    if (error instanceof Rollback) return null;
    throw error;
  }
}

async function saveIn(sql: Sql, c: SettingChange, audit: readonly AuditEntry[]): Promise<SettingChange> {
  const [before] = await sql(stateOfChange, [c.id, c.version]);
  if (!before) throw new Rollback('somebody was faster');
  const becomesApplied = c.state === 'applied' && textOf('setting_changes', before, 'state') !== 'applied';
  if (becomesApplied && c.kind === 'rollback') await undo(sql, c);
  const [row] = await sql(saveChange, [
    c.id,
    c.version,
    c.state,
    effectOf(c),
    json(c.confirmed),
    jsonOrNull(c.declined),
    c.says === null ? null : storable(c.says),
    jsonOrNull(c.posted),
    c.appliedAt,
  ]);
  if (!row) throw new Rollback('somebody was faster');
  await appendAudit(sql, audit);
  return settingChangeOf(row);
}

async function undo(sql: Sql, { cluster }: SettingChange): Promise<void> {
  const [newest]: readonly Row[] = await sql(newestApplied, [cluster]);
  if (newest) await sql(undoChange, [textOf('setting_changes', newest, 'id')]);
}

async function hold(db: Database, holder: Holder, id: string, work: (change: SettingChange) => Promise<void>): Promise<boolean> {
  const token = leaseToken(holder);
  const [row] = await db.sql(claimChange, [id, token, holder.leaseSeconds]);
  if (!row) return false;
  const wait = backoffSeconds(countOf('setting_changes', row, 'attempts'));
  const end = (failed: { readonly error: unknown } | null) =>
    failed === null
      ? db.sql(endReturned, [id, token])
      : db.sql(endThrew, [id, token, storable(String(failed.error)).slice(0, 500), wait]);
  const lease = {
    renew: async () => (await db.sql(renewChange, [id, token, holder.leaseSeconds])).length > 0,
    end: async (failed: { readonly error: unknown } | null) => (await end(failed)).length > 0,
  };
  await underLease(holder, `setting change ${id}`, lease, async () => work(settingChangeOf(row)));
  return true;
}

const effectOf = ({ loses, gains, othersLose }: Pick<SettingChange, 'loses' | 'gains' | 'othersLose'>): string =>
  json({ loses, gains, othersLose });

const jsonOrNull = (value: unknown): string | null => (value === null ? null : json(value));
