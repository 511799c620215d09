import { outcome } from '../messages/outcome.ts';
import type { World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { chatOf } from './chat-of.ts';

/**
 * Due on entering a final state without a login: tells the requester. A refusal answers the command that was typed; everything
 * that came later is a direct message, sent once.
 */
export async function tell(world: World, request: AccessRequest): Promise<null> {
  const chat = chatOf(world, request.door.platform);
  const card = outcome(request);
  const told = { event: 'request.told', requestId: request.id, actor: null, details: { state: request.state } };
  if (request.state === 'refused') {
    await chat.answer({ door: request.door, token: request.reply }, card);
    await world.store.requests.save({ ...request, due: null }, { audit: [told] });
    return null;
  }
  const place = await chat.post(
    { door: request.door },
    card,
    { requestId: request.id, kind: `outcome:${request.state}` },
    request.attempts > 1,
  );
  await world.store.requests.save(
    { ...request, due: null },
    { posted: { place, kind: 'outcome', shows: request.version }, audit: [told] },
  );
  return null;
}
