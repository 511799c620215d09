/** What people typed and pressed: durable before it is acknowledged, worked once. */

import { randomUUID } from 'node:crypto';
import type { Interactions } from '../../core/ports.ts';
import { type Database, within } from './database.ts';
import { dueRows, type Owing } from './due-rows.ts';
import type { Holder } from './hold.ts';
import { interactionOf } from './rows/interaction.ts';
import { textOf } from './rows/reader.ts';
import { json } from './rows/values.ts';

/** Platforms wait three seconds for an acknowledgement (docs.slack.dev, "Handling user interaction"): a store that hangs is said in time. */
const receiveMillis = 2_500;

const receiveOne = `-- Keep an interaction, unless its key was received before.
  INSERT INTO interactions (id, platform, interaction_key, body) VALUES ($1, $2, $3, $4::jsonb)
  ON CONFLICT DO NOTHING RETURNING id`;

const receivedBefore = `-- The interaction that has this key.
  SELECT id FROM interactions WHERE platform = $1 AND interaction_key = $2`;

const owing: Owing = {
  table: 'interactions',
  key: 'id',
  what: 'interaction',
  owes: 'worked_at IS NULL',
  worked: 'worked_at = now()',
};

export function interactionsOf(db: Database, holder: Holder): Interactions {
  const { hold, dueNow } = dueRows(db, holder, owing, interactionOf);
  return {
    receive: (interaction) =>
      within(receiveMillis, 'receive', receive(db, interaction.door.platform, interaction.key, json(interaction))),
    hold,
    unworked: dueNow,
  };
}

async function receive(db: Database, platform: string, key: string, body: string): Promise<{ id: string; repeat: boolean }> {
  const id = randomUUID();
  const [kept] = await db.sql(receiveOne, [id, platform, key, body]);
  if (kept) return { id, repeat: false };
  const [before] = await db.sql(receivedBefore, [platform, key]);
  return { id: before ? textOf('interactions', before, 'id') : id, repeat: true };
}
