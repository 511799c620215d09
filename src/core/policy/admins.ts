/** Whose word counts as an admin's, and on which card: shared by everything that several admins decide together. */

import { Fault } from '../errors.ts';
import type { DirectoryUser, Word, World } from '../ports.ts';
import { type Finding, type Place, samePlace } from '../request/request.ts';
import { criterionText } from './facts.ts';

/** Whether this person is an admin now: an enabled account that holds what the policy asks of admins. */
export async function isAdmin(world: World, person: DirectoryUser): Promise<boolean> {
  return person.enabled && (await world.directory.holds(person.oid, world.policy.admins.are));
}

/** That somebody is no admin, for people. */
export function notAdmin({ policy }: World): Finding {
  return {
    rule: 'admin',
    ok: false,
    says: `Only an admin can decide this: somebody with an enabled account who holds ${criterionText(policy.admins.are)}. You do not, as of now.`,
  };
}

/** The word of somebody who is no admin any more, or whose account is disabled, does not count any more. */
export async function stillAdmins(world: World, words: readonly Word[]): Promise<Word[]> {
  const people = await world.directory.usersById(words.map((one) => one.by.oid));
  const enabled = words.filter((one) => people.get(one.by.oid)?.enabled === true);
  const holding = await Promise.all(enabled.map((one) => world.directory.holds(one.by.oid, world.policy.admins.are)));
  return enabled.filter((_, i) => holding[i] === true);
}

/**
 * Whether a button stood on a card that was posted to the admins: only a stored card counts. While one is being posted, on this platform
 * or at all, its place may not be known yet: then later.
 *
 * @param of what the card is of: its places, and what to call it
 * @throws Fault `not_yet` while the card is still being posted
 */
export function standsBeforeAdmins(
  world: World,
  of: { readonly places: readonly Place[]; readonly called: string },
  place: Place | null,
): boolean {
  const { places, called } = of;
  if (place !== null && places.some((at) => samePlace(at, place))) return true;
  const expected = (platform: string): boolean => platform in world.policy.admins.channels;
  const isComing = place !== null && expected(place.platform) && !places.some((at) => at.platform === place.platform);
  if (places.length > 0 && !isComing) return false;
  throw new Fault('not_yet', 'later', `the card of ${called} is still being posted`);
}
