import { type ClusterTarget, settingsOf } from '../cluster-auth/desired.ts';
import { writeSettings } from '../cluster-auth/write-settings.ts';
import { Fault } from '../errors.ts';
import type { AuditEntry, SettingChange, SettingStep, World } from '../ports.ts';
import { type Again, lookAgain } from './again.ts';
import type { Facts } from './facts.ts';

/** How long one waits for another's writes to the same cluster, in seconds. */
const patience = 20;

/** Runs `work` while nobody else writes this cluster's settings: the bot's other work takes the same lease. */
export async function withSettings<T>(
  world: World,
  target: ClusterTarget,
  work: (stillHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return world.store.leases.with(`settings:${target.policy.name}`, patience, work);
}

/** Whether everybody has said so whose word it needs. */
export const isReady = ({ state, needs, confirmed }: SettingChange): boolean =>
  state === 'open' && (needs === 1 || confirmed.length >= needs);

/**
 * Carries out a change that is ready: held against the cluster anew, written where nothing speaks against it, read back and recorded. One
 * that was cut off goes on with what is left.
 *
 * @returns as it is stored then: applied, or lapsed and why; null: it has changed meanwhile
 * @throws Fault when something is waited for
 */
export async function carryOut(world: World, target: ClusterTarget, id: string): Promise<SettingChange | null> {
  return withSettings(world, target, async (stillHeld) => {
    const change = await world.store.settingChanges.get(id);
    if (change === null || !isReady(change)) return change;
    const again = await lookAgain(world, target, change);
    if (again.against !== null) return ended(world, change, withDone(again));
    return write(world, target, { change, facts: again.facts, left: again.left, stillHeld });
  });
}

const withDone = ({ against, done }: Again): string =>
  `${against ?? ''}${done.length === 0 ? ' Nothing was written.' : ` Written by then: ${done.map(({ setting }) => setting).join(', ')}.`}`;

export interface Writing {
  readonly change: SettingChange;
  /** The cluster as it was looked at under this lease. */
  readonly facts: Pick<Facts, 'state'>;
  readonly left: readonly SettingStep[];
  readonly stillHeld: () => Promise<void>;
}

/** Writes what is left of a change, under the lease on the cluster's settings. Said no to by the cluster, it ends with that. */
export async function write(world: World, target: ClusterTarget, w: Writing): Promise<SettingChange | null> {
  const { change, left, stillHeld } = w;
  const before = settingsOf(w.facts.state, target.cluster);
  try {
    if (change.kind === 'rollback') await pause(world, change);
    await writeSettings(world, target, {
      changes: left.map(({ setting, after }) => ({ kind: 'set_setting', setting, value: after })),
      before,
      differs: ({ settings }) => left.filter((step) => settings[step.setting] !== step.after).map(({ setting }) => setting),
      requestId: change.id,
      actor: (change.confirmed.at(-1)?.by ?? change.askedBy)?.oid ?? null,
      stillHeld,
    });
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.retry !== 'never') throw fault;
    return ended(world, change, `${fault.message}. What was written by then stands in the audit.`);
  }
  const appliedAt = await world.store.now();
  return world.store.settingChanges.save({ ...change, state: 'applied', appliedAt, says: null }, [
    entry(world, 'setting_change.applied', change, { settings: change.steps.map(({ setting }) => setting) }),
  ]);
}

/** Without this the bot would at once write its own part again, which the rollback takes back. */
async function pause(world: World, { id, cluster }: SettingChange): Promise<void> {
  const by = `rollback ${id} of ${cluster}`;
  await world.store.watch.pause(by, [{ event: 'watch.paused', requestId: id, actor: null, details: { by, cluster } }]);
}

/** It is over, without being applied. */
export async function ended(world: World, change: SettingChange, says: string): Promise<SettingChange | null> {
  return world.store.settingChanges.save({ ...change, state: 'lapsed', says }, [
    entry(world, 'setting_change.lapsed', change, { says }),
  ]);
}

/** A line of the audit about a change. */
export function entry(
  world: World,
  event: string,
  { id, cluster, kind, askedBy, filedBy }: Omit<SettingChange, 'version' | 'posted'>,
  details: Readonly<Record<string, unknown>>,
  actor: string | null = null,
): AuditEntry {
  const about = { cluster, kind, askedBy, filedBy, policyHash: world.policy.hash };
  return { event, requestId: id, actor, details: { ...about, ...details } };
}
