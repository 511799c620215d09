import type { Card } from '../messages/card.ts';
import { home as page } from '../messages/home.ts';
import type { DirectoryUser, World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { distinct, keyOf } from './may-ask.ts';
import { standing } from './standing.ts';

/** How many waiting requests are looked through for those that this person may decide. */
const looked = 200;

/**
 * The bot's own page, as this person sees it.
 *
 * @throws Fault when the directory does not answer
 */
export async function home(world: World, person: DirectoryUser): Promise<Card> {
  const [has, toDecide] = await Promise.all([standing(world, person.oid), waitsFor(world, person)]);
  return page(has, toDecide);
}

/** Requests of others whose approvers this person is one of, oldest first. The directory is asked once. */
async function waitsFor(world: World, person: DirectoryUser): Promise<readonly AccessRequest[]> {
  const now = await world.store.now();
  const pending = (await world.store.requests.pending(looked)).filter(
    (request) => request.requester.oid !== person.oid && now < request.deadline,
  );
  const by = (request: AccessRequest) => world.policy.entitlements.get(request.entitlement)?.approval?.by;
  const criteria = distinct(pending.flatMap((request) => by(request) ?? []));
  if (criteria.size === 0 || !person.enabled) return [];
  const held = await world.directory.held(person.oid, [...criteria.values()]);
  return pending.filter((request) => {
    const criterion = by(request);
    const asked = criterion && criteria.get(keyOf(criterion));
    return asked !== undefined && held.has(asked);
  });
}
