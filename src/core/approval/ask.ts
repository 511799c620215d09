import { each, Fault } from '../errors.ts';
import { approvalRequest } from '../messages/approval-request.ts';
import type { World } from '../ports.ts';
import { timeOut } from './time-out.ts';
import type { AccessRequest } from '../request/request.ts';

/**
 * Due on entering `pending`: puts the card before the approvers, on every platform that the policy names and this bot serves. Where one
 * does not answer, the others have their card meanwhile, and what was decided on it counts.
 *
 * @throws Fault when a platform did not take its card; those that did are not asked again
 */
export async function ask(world: World, request: AccessRequest): Promise<null> {
  // Approvers that could not be asked until now can't decide any more.
  if ((await world.store.now()) >= request.deadline) return timeOut(world, request);
  const approval = world.policy.entitlements.get(request.entitlement)?.approval;
  if (!approval) {
    throw new Fault(
      'not_yet',
      'later',
      `the policy no longer says who approves ${request.entitlement}; an admin has to look at the policy file`,
    );
  }
  const places = Object.entries(approval.channels).filter(([platform]) => world.chats.has(platform));
  if (places.length === 0)
    throw new Fault('not_yet', 'later', `no channel of ${request.entitlement} is on a platform that this bot serves`);
  const cards = (await world.store.requests.posted(request.id)).filter((card) => card.kind === 'approval');
  const standsOn = cards.map((card) => card.place.platform);
  const missing = places.filter(([platform]) => !standsOn.includes(platform));
  await each(missing, async ([platform, channel]) => {
    const tag = { requestId: request.id, kind: 'approval' };
    const place = await world.chats.get(platform)?.post({ channel }, approvalRequest(request), tag, request.attempts > 1);
    // Kept at once: a click may arrive before the next line, and counts only on a card whose place is known.
    if (place !== undefined) await world.store.requests.showed(request.id, { place, kind: 'approval', shows: request.version });
    standsOn.push(platform);
  }).catch((fault: unknown) => {
    throw fault instanceof Fault && standsOn.length > 0 ? elsewhere(standsOn, fault) : fault;
  });
  await world.store.requests.save(
    { ...request, due: 'time_out', dueAt: request.deadline, waiting: null },
    {
      audit: [{ event: 'request.asked', requestId: request.id, actor: null, details: { channels: Object.fromEntries(places) } }],
    },
  );
  return null;
}

/** Somebody can decide already. */
function elsewhere(standsOn: readonly string[], { code, retry, message, retryAfter }: Fault): Fault {
  const says = `the approvers' card to stand everywhere. It stands in ${standsOn.join(', ')}, and can be decided there; ${message}`;
  return new Fault(code, retry, says, retryAfter === undefined ? {} : { retryAfter });
}
