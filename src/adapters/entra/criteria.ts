import { Fault } from '../../core/errors.ts';
import type { Directory, DirectoryUser, Log } from '../../core/ports.ts';
import type { Criterion } from '../../core/policy/policy.ts';
import type { Graph, Json } from './graph.ts';
import type { Deadline } from './patience.ts';
import { inTurns, isGuid, literal } from './users.ts';

type AppRole = Extract<Criterion, { kind: 'app_role' }>;
type Group = Extract<Criterion, { kind: 'group' }>;

/** "Up to 20 groups may be specified" (Graph docs: directoryobject-checkmembergroups.md, `groupIds`). */
const groupsAtOnce = 20;

/**
 * Who meets a criterion, read at every call. The definition of an app role is read with every question too, since a role can be
 * deleted and made again under the same value with another id.
 *
 * Roles of groups count for their direct members, as in tokens (user-list-approleassignments.md; "groups-assign", no nesting);
 * membership of a group named in the policy is transitive. A group that is gone has no members.
 */
export function criteria(o: {
  readonly graph: Graph;
  readonly appRolesOf: string;
  readonly start: () => Deadline;
  /** The first of these, a few read at a time, that `fits`; null: none. */
  readonly firstUser: (
    oids: readonly string[],
    fits: (user: DirectoryUser) => boolean,
    until: Deadline,
  ) => Promise<DirectoryUser | null>;
  readonly log: Log;
}): Pick<Directory, 'holds' | 'held' | 'heldByAnother'> & { readonly servicePrincipal: (until: Deadline) => Promise<Json> } {
  const { graph } = o;
  /** Roles of the policy that the log has said are missing: lists are looked at with every letter that somebody types. */
  const told = new Set<string>();

  /** @throws Fault directory_refused when there is no such app */
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

  const missing = (value: string): Fault =>
    refused(`the app ${o.appRolesOf} has no app role ${value}: create it there, or correct the policy`);

  /** Ids of the app's roles that were assigned to this user, or to a group that the user is a direct member of. */
  async function assignedTo(oid: string, app: Json, until: Deadline): Promise<ReadonlySet<unknown>> {
    const path = `/users/${oid}/appRoleAssignments?$filter=resourceId%20eq%20${String(app['id'])}`;
    const rows = (await graph.list('assignments', path, until)) ?? [];
    return new Set(rows.filter((row) => row['resourceId'] === app['id']).map((row) => row['appRoleId']));
  }

  async function heldRoles(oid: string, wanted: readonly AppRole[], until: Deadline): Promise<readonly Criterion[]> {
    if (wanted.length === 0) return [];
    const app = await servicePrincipal(until);
    const assigned = await assignedTo(oid, app, until);
    return wanted.filter(({ value }) => {
      const role = roleOf(app, value);
      // One wrong name in the policy must not hide everything else that the person holds; whoever asks for it is told.
      if (role !== null) told.delete(value);
      else if (!told.has(value)) o.log.warn({ appRole: value }, missing(value).message);
      if (role === null) told.add(value);
      return role?.['isEnabled'] === true && assigned.has(role['id']);
    });
  }

  /** @throws Fault directory_refused when the app has no such role */
  async function holdsRole(oid: string, value: string): Promise<boolean> {
    const until = o.start();
    const app = await servicePrincipal(until);
    const role = roleOf(app, value);
    if (role === null) throw missing(value);
    return role['isEnabled'] === true && (await assignedTo(oid, app, until)).has(role['id']);
  }

  /** Transitive (directoryobject-checkmembergroups.md). */
  async function heldGroups(oid: string, wanted: readonly Group[], until: Deadline): Promise<readonly Criterion[]> {
    const found = new Set<string>();
    const ids = [...new Set(wanted.map(({ id }) => id.toLowerCase()))];
    await inTurns(ids, groupsAtOnce, async (groupIds) => {
      const answer = await graph.post('groups', `/users/${oid}/checkMemberGroups`, { groupIds }, until);
      const of: unknown = answer?.['value'];
      for (const id of Array.isArray(of) ? of : []) found.add(String(id).toLowerCase());
    });
    return wanted.filter(({ id }) => found.has(id.toLowerCase()));
  }

  /**
   * An enabled one among those who hold the role: the assignments of the app are listed whole, since they can be filtered by resource
   * and display name only (resources/approleassignment.md), and looked at page by page.
   */
  async function roleHeldByAnother(value: string, oid: string, until: Deadline): Promise<boolean> {
    const app = await servicePrincipal(until);
    const role = roleOf(app, value);
    if (role === null) throw missing(value);
    if (role['isEnabled'] !== true) return false;
    const groups: string[] = [];
    for await (const rows of graph.pages('assignedTo', `/servicePrincipals/${String(app['id'])}/appRoleAssignedTo`, until)) {
      const holders = rows.filter((row) => row['appRoleId'] === role['id']);
      if (await anotherEnabled(idsOf(holders, 'User', 'principalId'), oid, until)) return true;
      groups.push(...idsOf(holders, 'Group', 'principalId'));
    }
    for (const id of groups) if (await memberBut(`/groups/${id}/members`, oid, until)) return true;
    return false;
  }

  /**
   * Members are listed by id alone and then read as users: Graph's own cast to users is an "advanced query", which needs
   * `ConsistencyLevel: eventual` and answers from an index that "might not be up-to-date" (group-list-transitivemembers.md).
   */
  async function memberBut(path: string, oid: string, until: Deadline): Promise<boolean> {
    for await (const rows of graph.pages('members', `${path}?$select=id`, until)) {
      if (await anotherEnabled(idsOf(rows, '#microsoft.graph.user', 'id'), oid, until)) return true;
    }
    return false;
  }

  const anotherEnabled = async (oids: readonly string[], oid: string, until: Deadline): Promise<boolean> => {
    const others = oids.filter((one) => one !== oid.toLowerCase());
    return (await o.firstUser(others, (user) => user.enabled, until)) !== null;
  };

  return {
    servicePrincipal,
    holds: async (oid, criterion) => {
      if (!isGuid(oid)) return false;
      if (criterion.kind === 'app_role') return await holdsRole(oid, criterion.value);
      return (await heldGroups(oid, [criterion], o.start())).length > 0;
    },
    held: async (oid, wanted) => {
      if (!isGuid(oid)) return new Set();
      const until = o.start();
      const roles = wanted.filter((c): c is AppRole => c.kind === 'app_role');
      const groups = wanted.filter((c): c is Group => c.kind === 'group');
      return new Set((await Promise.all([heldRoles(oid, roles, until), heldGroups(oid, groups, until)])).flat());
    },
    heldByAnother: async (criterion, oid) => {
      const until = o.start();
      return criterion.kind === 'app_role'
        ? await roleHeldByAnother(criterion.value, oid, until)
        : isGuid(criterion.id) && (await memberBut(`/groups/${criterion.id}/transitiveMembers`, oid, until));
    },
  };
}

const refused = (says: string): Fault => new Fault('directory_refused', 'never', says);

function roleOf(app: Json, value: string): Json | null {
  const { appRoles } = app;
  const roles = Array.isArray(appRoles) ? appRoles.filter((r): r is Json => typeof r === 'object' && r !== null) : [];
  return roles.find((role) => role['value'] === value) ?? null;
}

/** What kind of object a row is about: `principalType` of an assignment, `@odata.type` of a member. */
function idsOf(rows: readonly Json[], kind: string, property: 'principalId' | 'id'): readonly string[] {
  return rows
    .filter((row) => (property === 'id' ? row['@odata.type'] : row['principalType']) === kind)
    .map((row) => String(row[property]).toLowerCase())
    .filter(isGuid);
}
