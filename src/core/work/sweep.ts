import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { sendAlerts } from './alerts.ts';
import { workInteraction } from './interaction.ts';
import { workProposal } from './proposal.ts';
import { workRequest } from './request.ts';
import { workSettingChange } from './setting-change.ts';

/** How much one sweep takes up at the most; the next one goes on. */
const limit = 200;

/**
 * Finds everything that is owed and that nobody is doing, and does it: received interactions that were not worked, requests whose
 * work is due, cards that show an older state, proposals and changes of settings that owe something, alerts that were not sent. Losing
 * every job loses nothing, because of this.
 *
 * @param atOnce how many requests are worked side by side
 * @returns how much was found, for the log
 */
export async function sweep(
  world: World,
  atOnce: number,
): Promise<{ interactions: number; requests: number; cards: number; proposals: number; changes: number; alerts: number }> {
  const interactions = await world.store.interactions.unworked(limit);
  await each(interactions, atOnce, (id) => workInteraction(world, id), world);
  const due = await world.store.requests.dueNow(limit);
  await each(due, atOnce, (id) => workRequest(world, id), world);
  const stale = new Set((await world.store.requests.stalePosted(limit)).map((s) => s.requestId));
  await each([...stale], atOnce, (id) => workRequest(world, id), world);
  const proposals = await world.store.proposals.dueNow(limit);
  await each(proposals, atOnce, (id) => workProposal(world, id), world);
  const changes = await world.store.settingChanges.dueNow(limit);
  await each(changes, atOnce, (id) => workSettingChange(world, id), world);
  const alerts = await sendAlerts(world);
  return {
    interactions: interactions.length,
    requests: due.length,
    cards: stale.size,
    proposals: proposals.length,
    changes: changes.length,
    alerts,
  };
}

/** Runs `work` for each id, `atOnce` side by side. One that fails is logged and does not stop the others: it is found again. */
async function each(ids: readonly string[], atOnce: number, work: (id: string) => Promise<void>, world: World): Promise<void> {
  const rest = [...ids];
  const lane = async (): Promise<void> => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      try {
        await work(id);
      } catch (fault) {
        world.log.error(
          { id, fault: fault instanceof Fault ? fault.code : 'unexpected', says: String(fault) },
          'work failed; the next sweep tries again',
        );
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
