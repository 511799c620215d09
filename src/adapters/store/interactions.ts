/** What people typed and pressed: durable before it is acknowledged, worked once. */

import { randomUUID } from 'node:crypto';
import type { Interactions } from '../../core/ports.ts';
import { type Database, within } from './database.ts';
import { backoffSeconds, type Holder, leaseToken, messageOf, underLease } from './hold.ts';
import { countOf, interactionOf, json, textOf } from './rows.ts';

/** Platforms wait three seconds for an acknowledgement (docs.slack.dev, "Handling user interaction"): a store that hangs is said in time. */
const receiveMillis = 2_500;

const receiveOne = `-- Keep an interaction, unless its key was received before.
  INSERT INTO interactions (id, platform, interaction_key, body) VALUES ($1, $2, $3, $4::jsonb)
  ON CONFLICT DO NOTHING RETURNING id`;

const receivedBefore = `-- The interaction that has this key.
  SELECT id FROM interactions WHERE platform = $1 AND interaction_key = $2`;

const claimOne = `-- Take an interaction that nobody has worked or is working.
  UPDATE interactions SET lease_holder = $2, lease_until = now() + $3::float8 * interval '1 second', attempts = attempts + 1
  WHERE id = $1 AND worked_at IS NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
  RETURNING id, body, received_at, attempts`;

const renewOne = `-- Renew the lease of an interaction that is still ours.
  UPDATE interactions SET lease_until = now() + $3::float8 * interval '1 second' WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endWorked = `-- An interaction was worked.
  UPDATE interactions SET worked_at = now(), lease_holder = NULL, lease_until = NULL, error = NULL
  WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endFailed = `-- An interaction was not worked; later again.
  UPDATE interactions SET lease_holder = NULL, lease_until = NULL, error = $3, due_at = now() + $4::float8 * interval '1 second'
  WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const unworkedOnes = `-- Interactions that nobody has worked or is working, oldest first.
  SELECT id FROM interactions
  WHERE worked_at IS NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now()) ORDER BY due_at LIMIT $1`;

export function interactionsOf(db: Database, holder: Holder): Interactions {
  return {
    receive: (interaction) =>
      within(receiveMillis, 'receive', receive(db, interaction.door.platform, interaction.key, json(interaction))),
    async hold(id, work) {
      const token = leaseToken(holder);
      const [row] = await db.sql(claimOne, [id, token, holder.leaseSeconds]);
      if (!row) return false;
      const attempts = countOf('interactions', row, 'attempts');
      const end = (failed: { readonly error: unknown } | null) =>
        failed === null
          ? db.sql(endWorked, [id, token])
          : db.sql(endFailed, [id, token, messageOf(failed.error), backoffSeconds(attempts)]);
      const lease = {
        renew: async () => (await db.sql(renewOne, [id, token, holder.leaseSeconds])).length > 0,
        end: async (failed: { readonly error: unknown } | null) => (await end(failed)).length > 0,
      };
      // Read inside the lease: a row that is broken fails, and comes later again, instead of every time at once.
      await underLease(holder, `interaction ${id}`, lease, async () => work(interactionOf(row)));
      return true;
    },
    unworked: async (limit) => (await db.sql(unworkedOnes, [limit])).map((row) => textOf('interactions', row, 'id')),
  };
}

async function receive(db: Database, platform: string, key: string, body: string): Promise<{ id: string; repeat: boolean }> {
  const id = randomUUID();
  const [kept] = await db.sql(receiveOne, [id, platform, key, body]);
  if (kept) return { id, repeat: false };
  const [before] = await db.sql(receivedBefore, [platform, key]);
  return { id: before ? textOf('interactions', before, 'id') : id, repeat: true };
}
