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
/** How long one process may pass a lease on to its own before it lets another one have a try. */
const ownMillis = 2_000;

export function leasesOf(db: Database, holder: Holder): Leases {
  const lines = new Map<string, Line>();
  const renewed = async (name: string, token: string) =>
    (await db.sql(renewLease, [name, token, holder.leaseSeconds])).length > 0;
  return {
    async with(name, patience, work) {
      const until = performance.now() + patience * 1000;
      const tooLate = () =>
        new Fault('not_yet', 'later', `somebody else holds "${name}" and did not let go within ${patience} s`);
      return inLine(lines, name, until, tooLate, async () => {
        const token = leaseToken(holder);
        await take(db, holder, name, token, until, tooLate);
        const lease = {
          renew: () => renewed(name, token),
          end: async () => (await db.sql(endLease, [name, token])).length > 0,
        };
        return underLease(holder, name, lease, () =>
          work(async () => {
            // Asking renews: what comes next has a whole lease before it.
            if (!(await renewed(name, token))) throw new Fault('not_yet', 'later', `the lease "${name}" was lost`);
          }),
        );
      });
    },
  };
}

interface Line {
  /** Resolves when the last one who stands in it has left. */
  readonly last: Promise<void>;
  /** When this process was last the only one that could have the lease. */
  since: number;
}

/**
 * Those of one process that want the same lease stand in line: only the first asks the database, and the next goes in as soon as
 * it is free instead of at its next try.
 *
 * @throws what `tooLate` makes when the turn does not come by `until`
 */
async function inLine<T>(
  lines: Map<string, Line>,
  name: string,
  until: number,
  tooLate: () => Fault,
  work: () => Promise<T>,
): Promise<T> {
  const before = lines.get(name);
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const line: Line = {
    last: before === undefined ? left : before.last.then(() => left),
    since: before?.since ?? performance.now(),
  };
  lines.set(name, line);
  try {
    if (before !== undefined) {
      if (!(await comes(before.last, until))) throw tooLate();
      await letOthersTry(before, line);
    }
    return await work();
  } finally {
    leave();
    // Whoever gave up waiting still has others before them: the line goes on until the last of them has left.
    void line.last.then(() => lines.get(name) === line && lines.delete(name));
  }
}

/** Other processes only try now and then: a line that never ends would keep them out for ever. */
async function letOthersTry(before: Line, line: Line): Promise<void> {
  line.since = before.since;
  if (performance.now() - line.since < ownMillis) return;
  await new Promise((resolve) => setTimeout(resolve, 2 * pollMillis));
  line.since = performance.now();
}

/** Whether it resolves by then. */
async function comes(turn: Promise<void>, until: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - performance.now()), false);
  });
  const came = await Promise.race([turn.then(() => true), late]);
  clearTimeout(timer);
  return came;
}

async function take(
  db: Database,
  holder: Holder,
  name: string,
  token: string,
  until: number,
  tooLate: () => Fault,
): Promise<void> {
  for (;;) {
    if ((await db.sql(takeLease, [name, token, holder.leaseSeconds])).length > 0) return;
    if (performance.now() >= until) throw tooLate();
    await new Promise((resolve) => setTimeout(resolve, pollMillis * (0.5 + Math.random())));
  }
}
