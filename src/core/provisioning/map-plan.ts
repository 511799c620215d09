import { type ClusterTarget, desiredFor, settingsOf } from '../cluster-auth/desired.ts';
import { isLook, lookAt } from '../cluster-auth/look.ts';
import type { LedgerRow, World } from '../ports.ts';

/** What our rows of a cluster's identity map are, and would be. */
export interface MapPlan {
  /** The rows of ours that stand there now. None: the first grant brings them. Null: they can't be seen or read. */
  readonly standing: readonly string[] | null;
  /** Of those, the ones that go. */
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/**
 * What the identity map would become with this ledger; nothing is written.
 *
 * @throws Fault when the cluster, the directory or the issuer does not answer
 */
export async function planMap(world: World, target: ClusterTarget, ledger: readonly LedgerRow[]): Promise<MapPlan> {
  const state = await target.cluster.read();
  const desired = await desiredFor(world, target.policy, { ledger, granting: null, look: state });
  const look = lookAt(settingsOf(state, target.cluster), desired);
  if (!isLook(look)) return { standing: null, gone: [], come: desired.rows };
  const standing = look.ownRows.map((row) => `${row.map} ${row.identity} ${row.user}`);
  return {
    standing,
    gone: standing.filter((row) => !desired.rows.includes(row)),
    come: desired.rows.filter((row) => !standing.includes(row)),
  };
}
