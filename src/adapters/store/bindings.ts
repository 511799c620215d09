/** Whose door it is: kept at first use. */

import type { Bindings } from '../../core/ports.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { textOf } from './rows/reader.ts';

const keepBinding = `-- Bind a door to a person, unless it is bound.
  INSERT INTO bindings (platform, team, user_id, oid) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING RETURNING oid`;

const readBinding = `-- Whose door this is.
  SELECT oid FROM bindings WHERE platform = $1 AND team = $2 AND user_id = $3`;

export function bindingsOf(db: Database): Bindings {
  return {
    async bind(door, oid) {
      const kept = await db.sql(readBinding, [door.platform, door.team, door.user]);
      if (kept[0]) return { oid: textOf('bindings', kept[0], 'oid') };
      await db.transaction(async (sql) => {
        const [made] = await sql(keepBinding, [door.platform, door.team, door.user, oid]);
        if (made) await appendAudit(sql, [{ event: 'door.bound', requestId: null, actor: oid, details: { ...door } }]);
      });
      // Read again whoever won: two first uses at once end with one person.
      const [row] = await db.sql(readBinding, [door.platform, door.team, door.user]);
      return { oid: row ? textOf('bindings', row, 'oid') : oid };
    },
  };
}
