import type { Ability, ClusterState } from '../cluster/cluster.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';

/** How long somebody who waits for an answer waits for the cluster, in seconds. */
export const patience = 3;

/** A cluster as it is now; null: it did not answer in time. */
export async function glance(world: World, cluster: string): Promise<ClusterState | null> {
  return await orNull(async () => (await world.clusters.get(cluster)?.read(patience)) ?? null);
}

/** What these roles let somebody do; null: it can't be seen, or the cluster did not answer in time. */
export async function abilitiesOf(
  world: World,
  cluster: string,
  roles: readonly string[],
  database: string,
): Promise<readonly Ability[] | null> {
  return await orNull(async () => (await world.clusters.get(cluster)?.abilities(roles, database, patience)) ?? null);
}

async function orNull<T>(look: () => Promise<T | null>): Promise<T | null> {
  try {
    return await look();
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
}
