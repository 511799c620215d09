import { unclear } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { checksForm as form, looking } from '../messages/checks.ts';
import type { Form } from '../messages/form.ts';
import { notForAdmins, statusCard } from '../messages/status.ts';
import { isAdmin } from '../policy/admins.ts';
import { criterionText } from '../policy/facts.ts';
import { nearest } from '../policy/near.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { lookAtClusters } from './look.ts';

/**
 * `/crdb-status`: for admins the verdict on each cluster, read now; for everybody else a no, with who to ask and no result of any check.
 *
 * @param cluster null: all of them
 * @throws Fault when the directory does not answer who is an admin
 */
export async function status(world: World, cluster: string | null, person: DirectoryUser): Promise<Card> {
  const no = (await notAdmin(world, person)) ?? (cluster === null ? null : notThere(world, cluster));
  if (no !== null) return no;
  return statusCard(await lookAtClusters(world, cluster === null ? [...world.policy.clusters.keys()] : [cluster]));
}

/**
 * Every check of a cluster, in a form that is only read.
 *
 * @param cluster as the button carried it
 * @throws Fault when the directory does not answer who is an admin
 */
export async function checksForm(
  world: World,
  cluster: string,
  person: DirectoryUser,
): Promise<{ readonly says: Card } | { readonly atOnce: Form; readonly whole: () => Promise<Form> }> {
  const no = (await notAdmin(world, person)) ?? notThere(world, cluster);
  if (no !== null) return { says: no };
  return {
    atOnce: looking(cluster, world.watching.lookSeconds),
    whole: async () => {
      const { at, clusters } = await lookAtClusters(world, [cluster]);
      const [looked] = clusters;
      return looked === undefined ? looking(cluster, world.watching.lookSeconds) : form(looked, at);
    },
  };
}

/** Admins are who the directory says now: nothing is looked at for anybody else. */
async function notAdmin(world: World, person: DirectoryUser): Promise<Card | null> {
  return (await isAdmin(world, person)) ? null : notForAdmins(criterionText(world.policy.admins.are));
}

/** How many names are listed. */
const most = 12;

function notThere({ policy }: World, cluster: string): Card | null {
  if (policy.clusters.has(cluster)) return null;
  const names = [...policy.clusters.keys()];
  const near = nearest(cluster, names);
  const rest = names.length - most;
  const known = `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return unclear([`I know no cluster "${cluster.slice(0, 40)}". There is: ${known}.`], near === null ? null : `status ${near}`);
}
