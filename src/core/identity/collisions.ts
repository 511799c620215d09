/** People whose names collapse to one SQL user, over a whole directory, and those whose names can't be one. */

import type { DirectoryUser } from '../ports.ts';
import { isReserved, sqlUsername } from './sql-username.ts';
import { twice } from './twice.ts';

type Pages = AsyncIterable<readonly DirectoryUser[]>;

/** Somebody who is named in the answer. */
export interface Named {
  readonly upn: string;
  readonly enabled: boolean;
}

export interface Collision {
  readonly sqlUsername: string;
  readonly people: readonly Named[];
}

export interface Collisions {
  /** Members of the tenant, enabled or not. */
  readonly people: number;
  /** Guests are never given a SQL user and are not looked at. */
  readonly guests: number;
  /** Every SQL user that several people's names give, by name. */
  readonly groups: readonly Collision[];
  /** False: there are more groups than are kept. */
  readonly complete: boolean;
  /** How many people have a name that can't be a SQL user. */
  readonly impossible: number;
  /** How many people have the name of a role that is granted, of `admin`, or of what CockroachDB keeps for itself; and the first of them. */
  readonly reserved: { readonly count: number; readonly first: readonly (Named & { readonly sqlUsername: string })[] };
}

/** What is held at the most, whatever the directory is like: people of names that may have come twice, and reserved ones that are listed. */
const [mostHeld, mostReserved] = [100_000, 100];

/**
 * Goes through the directory twice, a page at a time: first to see which names may come more than once, then to collect the people of
 * these. Who comes into the directory between the two may be missed until the next time. Somebody who is disabled counts: the account
 * may be enabled again.
 *
 * @param everybody begins anew each time
 * @param roles the roles that are granted on request
 * @param tell how many users were gone through, and in which pass
 */
export async function collisions(
  everybody: () => Pages,
  roles: ReadonlySet<string>,
  tell: (users: number, pass: 1 | 2) => void = () => undefined,
): Promise<Collisions> {
  const names = twice();
  const counts = { people: 0, guests: 0, impossible: 0, reserved: 0 };
  const reserved: (Named & { readonly sqlUsername: string })[] = [];
  for await (const page of everybody()) {
    for (const user of page) {
      if (user.kind === 'guest') counts.guests += 1;
      else count(user);
    }
    tell(counts.people + counts.guests, 1);
  }
  const { groups, complete } = await grouped(everybody, names.mayBe, (users) => tell(users, 2));
  const { people, guests, impossible } = counts;
  return { people, guests, groups, complete, impossible, reserved: { count: counts.reserved, first: reserved } };

  function count(user: DirectoryUser): void {
    counts.people += 1;
    const found = nameOf(user.upn);
    const name = 'name' in found ? found.name : found.problem.name;
    const isReserved = 'name' in found ? roles.has(name) : found.problem.code === 'reserved';
    if ('name' in found) names.add(name);
    else if (!isReserved) counts.impossible += 1;
    if (!isReserved) return;
    counts.reserved += 1;
    if (reserved.length < mostReserved) reserved.push({ sqlUsername: name, ...named(user) });
  }
}

/** What nearly every UPN looks like, and then the name stands there already. */
const plain = /^([a-z0-9_][-a-z0-9_.]{0,62})@[^@#]+$/;

/** As sqlUsername, which takes its time: a directory has a hundred thousand of them. */
function nameOf(upn: string): ReturnType<typeof sqlUsername> {
  const name = plain.exec(upn)?.[1];
  return name === undefined || name === 'admin' || isReserved(name) ? sqlUsername(upn) : { name };
}

const named = ({ upn, enabled }: DirectoryUser): Named => ({ upn, enabled });

async function grouped(
  everybody: () => Pages,
  mayBe: (name: string) => boolean,
  tell: (users: number) => void,
): Promise<Pick<Collisions, 'groups' | 'complete'>> {
  /** By SQL user, then by object id: a page may come twice while the directory changes. */
  const held = new Map<string, Map<string, Named>>();
  let [users, size, complete] = [0, 0, true];
  for await (const page of everybody()) {
    for (const user of page) {
      const found = user.kind === 'guest' ? null : nameOf(user.upn);
      if (found === null || !('name' in found) || !mayBe(found.name)) continue;
      const people = held.get(found.name);
      // Of those that are held already, the rest may come: what is listed should be whole.
      if (size >= (people === undefined ? mostHeld : 2 * mostHeld)) complete = false;
      else {
        held.set(found.name, (people ?? new Map<string, Named>()).set(user.oid, named(user)));
        size += 1;
      }
    }
    users += page.length;
    tell(users);
  }
  const groups = [...held].filter(([, people]) => people.size > 1).map(([name, people]) => groupOf(name, people));
  return { groups: groups.sort((a, b) => (a.sqlUsername < b.sqlUsername ? -1 : 1)), complete };
}

const groupOf = (name: string, people: ReadonlyMap<string, Named>): Collision => ({
  sqlUsername: name,
  people: [...people.values()].sort((a, b) => (a.upn < b.upn ? -1 : 1)),
});
