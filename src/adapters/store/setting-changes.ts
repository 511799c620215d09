/** Changes of cluster settings: filed, confirmed where that is needed, applied, and undone by the rollback that takes them back. */

import type { AuditEntry, SettingChange, SettingChanges } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import { type Database, Rollback, type Sql, unlessUndone } from './database.ts';
import { dueRows, type Owing } from './due-rows.ts';
import type { Holder } from './hold.ts';
import { madeOnce } from './made-once.ts';
import { textOf } from './rows/reader.ts';
import { settingChangeOf } from './rows/setting-change.ts';
import { json, jsonOrNull, storable } from './rows/values.ts';

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
const owing: Owing = {
  table: 'setting_changes',
  key: 'id',
  what: 'setting change',
  owes: `((state = 'open' AND (needs = 1 OR jsonb_array_length(confirmed) >= needs OR posted IS NULL OR deadline <= now()))
      OR (posted IS NOT NULL AND (posted->>'shows')::bigint < version))`,
};

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
    save: (change, audit) => unlessUndone(db, (sql) => saveIn(sql, change, audit)),
    ...dueRows(db, holder, owing, settingChangeOf),
  };
}

async function file(
  db: Database,
  c: Parameters<SettingChanges['file']>[0],
  audit: readonly AuditEntry[],
): Promise<{ filed: boolean; change: SettingChange }> {
  const { made, it } = await madeOnce(db, {
    insert: (sql) => sql(insertChange, insertValues(c)),
    audit,
    inTheWay: async () => (await db.sql(openChange, [c.cluster]))[0],
    read: settingChangeOf,
    id: `id ${c.id} of a change of settings`,
  });
  return { filed: made, change: it };
}

const insertValues = (c: Parameters<SettingChanges['file']>[0]): readonly unknown[] => [
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
];

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
  const [newest] = await sql(newestApplied, [cluster]);
  if (newest) await sql(undoChange, [textOf('setting_changes', newest, 'id')]);
}

const effectOf = ({ loses, gains, othersLose }: Pick<SettingChange, 'loses' | 'gains' | 'othersLose'>): string =>
  json({ loses, gains, othersLose });
