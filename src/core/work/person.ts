import { home } from '../command/home.ts';
import { whoIs } from '../identity/who-is.ts';
import { identityChanged } from '../messages/alert.ts';
import { stranger } from '../messages/answers.ts';
import type { Card } from '../messages/card.ts';
import { closedHome } from '../messages/home.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { Door } from '../request/request.ts';

/**
 * The person behind a door, or what to tell whoever is there. When a door leads to somebody else than before, the admins are told.
 *
 * @throws Fault when the platform or the directory does not answer
 */
export async function personAt(
  world: World,
  door: Door,
): Promise<{ readonly person: DirectoryUser } | { readonly says: string }> {
  const who = await whoIs(world, door);
  if ('person' in who) return who;
  if (who.tellAdmins !== undefined) {
    const { platform, team, user } = door;
    await world.store.alerts.raise({
      key: `identity:${platform}:${team}:${user}`,
      requestId: null,
      card: identityChanged(who.tellAdmins),
    });
  }
  return { says: who.says };
}

/** Does something for the person behind a door, who is told why when nobody of this company is there. */
export async function withPerson(
  world: World,
  { door }: { readonly door: Door },
  then: (person: DirectoryUser) => Promise<Card | null>,
): Promise<Card | null> {
  const who = await personAt(world, door);
  return 'person' in who ? await then(who.person) : stranger(who.says);
}

/** Publishes the bot's own page for whoever looks at it. */
export async function openHome(world: World, door: Door): Promise<void> {
  const who = await personAt(world, door);
  const card = 'person' in who ? await home(world, who.person) : closedHome(who.says);
  await world.chats.get(door.platform)?.home(door, card);
}
