import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { lookAtClusters } from './look.ts';

/** `/crdb-status`: for admins the verdict on each cluster; for everybody else a no, with who to ask and no result of any check. */
export async function status(world: World, _cluster: string | null, _person: DirectoryUser): Promise<Card> {
  const report = await lookAtClusters(world, [...world.policy.clusters.keys()]);
  return { title: [report.verdict], blocks: [] };
}

/**
 * Every check of a cluster, in a form that is only read.
 *
 * @param cluster as the button carried it
 */
export async function checksForm(
  _world: World,
  cluster: string,
  _person: DirectoryUser,
): Promise<{ readonly says: Card } | { readonly atOnce: Form; readonly whole: () => Promise<Form> }> {
  return { says: { title: [cluster], blocks: [] } };
}
