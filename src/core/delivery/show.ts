import { approvalRequest } from '../messages/approval-request.ts';
import type { World } from '../ports.ts';
import { chatOf } from './chat-of.ts';

/**
 * Brings every approvers' card of a request up to what is stored. Under a lease: of two updates the later must not be
 * overwritten on the platform by the earlier.
 */
export async function show(world: World, requestId: string): Promise<void> {
  const { requests, leases } = world.store;
  await leases.with(`cards:${requestId}`, 10, async (stillHeld) => {
    for (const { card } of await requests.stalePosted(50, requestId)) {
      const request = await requests.get(requestId);
      if (request === null) continue;
      await stillHeld();
      await chatOf(world, card.place.platform).update(card.place, approvalRequest(request), { requestId, kind: 'approval' });
      await requests.showed(requestId, { ...card, shows: request.version });
    }
  });
}
