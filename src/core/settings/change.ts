import type { ClusterTarget } from '../cluster-auth/desired.ts';
import { Fault } from '../errors.ts';
import type { Person } from '../request/request.ts';
import type { SettingChange, World } from '../ports.ts';
import { carryOut, entry, withSettings, write } from './carry-out.ts';
import { fingerprintOf, type Plan, planOf, takesLogins } from './plan.ts';

/** Who asks for a change: an admin in chat, or whoever runs a command, by the name that their machine gives them. */
export type Asking = { readonly askedBy: Person; readonly filedBy: null } | { readonly askedBy: null; readonly filedBy: string };

export type Outcome =
  | { readonly kind: 'nothing'; readonly plan: Plan }
  /** What was shown is not what would be written now. */
  | { readonly kind: 'another'; readonly plan: Plan }
  /** The bot has no settings credential: there is something to write, and somebody else has to. */
  | { readonly kind: 'no_credential'; readonly plan: Plan }
  /** It, or another one before it (`filed: false`), waits for admins. */
  | { readonly kind: 'waits'; readonly change: SettingChange; readonly filed: boolean }
  /** Begun, and not finished: the bot goes on by itself. */
  | { readonly kind: 'goes_on'; readonly change: SettingChange; readonly says: string }
  | { readonly kind: 'over'; readonly change: SettingChange };

/** How long the admins have to confirm it. */
const hours = 24;

/**
 * Applies the plan that a cluster's settings ask for now: at once when it takes nobody's login, else once two admins have said so. What
 * was begun by the same person for the same plan is gone on with.
 *
 * @param shown the fingerprint of the plan that was shown; null: whatever it is now
 * @throws Fault when something outside does not answer before anything was begun
 */
export async function apply(world: World, target: ClusterTarget, asking: Asking, shown: string | null): Promise<Outcome> {
  const isTheirs = (one: SettingChange): boolean =>
    one.kind === 'apply' && isBy(one, asking) && (shown === null || fingerprintOf(one.steps) === shown);
  const before = await finishOpen(world, target, isTheirs);
  if (before !== null) return before;
  return withSettings(world, target, async (stillHeld) => {
    const plan = await planOf(world, target);
    if (shown !== null && plan.fingerprint !== shown) {
      // An interaction that is worked a second time finds what it did the first time.
      const last = await world.store.settingChanges.lastApplied(target.policy.name);
      if (last !== null && isTheirs(last)) return { kind: 'over', change: last };
      return { kind: plan.steps.length === 0 ? 'nothing' : 'another', plan };
    }
    if (plan.steps.length === 0) return { kind: 'nothing', plan };
    if (!target.cluster.settingsWritable) return { kind: 'no_credential', plan };
    return begin(world, target, { kind: 'apply', ...plan }, asking, stillHeld);
  });
}

const isBy = ({ askedBy, filedBy }: SettingChange, asking: Asking): boolean =>
  askedBy?.oid === asking.askedBy?.oid && filedBy === asking.filedBy;

/**
 * Finishes what is open on a cluster and was begun, whoever began it.
 *
 * @returns what is to be said instead of beginning something new; null: nothing is in the way any more
 */
export async function finishOpen(
  world: World,
  target: ClusterTarget,
  isTheirs: (open: SettingChange) => boolean,
): Promise<Outcome | null> {
  const open = await world.store.settingChanges.open(target.policy.name);
  if (open === null) return null;
  if (open.needs === 2) return { kind: 'waits', change: open, filed: isTheirs(open) };
  const done = await attempt(open, () => carryOut(world, target, open.id));
  return done.kind === 'over' && !isTheirs(open) ? null : done;
}

/** Once something is filed, what can't be finished now is gone on with by the sweep, and only said. */
async function attempt(change: SettingChange, work: () => Promise<SettingChange | null>): Promise<Outcome> {
  try {
    const done = await work();
    if (done !== null) return { kind: 'over', change: done };
    throw new Fault('not_yet', 'later', `the change ${change.id} is being worked on by another process`);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { kind: 'goes_on', change, says: fault.message };
  }
}

/** What a change is made of. */
export interface Made extends Pick<Plan, 'facts' | 'steps' | 'loses' | 'gains' | 'othersLose'> {
  readonly kind: SettingChange['kind'];
}

/** Files a change, and writes it where nobody loses a login by it. Under the lease on the cluster's settings. */
export async function begin(
  world: World,
  target: ClusterTarget,
  made: Made,
  asking: Asking,
  stillHeld: () => Promise<void>,
): Promise<Outcome> {
  const { filed, change } = await file(world, target, made, asking);
  if (filed && change.needs === 1)
    return attempt(change, () => write(world, target, { change, facts: made.facts, left: change.steps, stillHeld }));
  await world.jobs.add({ kind: 'setting_change', id: change.id }).catch(() => undefined);
  return { kind: 'waits', change, filed };
}

async function file(
  world: World,
  target: ClusterTarget,
  { kind, steps, loses, gains, othersLose }: Made,
  asking: Asking,
): Promise<{ readonly filed: boolean; readonly change: SettingChange }> {
  const filedAt = await world.store.now();
  const made = {
    id: world.newRequestId(),
    state: 'open' as const,
    kind,
    cluster: target.policy.name,
    steps,
    loses,
    gains,
    othersLose,
    ...asking,
    filedAt,
    deadline: new Date(filedAt.getTime() + hours * 3_600_000),
    needs: takesLogins({ loses, othersLose }) ? (2 as const) : (1 as const),
    confirmed: asking.askedBy === null ? [] : [{ by: asking.askedBy, at: filedAt }],
    declined: null,
    says: null,
    appliedAt: null,
  };
  const details = { settings: steps.map(({ setting }) => setting), loses, gains, othersLose, needs: made.needs };
  return world.store.settingChanges.file(made, [
    entry(world, 'setting_change.filed', made, details, asking.askedBy?.oid ?? null),
  ]);
}
