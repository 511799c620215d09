import type { ClusterTarget } from '../cluster-auth/desired.ts';
import { meaningOf } from '../cluster-auth/meaning.ts';
import { settingSql } from '../cluster-auth/settings-plan.ts';
import { Fault } from '../errors.ts';
import type { Card } from '../messages/card.ts';
import type { Form } from '../messages/form.ts';
import { noPlan, noSuchCluster, notForYou, planForm as form, planning } from '../messages/setting-plan.ts';
import { isAdmin } from '../policy/admins.ts';
import { criterionText } from '../policy/facts.ts';
import type { DirectoryUser, World } from '../ports.ts';
import { planOf } from './plan.ts';
import { aboutPlan, targetOf } from './target.ts';

/**
 * What would be written to a cluster's settings, and who would gain or lose a login by it, in a form whose button applies it. For admins.
 *
 * @param cluster as the button carried it
 * @throws Fault when the directory does not answer who is an admin
 */
export async function planForm(
  world: World,
  cluster: string,
  person: DirectoryUser,
): Promise<{ readonly says: Card } | { readonly atOnce: Form; readonly whole: () => Promise<Form> }> {
  const no = await mayNotPlan(world, cluster, person);
  if (no !== null) return { says: no };
  const target = targetOf(world, cluster);
  if (target === null) return { says: noSuchCluster(cluster, [...world.policy.clusters.keys()]) };
  return { atOnce: planning(cluster), whole: () => whole(world, target) };
}

/** Plans are made for admins, as of now. Null: they may. */
export async function mayNotPlan(world: World, cluster: string, person: DirectoryUser): Promise<Card | null> {
  return (await isAdmin(world, person)) ? null : notForYou(cluster.slice(0, 40), criterionText(world.policy.admins.are));
}

async function whole(world: World, target: ClusterTarget): Promise<Form> {
  const { name } = target.policy;
  try {
    const [plan, paused, open] = await Promise.all([
      planOf(world, target),
      world.store.watch.paused(),
      world.store.settingChanges.open(name),
    ]);
    return form(
      {
        ...plan,
        cluster: name,
        told: plan.steps.map(meaningOf),
        sql: plan.steps.map(({ setting, after }) => settingSql({ setting, value: after })),
        paused,
        open,
        writable: target.cluster.settingsWritable,
      },
      aboutPlan(name, plan.fingerprint),
    );
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ cluster: name, fault: fault.code, says: fault.message }, 'a plan could not be made');
    return noPlan(name, fault.message);
  }
}
