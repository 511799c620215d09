import { Fault } from '../../core/errors.ts';
import type { Directory, DirectoryUser } from '../../core/ports.ts';
import type { Graph, Json } from './graph.ts';
import { type Deadline, deadline } from './patience.ts';
import { isGuid, literal, userOf, userSelect } from './users.ts';

/** "By default, requests are limited to 15 expressions in the filter clause" (Graph docs, filter-query-parameter.md, note on `in`). */
const idsAtOnce = 15;
/** Requests side by side: far below what Graph throttles (Graph docs, "throttling-limits", identity and access). */
const side = 4;
/** RFC 5321 §4.5.3.1: 64 for the local part, 255 for the domain. */
const longestAddress = 320;

/**
 * The directory through Graph, read at every call: nothing here remembers an answer. The definition of an app role is read with
 * every question too, since a role can be deleted and made again under the same value with another id.
 *
 * @param o.appRolesOf client id of the app registration whose app roles count
 */
export function directory(o: { readonly graph: Graph; readonly appRolesOf: string; readonly timeoutSeconds: number }): Directory {
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

  async function usersById(oids: readonly string[]): Promise<ReadonlyMap<string, DirectoryUser>> {
    const wanted = [...new Set(oids.filter(isGuid).map((oid) => oid.toLowerCase()))];
    const found = new Map<string, DirectoryUser>();
    const left = Array.from({ length: Math.ceil(wanted.length / idsAtOnce) }, (_, n) =>
      wanted.slice(n * idsAtOnce, (n + 1) * idsAtOnce),
    );
    const work = async (): Promise<void> => {
      for (let some = left.shift(); some !== undefined; some = left.shift()) {
        const filter = `id%20in%20(${some.map(literal).join(',')})`;
        // A deadline for each request: how many there are is the caller's doing, not Graph's.
        for (const row of (await graph.list('user', `/users?$filter=${filter}&${userSelect}`, start())) ?? []) {
          const user = userOf(row);
          if (some.includes(user.oid)) found.set(user.oid, user);
        }
      }
    };
    await Promise.all(Array.from({ length: side }, work));
    return found;
  }

  /** Roles of groups count for their direct members, as in tokens (user-list-approleassignments.md; "groups-assign", no nesting). */
  async function holdsRole(oid: string, value: string): Promise<boolean> {
    const until = start();
    const app = await servicePrincipal(until);
    const role = rolesOf(app).find((r) => r['value'] === value);
    if (role === undefined)
      throw refused(`the app ${o.appRolesOf} has no app role ${value}: create it there, or correct the policy`);
    if (role['isEnabled'] !== true) return false;
    const path = `/users/${oid}/appRoleAssignments?$filter=resourceId%20eq%20${String(app['id'])}`;
    const rows = (await graph.list('assignments', path, until)) ?? [];
    return rows.some((row) => row['resourceId'] === app['id'] && row['appRoleId'] === role['id']);
  }

  async function servicePrincipal(until: Deadline): Promise<Json> {
    const row = await graph.get(
      'servicePrincipal',
      `/servicePrincipals(appId=${literal(o.appRolesOf)})?$select=id,appRoles`,
      until,
    );
    if (row === null) {
      throw refused(
        `this tenant has no app ${o.appRolesOf}, whose app roles count: correct app_roles_of in the policy, or AZURE_CLIENT_ID`,
      );
    }
    if (!isGuid(String(row['id'])))
      throw new Fault('directory_unavailable', 'later', 'Microsoft Graph answered with a service principal without an id');
    return row;
  }

  /** Transitive (directoryobject-checkmembergroups.md). A group that is gone has no members. */
  async function inGroup(oid: string, id: string): Promise<boolean> {
    const answer = await graph.post('groups', `/users/${oid}/checkMemberGroups`, { groupIds: [id] }, start());
    const of = answer?.['value'];
    return Array.isArray(of) && of.some((group) => typeof group === 'string' && same(group, id));
  }

  return {
    userById,
    usersByAddress,
    usersById,
    holds: async (oid, criterion) => {
      if (!isGuid(oid)) return false;
      return criterion.kind === 'app_role' ? await holdsRole(oid, criterion.value) : await inGroup(oid, criterion.id);
    },
    held: async (oid, criteria) => {
      const met = await Promise.all(criteria.map((c) => (c.kind === 'app_role' ? holdsRole(oid, c.value) : inGroup(oid, c.id))));
      return new Set(criteria.filter((_, i) => met[i]));
    },
    heldByAnother: () => Promise.resolve(true),
    probe: async () => void (await servicePrincipal(start())),
  };
}

const refused = (says: string): Fault => new Fault('directory_refused', 'never', says);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function rolesOf(app: Json): readonly Json[] {
  const { appRoles } = app;
  return Array.isArray(appRoles) ? appRoles.filter((r): r is Json => typeof r === 'object' && r !== null) : [];
}

function isAddress(text: string): boolean {
  return text.length <= longestAddress && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(text);
}
