/** App roles and groups in Graph (Graph docs: user-list-approleassignments.md, directoryobject-checkmembergroups.md, serviceprincipal-get.md). */
import { tenantId } from '../people.ts';
import type { Assignment } from './directory.ts';
import { badRequest, notFound } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { userIn } from './graph-users.ts';
import { guidOf, isGuid } from './ids.ts';
import { filterOf, page, selected } from './odata.ts';
import type { Tenant } from './token-endpoint.ts';

const spIdOf = (appId: string): string => guidOf(`service principal ${appId}`);

function assignmentRow(tenant: Tenant, a: Assignment): Readonly<Record<string, unknown>> {
  return {
    id: a.id,
    deletedDateTime: null,
    appRoleId: a.roleId,
    createdDateTime: '2026-01-05T09:00:00Z',
    principalDisplayName: tenant.directory.user(a.principalId)?.name ?? a.principalId,
    principalId: a.principalId,
    principalType: a.principalType,
    resourceDisplayName: 'crdb-access',
    resourceId: spIdOf(tenant.bot.clientId),
  };
}

/** Everybody also has the default assignment to the API app, as after a first sign-in: the bot must tell resources apart. */
export function listAssignments(tenant: Tenant, { url }: GraphRequest, [id = '']: readonly string[]): unknown {
  const user = userIn(tenant, id);
  const ofApi = {
    id: guidOf(`default access ${user.oid}`),
    deletedDateTime: null,
    appRoleId: '00000000-0000-0000-0000-000000000000',
    createdDateTime: '2026-01-05T09:00:00Z',
    principalDisplayName: user.name,
    principalId: user.oid,
    principalType: 'User',
    resourceDisplayName: 'CockroachDB',
    resourceId: spIdOf(tenant.api.clientId),
  };
  const rows = [ofApi, ...tenant.directory.assignments(user.oid).map((a) => assignmentRow(tenant, a))];
  const filter = url.searchParams.get('$filter');
  const test = filter === null ? () => true : filterOf(filter, ['resourceId'], 'AppRoleAssignment');
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#appRoleAssignments`,
    ...page(rows.filter(test), url, 100),
  };
}

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

const spDefaults = ['id', 'appId', 'displayName', 'accountEnabled', 'appOwnerOrganizationId', 'appRoles', 'servicePrincipalType'];

function spRow(tenant: Tenant, appId: string): Readonly<Record<string, unknown>> | null {
  const ours = [tenant.bot.clientId, tenant.api.clientId];
  if (!ours.includes(appId.toLowerCase())) return null;
  const appRoles = appId.toLowerCase() !== tenant.bot.clientId ? [] : tenant.directory.roles();
  return {
    id: spIdOf(appId.toLowerCase()),
    appId: appId.toLowerCase(),
    displayName: appId.toLowerCase() === tenant.bot.clientId ? 'crdb-access' : 'CockroachDB',
    accountEnabled: true,
    appOwnerOrganizationId: tenantId,
    appRoles: appRoles.map((r) => ({
      allowedMemberTypes: ['User'],
      description: r.value,
      displayName: r.value,
      id: r.id,
      isEnabled: r.isEnabled,
      origin: 'Application',
      value: r.value,
    })),
    servicePrincipalType: 'Application',
  };
}

export function servicePrincipal(tenant: Tenant, appId: string, url: URL): unknown {
  const row = spRow(tenant, appId);
  if (row === null) throw notFound(appId);
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#servicePrincipals/$entity`,
    ...selected(row, url.searchParams.get('$select'), spDefaults),
  };
}

export function listServicePrincipals(tenant: Tenant, { url }: GraphRequest): unknown {
  const rows = [tenant.bot.clientId, tenant.api.clientId].map((id) => spRow(tenant, id)).filter((r) => r !== null);
  const filter = url.searchParams.get('$filter');
  const test = filter === null ? () => true : filterOf(filter, ['appId', 'id', 'displayName'], 'ServicePrincipal');
  const select = url.searchParams.get('$select');
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#servicePrincipals`,
    ...page(
      rows.filter(test).map((r) => selected(r, select, spDefaults)),
      url,
      100,
    ),
  };
}
