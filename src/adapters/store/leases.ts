/** Named leases: one row each, in the database's time. Advisory locks would do nothing on CockroachDB. */

import { Fault } from '../../core/errors.ts';
import type { Leases } from '../../core/ports.ts';
import type { Database } from './database.ts';
import { type Holder, leaseToken, underLease } from './hold.ts';

const takeLease = `-- Take a lease that is free or has expired.
  INSERT INTO leases (name, holder, held_until) VALUES ($1, $2, now() + $3::float8 * interval '1 second')
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
  WHERE leases.held_until < now() RETURNING holder`;

const renewLease = `-- Renew a lease that is still ours.
  UPDATE leases SET held_until = now() + $3::float8 * interval '1 second'
  WHERE name = $1 AND holder = $2 AND held_until > now() RETURNING holder`;

const endLease = `-- Let go of a lease.
  DELETE FROM leases WHERE name = $1 AND holder = $2 RETURNING holder`;

const pollMillis = 150;

export function leasesOf(db: Database, holder: Holder): Leases {
  const renewed = async (name: string, token: string) =>
    (await db.sql(renewLease, [name, token, holder.leaseSeconds])).length > 0;
  return {
    async with(name, patience, work) {
      const token = leaseToken(holder);
      await take(db, holder, name, token, patience);
      const lease = { renew: () => renewed(name, token), end: async () => (await db.sql(endLease, [name, token])).length > 0 };
      return underLease(holder, name, lease, () =>
        work(async () => {
          // Asking renews: what comes next has a whole lease before it.
          if (!(await renewed(name, token))) throw new Fault('not_yet', 'later', `the lease "${name}" was lost`);
        }),
      );
    },
  };
}

async function take(db: Database, holder: Holder, name: string, token: string, patience: number): Promise<void> {
  const started = performance.now();
  for (;;) {
    if ((await db.sql(takeLease, [name, token, holder.leaseSeconds])).length > 0) return;
    if (performance.now() - started >= patience * 1000) {
      throw new Fault('not_yet', 'later', `somebody else holds "${name}" and did not let go within ${patience} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMillis * (0.5 + Math.random())));
  }
}
