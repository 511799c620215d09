import type { SettingChange, World } from '../ports.ts';
import { entry, isReady } from './carry-out.ts';

/** How long after its deadline a change that was confirmed in time may still be waiting for the cluster, in milliseconds. */
const graceMillis = 3_600_000;

/** Ends a change that was not confirmed in time, or could not be written for long after; any other stays as it is. */
export async function lapse(world: World, change: SettingChange): Promise<SettingChange | null> {
  if (change.state !== 'open') return change;
  const now = (await world.store.now()).getTime();
  const wasReady = isReady(change);
  if (now < change.deadline.getTime() + (wasReady ? graceMillis : 0)) return change;
  const says = wasReady ? 'It could not be finished for too long. What was written of it stands in the audit.' : null;
  return world.store.settingChanges.save({ ...change, state: 'lapsed', says }, [
    entry(world, 'setting_change.lapsed', change, { deadline: change.deadline, says }),
  ]);
}
