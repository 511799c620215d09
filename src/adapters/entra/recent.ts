import type { Directory, DirectoryUser } from '../../core/ports.ts';

/** How long an answer is good for those whom nothing is decided about. */
const goodForMillis = 60_000;
/** More people than a cluster's ledger has; beyond it everything is asked anew. */
const most = 200_000;

/**
 * Remembers users for a minute. Each grant rewrites the identity map for everybody in the cluster's ledger, and with a thousand people
 * that are dozens of questions to Graph, each time the same.
 *
 * @param usersById reads them now
 * @param now milliseconds; for tests
 */
export function recentUsers(
  usersById: Directory['usersById'],
  now: () => number = () => performance.now(),
): Directory['recentById'] {
  const known = new Map<string, { readonly user: DirectoryUser | null; readonly until: number }>();
  return async (oids) => {
    const at = now();
    const asked = [...new Set(oids.map((oid) => oid.toLowerCase()))];
    const stale = asked.filter((oid) => (known.get(oid)?.until ?? 0) <= at);
    if (stale.length > 0) {
      const read = await usersById(stale);
      if (known.size + stale.length > most) known.clear();
      // From before the question: an answer must not look younger than it is.
      for (const oid of stale) known.set(oid, { user: read.get(oid) ?? null, until: at + goodForMillis });
    }
    return new Map(asked.flatMap((oid) => known.get(oid)?.user ?? []).map((user) => [user.oid, user]));
  };
}
