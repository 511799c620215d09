import type { ClusterTarget } from '../core/cluster-auth/desired.ts';
import type { World } from '../core/ports.ts';
import { apply, type Outcome } from '../core/settings/change.ts';
import { planOf } from '../core/settings/plan.ts';
import type { ExitCode, Output } from './output.ts';
import { whoRuns } from './outside.ts';
import { outcomeJson, outcomeText } from './outcome.ts';
import { planText } from './plan.ts';
import { pausedLine, planJson } from './setting-lines.ts';

/**
 * Prints the plan for a cluster's settings and applies it: at once where nobody loses a login by it, else it is filed for two admins, who
 * confirm it in chat.
 *
 * @returns 0 written, filed, or nothing to do; 1 it could not be, or something is left to people's hands
 * @throws Fault when something outside does not answer before anything was begun
 */
export async function applyPlan(world: World, target: ClusterTarget, isJson: boolean, out: Output): Promise<ExitCode> {
  const plan = await planOf(world, target);
  if (!isJson) out.stdout(planText(plan, target.cluster.settingsWritable));
  const nothing = plan.steps.length === 0 && (await world.store.settingChanges.open(target.policy.name)) === null;
  const outcome: Outcome = nothing
    ? { kind: 'nothing', plan }
    : await apply(world, target, { askedBy: null, filedBy: whoRuns() }, plan.steps.length === 0 ? null : plan.fingerprint);
  const paused = await world.store.watch.paused();
  if (isJson) out.stdout(`${JSON.stringify({ ...outcomeJson(outcome), plan: planJson(plan), paused })}\n`);
  else out.stdout(`\n${outcomeText(world, outcome)}${pausedLine(paused)}`);
  return code(outcome, plan.byHand.length);
}

function code(outcome: Outcome, byHand: number): ExitCode {
  if (outcome.kind === 'over') return outcome.change.state === 'applied' && byHand === 0 ? 0 : 1;
  if (outcome.kind === 'waits') return outcome.filed ? 0 : 1;
  return outcome.kind === 'nothing' && byHand === 0 ? 0 : 1;
}
