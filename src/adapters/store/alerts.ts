/** Messages to admins: kept under a key, each sent once. */

import type { Alerts, UnsentAlert } from '../../core/ports.ts';
import type { Database, Row } from './database.ts';
import { backoffSeconds, type Holder, leaseToken, messageOf, underLease } from './hold.ts';
import { alertOf, countOf, json, textOf } from './rows.ts';

const keepAlert = `-- Keep an alert, unless one with its key was kept before.
  INSERT INTO alerts (alert_key, request_id, card) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING`;

const unsentAlerts = `-- Alerts that nobody has sent or is sending, oldest first.
  SELECT alert_key FROM alerts
  WHERE sent_at IS NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now()) ORDER BY due_at LIMIT 50`;

const claimAlert = `-- Take an alert that nobody has sent or is sending.
  UPDATE alerts SET lease_holder = $2, lease_until = now() + $3::float8 * interval '1 second', attempts = attempts + 1
  WHERE alert_key = $1 AND sent_at IS NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
  RETURNING alert_key, request_id, card, attempts, stands_on`;

const renewAlert = `-- Renew the lease of an alert that is still ours.
  UPDATE alerts SET lease_until = now() + $3::float8 * interval '1 second' WHERE alert_key = $1 AND lease_holder = $2 RETURNING alert_key`;

const endSent = `-- An alert was sent.
  UPDATE alerts SET sent_at = now(), lease_holder = NULL, lease_until = NULL, error = NULL
  WHERE alert_key = $1 AND lease_holder = $2 RETURNING alert_key`;

const endUnsent = `-- An alert was not sent; later again.
  UPDATE alerts SET lease_holder = NULL, lease_until = NULL, error = $3, due_at = now() + $4::float8 * interval '1 second'
  WHERE alert_key = $1 AND lease_holder = $2 RETURNING alert_key`;

const keepStands = `-- Keep that an alert stands on a platform.
  UPDATE alerts SET stands_on = jsonb_set(stands_on, ARRAY[$2::text], 'true'::jsonb) WHERE alert_key = $1`;

export function alertsOf(db: Database, holder: Holder): Alerts {
  return {
    async raise(alert) {
      await db.sql(keepAlert, [alert.key, alert.requestId, json(alert.card)]);
    },
    async holdEach(work) {
      let sent = 0;
      for (const candidate of await db.sql(unsentAlerts)) {
        const key = textOf('alerts', candidate, 'alert_key');
        try {
          sent += (await holdOne(db, holder, key, work)) ? 1 : 0;
        } catch (error) {
          // One that can't be sent does not keep the others waiting; its turn comes again.
          holder.log.warn({ alert: key, error: messageOf(error) }, 'an alert was not sent; later again');
        }
      }
      return sent;
    },
    async stands(key, platform) {
      await db.sql(keepStands, [key, platform]);
    },
  };
}

async function holdOne(db: Database, holder: Holder, key: string, work: (alert: UnsentAlert) => Promise<void>): Promise<boolean> {
  const token = leaseToken(holder);
  const [row] = await db.sql(claimAlert, [key, token, holder.leaseSeconds]);
  if (!row) return false;
  await underLease(holder, `alert ${key}`, leaseOf(db, holder, key, token, row), async () => work(alertOf(row)));
  return true;
}

function leaseOf(db: Database, holder: Holder, key: string, token: string, row: Row) {
  const end = (failed: { readonly error: unknown } | null) =>
    failed === null
      ? db.sql(endSent, [key, token])
      : db.sql(endUnsent, [key, token, messageOf(failed.error), backoffSeconds(countOf('alerts', row, 'attempts'))]);
  return {
    renew: async () => (await db.sql(renewAlert, [key, token, holder.leaseSeconds])).length > 0,
    end: async (failed: { readonly error: unknown } | null) => (await end(failed)).length > 0,
  };
}
