/** Messages to admins: kept under a key, each sent once. */

import type { Alerts } from '../../core/ports.ts';
import type { Database } from './database.ts';
import { dueRows, type Owing } from './due-rows.ts';
import { type Holder, messageOf } from './hold.ts';
import { alertOf } from './rows/alert.ts';
import { json } from './rows/values.ts';

const keepAlert = `-- Keep an alert, unless one with its key was kept before.
  INSERT INTO alerts (alert_key, request_id, card) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING`;

const owing: Owing = { table: 'alerts', key: 'alert_key', what: 'alert', owes: 'sent_at IS NULL', worked: 'sent_at = now()' };
/** So many in one go; the next sweep finds the rest. */
const atOnce = 50;

const keepStands = `-- Keep that an alert stands on a platform.
  UPDATE alerts SET stands_on = jsonb_set(stands_on, ARRAY[$2::text], 'true'::jsonb) WHERE alert_key = $1`;

export function alertsOf(db: Database, holder: Holder): Alerts {
  const { hold, dueNow } = dueRows(db, holder, owing, alertOf);
  return {
    async raise(alert) {
      await db.sql(keepAlert, [alert.key, alert.requestId, json(alert.card)]);
    },
    async holdEach(work) {
      let sent = 0;
      for (const key of await dueNow(atOnce)) {
        try {
          sent += (await hold(key, work)) ? 1 : 0;
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
