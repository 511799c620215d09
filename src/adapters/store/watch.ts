/** What the watch remembers: in the database's time, whichever process asks. */

import type { Watch } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { json } from './rows/values.ts';
import { noteOf, pausedOf, seenOf } from './rows/watch.ts';
import { publishedKeysOf } from './published-keys.ts';

const readPaused = `-- Whether the watch is paused, and who did it.
  SELECT paused_at, paused_by FROM watch_paused`;

const keepPaused = `-- Pause the watch, unless it is paused.
  INSERT INTO watch_paused (paused_at, paused_by) VALUES (now(), $1) ON CONFLICT DO NOTHING RETURNING paused_at`;

const endPaused = `-- The watch runs again.
  DELETE FROM watch_paused RETURNING paused_at`;

const takeTurn = `-- Take a turn whose time has come.
  INSERT INTO watch_turns (name, turned_at) VALUES ($1, now())
  ON CONFLICT (name) DO UPDATE SET turned_at = excluded.turned_at
  WHERE watch_turns.turned_at <= excluded.turned_at - $2::float8 * interval '1 second' RETURNING name`;

const readSeen = `-- What was last found of a cluster.
  SELECT cluster_name, verdict, verdict_since, checked_at, last_healthy FROM watch_seen WHERE cluster_name = $1`;

const keepSeen = `-- Keep what was found of a cluster, unless something newer is kept.
  INSERT INTO watch_seen (cluster_name, verdict, verdict_since, checked_at, last_healthy)
  VALUES ($1, $2, $3, $3, CASE WHEN $2 = 'healthy' THEN $3::timestamptz END)
  ON CONFLICT (cluster_name) DO UPDATE SET
    verdict = excluded.verdict,
    verdict_since = CASE WHEN watch_seen.verdict = excluded.verdict THEN watch_seen.verdict_since ELSE excluded.verdict_since END,
    checked_at = excluded.checked_at,
    last_healthy = coalesce(excluded.last_healthy, watch_seen.last_healthy)
  WHERE watch_seen.checked_at <= excluded.checked_at`;

const readNote = `-- A small result, by its name.
  SELECT name, kept_at, says FROM watch_notes WHERE name = $1`;

const writeNote = `-- Keep a small result in the place of the last one.
  INSERT INTO watch_notes (name, kept_at, says) VALUES ($1, now(), $2::jsonb)
  ON CONFLICT (name) DO UPDATE SET kept_at = excluded.kept_at, says = excluded.says`;

export function watchOf(db: Database): Watch {
  return {
    ...publishedKeysOf(db),
    async paused() {
      const [row] = await db.sql(readPaused);
      return row === undefined ? null : pausedOf(row);
    },
    pause: (by, audit) =>
      db.transaction(async (sql) => {
        const [made] = await sql(keepPaused, [by]);
        if (made) await appendAudit(sql, audit);
        return made !== undefined;
      }),
    resume: (audit) =>
      db.transaction(async (sql) => {
        const [gone] = await sql(endPaused);
        if (gone) await appendAudit(sql, audit);
        return gone !== undefined;
      }),
    turn: async (name, everySeconds) => (await db.sql(takeTurn, [name, everySeconds])).length > 0,
    async seen(cluster) {
      const [row] = await db.sql(readSeen, [cluster]);
      return row === undefined ? null : seenOf(row);
    },
    found: (cluster, verdict, checkedAt) =>
      db.transaction(async (sql) => {
        const [before] = await sql(`${readSeen} FOR UPDATE`, [cluster]);
        await sql(keepSeen, [cluster, verdict, checkedAt]);
        return before === undefined ? null : seenOf(before);
      }),
    async note(name) {
      const [row] = await db.sql(readNote, [name]);
      return row === undefined ? null : noteOf(row);
    },
    async keepNote(name, says) {
      await db.sql(writeNote, [name, json(says ?? null)]);
    },
  };
}
