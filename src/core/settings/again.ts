import { type ClusterTarget, settingsOf } from '../cluster-auth/desired.ts';
import { othersLosing } from '../cluster-auth/others.ts';
import { repair } from '../cluster-auth/repair.ts';
import type { Affected, SettingChange, SettingStep, World } from '../ports.ts';
import { affectedBy, type Facts, factsOf } from './facts.ts';

/** A change that was filed, held against what the cluster shows now. */
export interface Again {
  readonly facts: Facts;
  /** Written already: of a run that was cut off. */
  readonly done: readonly SettingStep[];
  readonly left: readonly SettingStep[];
  /** Why it is not what was agreed to any more; null: it is. */
  readonly against: string | null;
}

/**
 * Makes the plan of a filed change anew, as of before its first write: what was written of it by then is taken as its own.
 *
 * @throws Fault when something outside does not answer
 */
export async function lookAgain(world: World, target: ClusterTarget, change: SettingChange): Promise<Again> {
  const facts = await factsOf(world, target);
  const reads = ({ setting }: SettingStep): string | undefined => facts.state.settings[setting];
  const left = change.steps.filter((step) => reads(step) === step.before);
  const done = change.steps.filter((step) => reads(step) === step.after && step.before !== step.after);
  const moved = change.steps.filter((step) => !left.includes(step) && !done.includes(step));
  if (moved.length > 0) {
    const names = moved.map(({ setting }) => setting).join(', ');
    return { facts, done, left, against: `Somebody has changed ${names} since: it reads neither as before nor as it was to be.` };
  }
  // Nothing is left to be decided about.
  if (left.length === 0) return { facts, done, left, against: null };
  return { facts, done, left, against: await otherwise(target, change, asBefore(facts, change.steps)) };
}

function asBefore(facts: Facts, steps: readonly SettingStep[]): Facts {
  const settings = Object.fromEntries(steps.map(({ setting, before }) => [setting, before]));
  return { ...facts, state: { ...facts.state, settings: { ...facts.state.settings, ...settings } } };
}

async function otherwise(target: ClusterTarget, change: SettingChange, facts: Facts): Promise<string | null> {
  const { steps, others } = await wanted(target, change, facts);
  const differing = differences(change.steps, steps);
  if (differing.length > 0) return `What would be written is another change by now: ${differing.join(', ')}.`;
  const { loses } = await affectedBy(facts, change.steps);
  if (told(loses) !== told(change.loses)) return `Who would lose a login has changed: now it is ${told(loses) || 'nobody'}.`;
  const [was, is] = [change.othersLose.join('; '), others.join('; ')];
  return was === is ? null : `Who would lose a login has changed: beside the people that I know, now it is ${is || 'nobody'}.`;
}

/** A rollback is what it is; anything else is what the plan says now. */
async function wanted(
  target: ClusterTarget,
  change: SettingChange,
  facts: Facts,
): Promise<{ steps: readonly SettingStep[]; others: readonly string[] }> {
  if (change.kind === 'rollback')
    return { steps: change.steps, others: othersLosing(change.steps, facts.state, facts.desired.issuer) };
  const { changes, others } = await repair(settingsOf(facts.state, target.cluster), facts.desired, facts.known, facts.rest);
  return { steps: changes, others: others.loses };
}

function differences(filed: readonly SettingStep[], now: readonly SettingStep[]): readonly string[] {
  const same = (a: SettingStep, b: SettingStep): boolean =>
    a.setting === b.setting && a.before === b.before && a.after === b.after;
  const names = [
    ...filed.filter((one) => !now.some((b) => same(one, b))),
    ...now.filter((one) => !filed.some((b) => same(one, b))),
  ];
  return [...new Set(names.map(({ setting }) => setting))];
}

const told = (people: readonly Affected[]): string =>
  people
    .map(({ sqlUsername, upn }) => `${sqlUsername} (${upn})`)
    .sort()
    .join(', ');
