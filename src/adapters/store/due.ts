/** The work that requests owe, taken by one worker at a time. */

import type { Requests } from '../../core/ports.ts';
import type { Database } from './database.ts';
import { backoffSeconds, type Holder, leaseToken, underLease } from './hold.ts';
import { countOf, requestOf, textOf } from './rows.ts';

// The version moves with the claim: whoever held the lease before, and lost it, fails its next save.
const claimRequest = `-- Take the due work of a request that nobody holds.
  UPDATE requests SET lease_holder = $2, lease_until = now() + $3::float8 * interval '1 second',
    attempts = attempts + 1, version = version + 1
  WHERE id = $1 AND due IS NOT NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
  RETURNING *`;

const renewRequest = `-- Renew the lease of a request that is still ours.
  UPDATE requests SET lease_until = now() + $3::float8 * interval '1 second' WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const endReturned = `-- The work returned: let go, unless the request changed hands.
  UPDATE requests SET lease_holder = NULL, lease_until = NULL WHERE id = $1 AND lease_holder = $2 RETURNING id`;

// Pushed back, so that one request that always fails does not stand first in every sweep.
const endThrew = `-- The work threw: let go, and not before a while again, unless the request changed hands.
  UPDATE requests SET lease_holder = NULL, lease_until = NULL,
    due_at = CASE WHEN due_at > now() THEN due_at ELSE now() + $3::float8 * interval '1 second' END
  WHERE id = $1 AND lease_holder = $2 RETURNING id`;

const dueRequests = `-- Requests whose work is due and that nobody holds, oldest first.
  SELECT id FROM requests
  WHERE due IS NOT NULL AND due_at <= now() AND (lease_until IS NULL OR lease_until < now()) ORDER BY due_at LIMIT $1`;

export function dueOf(db: Database, holder: Holder): Pick<Requests, 'hold' | 'dueNow'> {
  return {
    async hold(id, work) {
      const token = leaseToken(holder);
      const [row] = await db.sql(claimRequest, [id, token, holder.leaseSeconds]);
      if (!row) return false;
      const attempts = countOf('requests', row, 'attempts');
      const end = (failed: { readonly error: unknown } | null) =>
        failed === null ? db.sql(endReturned, [id, token]) : db.sql(endThrew, [id, token, backoffSeconds(attempts)]);
      const lease = {
        renew: async () => (await db.sql(renewRequest, [id, token, holder.leaseSeconds])).length > 0,
        end: async (failed: { readonly error: unknown } | null) => (await end(failed)).length > 0,
      };
      // Read inside the lease: a row that is broken fails, and comes later again, instead of every time at once.
      await underLease(holder, `request ${id}`, lease, async () => work(requestOf(row)));
      return true;
    },
    dueNow: async (limit) => (await db.sql(dueRequests, [limit])).map((row) => textOf('requests', row, 'id')),
  };
}
