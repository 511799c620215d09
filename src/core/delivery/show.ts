import { approvalRequest } from '../messages/approval-request.ts';
import { each } from '../errors.ts';
import type { World } from '../ports.ts';
import { chatOf } from './chat-of.ts';

/**
 * Brings every approvers' card of a request up to what is stored, side by side: one platform that does not answer keeps no other's card
 * behind. Under a lease: of two updates the later must not be overwritten on the platform by the earlier.
 *
 * @throws Fault when one of them could not be
 */
export async function show(world: World, requestId: string): Promise<void> {
  const { requests, leases } = world.store;
  await leases.with(`cards:${requestId}`, 10, async (stillHeld) => {
    await each(await requests.stalePosted(50, requestId), async ({ card }) => {
      const request = await requests.get(requestId);
      if (request === null) return;
      await stillHeld();
      await chatOf(world, card.place.platform).update(card.place, approvalRequest(request), { requestId, kind: 'approval' });
      await requests.showed(requestId, { ...card, shows: request.version });
    });
  });
}
