import { type ClusterTarget, settingsOf } from '../cluster-auth/desired.ts';
import type { Effect } from '../cluster-auth/effect.ts';
import { repair } from '../cluster-auth/repair.ts';
import type { Blocked } from '../cluster-auth/settings-plan.ts';
import { fingerprint } from '../messages/fingerprint.ts';
import type { SettingStep, World } from '../ports.ts';
import { affectedBy, type Facts, factsOf } from './facts.ts';

/** What would be written to a cluster's settings, and what it would do. */
export interface Plan extends Effect {
  readonly facts: Facts;
  /** In the order of writing. */
  readonly steps: readonly SettingStep[];
  /** People that the bot does not know, in words. */
  readonly othersLose: readonly string[];
  readonly othersGain: readonly string[];
  /** What is left to an admin's own hands. */
  readonly byHand: readonly Blocked[];
  readonly notes: readonly string[];
  /** Of the steps: another one, another plan. */
  readonly fingerprint: string;
}

/**
 * Makes the plan for a cluster; nothing is written.
 *
 * @throws Fault when the cluster, the directory, the issuer or the store does not answer
 */
export async function planOf(world: World, target: ClusterTarget): Promise<Plan> {
  return planFrom(await factsOf(world, target), target);
}

/** The same, from what was read already. */
export async function planFrom(facts: Facts, target: ClusterTarget): Promise<Plan> {
  const { rest } = facts;
  const { changes, byHand, others, notes } = await repair(
    settingsOf(facts.state, target.cluster),
    facts.desired,
    facts.known,
    rest,
  );
  await rest();
  const effect = await affectedBy(facts, changes);
  return {
    facts,
    steps: changes,
    ...effect,
    othersLose: others.loses,
    othersGain: others.gains,
    byHand,
    notes,
    fingerprint: fingerprintOf(changes),
  };
}

/** 64 bits, in two halves: what was shown is what is written, so two plans must not pass for one. */
export function fingerprintOf(steps: readonly SettingStep[]): string {
  const text = JSON.stringify(steps.map(({ setting, before, after }) => [setting, before, after]));
  return `${fingerprint(text)}${fingerprint(`${text.length} ${[...text].reverse().join('')}`)}`;
}

/** Whether somebody would lose a login by it: then two admins have to say so. */
export const takesLogins = ({ loses, othersLose }: Pick<Plan, 'loses' | 'othersLose'>): boolean =>
  loses.length + othersLose.length > 0;
