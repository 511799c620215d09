import type { ClusterTarget } from '../core/cluster-auth/desired.ts';
import type { World } from '../core/ports.ts';
import { type Plan, planOf } from '../core/settings/plan.ts';
import { printable, utc } from './lines.ts';
import type { ExitCode, Output } from './output.ts';
import { byHandLines, effectLines, pausedLine, planJson, sqlLines, stepLines } from './setting-lines.ts';

/**
 * Prints what would be written to a cluster's settings, by meaning and as SQL, and who would lose or gain a login by it. Writes nothing.
 *
 * @returns 0 nothing is to be done, 1 something is
 * @throws Fault when something outside does not answer
 */
export async function printPlan(world: World, target: ClusterTarget, isJson: boolean, out: Output): Promise<ExitCode> {
  const [plan, paused, open] = await Promise.all([
    planOf(world, target),
    world.store.watch.paused(),
    world.store.settingChanges.open(target.policy.name),
  ]);
  const writable = target.cluster.settingsWritable;
  if (isJson) out.stdout(`${JSON.stringify({ ...planJson(plan), writable, paused, open: open?.id ?? null })}\n`);
  else {
    out.stdout(planText(plan, writable));
    if (open !== null)
      out.stdout(
        `Change ${open.id} of ${open.cluster} waits for the admins until ${utc(open.deadline)}; nothing else is applied before.\n`,
      );
    out.stdout(pausedLine(paused));
  }
  return plan.steps.length + plan.byHand.length === 0 ? 0 : 1;
}

/** The whole plan for people. */
export function planText(plan: Plan, writable: boolean): string {
  const { name } = plan.facts.policy;
  const notes = plan.notes.map((says) => `${printable(says)}\n`).join('');
  if (plan.steps.length + plan.byHand.length === 0) return `${name} is as it should be: there is nothing to do.\n${notes}`;
  const steps =
    plan.steps.length === 0
      ? `There is nothing on ${name} that the bot could write.\n`
      : [
          `To be written on ${name} (${plan.facts.state.version}):\n\n`,
          stepLines(plan.steps),
          '\n',
          effectLines(plan),
          '\n',
          writable
            ? ''
            : `The bot has no settings credential for ${name}: an admin of the cluster, or a SQL user with MODIFYCLUSTERSETTING, runs this.\n`,
          sqlLines(plan.steps),
        ].join('');
  return `${steps}${byHandLines(plan)}${notes}`;
}
