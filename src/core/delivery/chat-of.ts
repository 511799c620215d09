import { Fault } from '../errors.ts';
import type { Chat, World } from '../ports.ts';

/** The chat of a platform. Fault `not_yet` when this deployment does not serve it now: what is owed there waits. */
export function chatOf(world: Pick<World, 'chats'>, platform: string): Chat {
  const chat = world.chats.get(platform);
  if (chat === undefined) throw new Fault('not_yet', 'later', `this bot does not serve the platform ${platform} at present`);
  return chat;
}
