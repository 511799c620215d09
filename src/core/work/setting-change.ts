import { meaningOf } from '../cluster-auth/meaning.ts';
import { Fault } from '../errors.ts';
import { changeCard } from '../messages/setting-change.ts';
import type { SettingChange, World } from '../ports.ts';
import { carryOut, isReady } from '../settings/carry-out.ts';
import { lapse } from '../settings/lapse.ts';
import { targetOf } from '../settings/target.ts';
import { showToAdmins } from './admin-cards.ts';

/** Does whatever a change of settings owes now: its card, its end, its writing. */
export async function workSettingChange(world: World, id: string): Promise<void> {
  // One that goes all the way does two pieces of work; the bound only stops a loop that should not be.
  for (let i = 0; i < 4; i += 1) {
    if (!(await world.store.settingChanges.hold(id, (change) => work(world, change)))) return;
  }
}

/** @throws Fault when something is waited for: it is put off, and the next sweep comes again */
async function work(world: World, held: SettingChange): Promise<void> {
  world.log.info({ change: held.id, cluster: held.cluster, state: held.state }, 'setting change: work begins');
  const ended = await lapse(world, held);
  if (ended === null) return;
  // People see what was decided before the cluster is worked on; a chat that does not answer does not keep that waiting.
  const shown = await cardOf(world, ended).catch((fault: unknown) => silent(world, fault, ended));
  if (shown === null) return;
  const done = isReady(shown) ? await written(world, shown) : shown;
  if (done !== null) await cardOf(world, done);
}

/** Its card is posted, or shows what is stored. One that was over before it was posted has none, and one that needs nobody else neither. */
async function cardOf(world: World, change: SettingChange): Promise<SettingChange | null> {
  const { posted, state, version, needs, steps } = change;
  if (posted === null ? state !== 'open' || needs === 1 : posted.shows >= version) return change;
  const it = { ...change, kind: 'setting_change', isOpen: state === 'open', card: changeCard(change, steps.map(meaningOf)) };
  return showToAdmins(world, it, (now, audit) => world.store.settingChanges.save({ ...change, posted: now }, audit));
}

/** Some of its cards may have been posted all the same, and their places kept. */
async function silent(world: World, fault: unknown, { id }: SettingChange): Promise<SettingChange | null> {
  if (fault instanceof Fault) return world.store.settingChanges.get(id);
  throw fault;
}

async function written(world: World, { id, cluster }: SettingChange): Promise<SettingChange | null> {
  const target = targetOf(world, cluster);
  if (target === null) throw new Fault('not_yet', 'later', `an admin has to put the cluster ${cluster} back into the policy`);
  return carryOut(world, target, id);
}
