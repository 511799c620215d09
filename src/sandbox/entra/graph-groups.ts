/** Groups in Graph (Graph docs: directoryobject-checkmembergroups.md, group-list-members.md, group-list-transitivemembers.md). */
import { badRequest, notFound } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { userDefaults, userIn, userRow } from './graph-users.ts';
import { isGuid } from './ids.ts';
import { page, selected } from './odata.ts';
import type { Tenant } from './token-endpoint.ts';

export function checkMemberGroups(tenant: Tenant, { body }: GraphRequest, [id = '']: readonly string[]): unknown {
  const user = userIn(tenant, id);
  const groupIds = groupIdsIn(body);
  // "Up to 20 groups may be specified."
  if (groupIds.length > 20) throw badRequest("The number of values in the parameter 'groupIds' exceeds the maximum of 20.");
  const of = tenant.directory.groups(user.oid);
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#Collection(Edm.String)`,
    value: groupIds.filter((g) => of.has(g)),
  };
}

function groupIdsIn(body: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw badRequest('Unable to read JSON request payload.');
  }
  const ids = (parsed as { groupIds?: unknown } | null)?.groupIds;
  if (!Array.isArray(ids) || !ids.every((g): g is string => typeof g === 'string' && isGuid(g))) {
    throw badRequest("Invalid GUID in parameter 'groupIds'.");
  }
  return ids.map((g) => g.toLowerCase());
}

const groupDefaults = ['id', 'displayName', 'groupTypes', 'mailEnabled', 'securityEnabled'];

/** Of different kinds: each row says which (`@odata.type`), whatever was selected. */
function memberRow(tenant: Tenant, id: string, select: string | null): Readonly<Record<string, unknown>> {
  const user = tenant.directory.user(id);
  if (user !== undefined) return { '@odata.type': '#microsoft.graph.user', ...selected(userRow(user), select, userDefaults) };
  const group = { id, displayName: id, groupTypes: [], mailEnabled: false, securityEnabled: true };
  return { '@odata.type': '#microsoft.graph.group', ...selected(group, select, groupDefaults) };
}

/** Direct members, or with those of the groups among them. */
export const listMembers =
  (how: 'members' | 'transitiveMembers') =>
  (tenant: Tenant, { url }: GraphRequest, [id = '']: readonly string[]): unknown => {
    if (!tenant.directory.isGroup(id.toLowerCase())) throw notFound(id);
    const select = url.searchParams.get('$select');
    const rows = tenant.directory[how](id.toLowerCase()).map((member) => memberRow(tenant, member, select));
    return { '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#directoryObjects`, ...page(rows, url, 100) };
  };
