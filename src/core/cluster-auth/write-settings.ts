import { planText } from '../cluster/plan.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { type ClusterTarget, settingsOf } from './desired.ts';
import type { PresentSettings, SetSetting } from './settings-plan.ts';

/** What a run of writes needs beside the changes. */
export interface WriteSettings {
  /** In this order, each as its own query. */
  readonly changes: readonly SetSetting[];
  /** What was there when the changes were planned: the audit has it beside what was written. */
  readonly before: PresentSettings;
  /** What still differs once it was read back: names for a message; none: it is as wanted. */
  readonly differs: (after: PresentSettings) => readonly string[];
  /** The request or change that it is for, in the audit; null: the bot keeps what is its own. */
  readonly requestId: string | null;
  /** Object id of the admin whose word it is; null: the bot by itself. */
  readonly actor: string | null;
  /** Throws once the lease on the cluster's settings was lost. */
  readonly stillHeld: () => Promise<void>;
}

/**
 * Writes cluster settings one after the other and reads them back. Whoever calls holds the lease `settings:<cluster>`.
 *
 * @throws Fault `cluster_outcome_unknown` when the cluster does not show what was written; whatever a write throws
 */
export async function writeSettings(world: World, target: ClusterTarget, w: WriteSettings): Promise<void> {
  if (w.changes.length === 0) return;
  const { name } = target.policy;
  const written = (event: string, details: Readonly<Record<string, unknown>>): Promise<void> =>
    world.store.audit.append([
      { event, requestId: w.requestId, actor: w.actor, details: { cluster: name, policyHash: world.policy.hash, ...details } },
    ]);
  await written('setting.plan', { plan: planText(w.changes), version: w.before.version });
  for (const change of w.changes) {
    await w.stillHeld();
    await target.cluster.run(change);
    const before = w.before.settings[change.setting] ?? null;
    await written('setting.written', { setting: change.setting, before, after: change.value });
    world.log.info({ cluster: name, setting: change.setting, request: w.requestId }, 'cluster setting written');
  }
  const after = settingsOf(await target.cluster.read(), target.cluster);
  const differs = w.differs(after);
  await written('setting.read_back', {
    settings: Object.fromEntries(w.changes.map(({ setting }) => [setting, after.settings[setting] ?? null])),
    differs,
  });
  if (differs.length > 0) {
    throw new Fault('cluster_outcome_unknown', 'unknown', `${name} does not show yet what was written: ${differs.join(', ')}`);
  }
}
