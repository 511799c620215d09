import type { Directory, DirectoryUser, Log } from '../../core/ports.ts';
import { criteria } from './criteria.ts';
import type { Graph } from './graph.ts';
import { type Deadline, deadline } from './patience.ts';
import { recentUsers } from './recent.ts';
import { inTurns, isGuid, literal, userOf, userSelect } from './users.ts';

/** "By default, requests are limited to 15 expressions in the filter clause" (Graph docs, filter-query-parameter.md, note on `in`). */
const idsAtOnce = 15;
/** The most that Graph gives: "Must be between 1 and 999 inclusive" (its own refusal of more; paging.md: `/users` gives 100 by default). */
const usersAPage = 999;
const patienceForAPage = 12;
/** RFC 5321 §4.5.3.1: 64 for the local part, 255 for the domain. */
const longestAddress = 320;

/**
 * The directory through Graph, read at every call: nothing here remembers an answer but `recentById`, which says so.
 *
 * @param o.appRolesOf client id of the app registration whose app roles count
 */
export function directory(o: {
  readonly graph: Graph;
  readonly appRolesOf: string;
  readonly timeoutSeconds: number;
  readonly log: Log;
}): Directory {
  const { graph } = o;
  const start = (): Deadline => deadline(o.timeoutSeconds);

  async function userById(oid: string): Promise<DirectoryUser | null> {
    if (!isGuid(oid)) return null;
    const row = await graph.get('user', `/users/${oid}?${userSelect}`, start());
    return row === null ? null : userOf(row);
  }

  async function usersByAddress(address: string): Promise<readonly DirectoryUser[]> {
    if (!isAddress(address)) return [];
    const filter = `mail%20eq%20${literal(address)}%20or%20userPrincipalName%20eq%20${literal(address)}`;
    const rows = await graph.list('user', `/users?$filter=${filter}&${userSelect}`, start());
    // Looked at again: whoever Graph gives back for another reason is not who was asked for.
    return (rows ?? []).map(userOf).filter((u) => same(u.upn, address) || (u.mail !== null && same(u.mail, address)));
  }

  /** As many as fit into one request. */
  async function someUsers(oids: readonly string[], until: Deadline): Promise<readonly DirectoryUser[]> {
    const filter = `id%20in%20(${oids.map(literal).join(',')})`;
    const rows = (await graph.list('user', `/users?$filter=${filter}&${userSelect}`, until)) ?? [];
    return rows.map(userOf).filter((user) => oids.includes(user.oid));
  }

  async function usersById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>> {
    const wanted = [...new Set(oids.filter(isGuid).map((oid) => oid.toLowerCase()))];
    const found = new Map<string, DirectoryUser>();
    await inTurns(wanted, idsAtOnce, async (some) => {
      // A deadline for each request: how many there are is the caller's doing, not Graph's.
      for (const user of await someUsers(some, start())) found.set(user.oid, user);
    });
    return found;
  }

  async function firstUser(
    oids: readonly string[],
    fits: (user: DirectoryUser) => boolean,
    until: Deadline,
  ): Promise<DirectoryUser | null> {
    for (let n = 0; n < oids.length; n += idsAtOnce) {
      const found = (await someUsers(oids.slice(n, n + idsAtOnce), until)).find(fits);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The deadline is each page's own, and longer: nobody waits for it in chat, and a throttled Graph names half a minute and more. */
  async function* everybody(): AsyncGenerator<readonly DirectoryUser[]> {
    const path = `/users?${userSelect}&$top=${usersAPage}`;
    for await (const rows of graph.pages('user', path, () => deadline(o.timeoutSeconds * patienceForAPage)))
      yield rows.map(userOf);
  }

  const { servicePrincipal, ...rest } = criteria({ graph, appRolesOf: o.appRolesOf, start, firstUser, log: o.log });
  return {
    userById,
    usersByAddress,
    usersById,
    everybody,
    recentById: recentUsers(usersById),
    ...rest,
    probe: async () => void (await servicePrincipal(start())),
  };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function isAddress(text: string): boolean {
  return text.length <= longestAddress && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(text);
}
