import type { ClusterState } from '../cluster/cluster.ts';
import { preflight } from '../cluster-auth/preflight.ts';
import { askIfMissing } from '../cluster-auth/published-keys.ts';
import { Fault } from '../errors.ts';
import type { LoginResult } from '../login/login.ts';
import type { DirectoryUser, World } from '../ports.ts';

/** Whether a login would be accepted now; `unknown`: something that decides it did not answer, and what. */
export type Foreseen = LoginResult | { readonly unknown: string };

/** Decides the login of this person as this SQL user on the settings just read. A key that the cluster lacks is asked for on the way. */
export async function wouldLogIn(
  world: World,
  clusterName: string,
  state: ClusterState | null,
  person: DirectoryUser,
  sqlUsername: string,
): Promise<Foreseen> {
  const policy = world.policy.clusters.get(clusterName);
  if (policy === undefined) return { unknown: `the policy no longer has ${clusterName}` };
  if (state === null) return { unknown: `${clusterName} did not answer` };
  try {
    const published = await world.issuer.published(policy.api.tokenVersion);
    await askIfMissing(world, policy.api.tokenVersion, { state, published });
    return await preflight({ state, policy, person, sqlUsername, published, now: await world.store.now() });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { unknown: fault.message };
  }
}
