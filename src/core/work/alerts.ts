import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';

/** Posts what admins have to know to their channels, each once. What can't be sent now stays kept, and the sweep comes again. */
export async function sendAlerts(world: World): Promise<number> {
  const channels = Object.entries(world.policy.admins.channels);
  try {
    return await world.store.alerts.holdEach(async (alert) => {
      for (const [platform, channel] of channels) {
        const tag = { requestId: alert.requestId ?? '', kind: `alert:${alert.key}` };
        await world.chats.get(platform)?.post({ channel }, alert.card, tag, alert.attempts > 1);
      }
    });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    world.log.warn({ fault: fault.code, says: fault.message }, 'an alert could not be sent yet');
    return 0;
  }
}
