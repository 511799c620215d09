import type { ClusterTarget } from '../cluster-auth/desired.ts';
import { type Meaning, meaningOf } from '../cluster-auth/meaning.ts';
import { othersLosing } from '../cluster-auth/others.ts';
import type { SettingChange, SettingStep, World } from '../ports.ts';
import { withSettings } from './carry-out.ts';
import { type Asking, begin, finishOpen, type Outcome } from './change.ts';
import { affectedBy, factsOf } from './facts.ts';

export type RolledBack =
  | Outcome
  | { readonly kind: 'none' }
  /** The bot has no settings credential: these steps are for somebody else to write. */
  | { readonly kind: 'unwritable'; readonly last: SettingChange; readonly steps: readonly SettingStep[] }
  /** Somebody has changed since what was written: by what each setting differs from it. */
  | { readonly kind: 'changed_since'; readonly last: SettingChange; readonly differs: readonly Meaning[] };

/**
 * Takes back what was applied last on a cluster: every setting gets the text that it had before, byte for byte, in the opposite order.
 * Only while all of them still read as they were written. It pauses the watch, and can itself be rolled back.
 *
 * @throws Fault when something outside does not answer before anything was begun
 */
export async function rollback(world: World, target: ClusterTarget, asking: Asking): Promise<RolledBack> {
  const isTheirs = (open: SettingChange): boolean => open.kind === 'rollback';
  const before = await finishOpen(world, target, isTheirs);
  if (before !== null) return before;
  return withSettings(world, target, async (stillHeld): Promise<RolledBack> => {
    const last = await world.store.settingChanges.lastApplied(target.policy.name);
    if (last === null) return { kind: 'none' };
    const facts = await factsOf(world, target);
    const differs = last.steps.flatMap(({ setting, after }) => {
      const now = facts.state.settings[setting] ?? '';
      return now === after ? [] : [meaningOf({ setting, before: after, after: now })];
    });
    if (differs.length > 0) return { kind: 'changed_since', last, differs };
    const steps = [...last.steps].reverse().map((step) => ({ ...step, before: step.after, after: step.before }));
    if (!target.cluster.settingsWritable) return { kind: 'unwritable', last, steps };
    const othersLose = othersLosing(steps, facts.state, facts.desired.issuer);
    const made = { kind: 'rollback' as const, facts, steps, othersLose, ...(await affectedBy(facts, steps)) };
    return begin(world, target, made, asking, stillHeld);
  });
}
