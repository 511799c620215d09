import { each, Fault } from '../errors.ts';
import type { World } from '../ports.ts';

/** Posts what admins have to know to their channels on every platform, each once. What can't be sent now stays kept, and the sweep comes again. */
export async function sendAlerts(world: World): Promise<number> {
  const channels = Object.entries(world.policy.admins.channels);
  try {
    return await world.store.alerts.holdEach(async (alert) => {
      const missing = channels.filter(([platform]) => world.chats.has(platform) && !alert.standsOn.includes(platform));
      await each(missing, async ([platform, channel]) => {
        const tag = { requestId: alert.requestId ?? '', kind: `alert:${alert.key}` };
        await world.chats.get(platform)?.post({ channel }, alert.card, tag, alert.attempts > 1);
        if (channels.length > 1) await world.store.alerts.stands(alert.key, platform);
      });
    });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ fault: fault.code, says: fault.message }, 'an alert could not be sent yet');
    return 0;
  }
}
