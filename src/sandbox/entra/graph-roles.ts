/** App roles in Graph (Graph docs: user-list-approleassignments.md, serviceprincipal-list-approleassignedto.md, serviceprincipal-get.md). */
import { tenantId } from '../people.ts';
import type { Assignment, User } from './directory.ts';
import { notFound } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { userIn } from './graph-users.ts';
import { guidOf } from './ids.ts';
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
function defaultAccess(tenant: Tenant, user: User): Readonly<Record<string, unknown>> {
  return {
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
}

export function listAssignments(tenant: Tenant, { url }: GraphRequest, [id = '']: readonly string[]): unknown {
  const user = userIn(tenant, id);
  const rows = [defaultAccess(tenant, user), ...tenant.directory.assignments(user.oid).map((a) => assignmentRow(tenant, a))];
  const filter = url.searchParams.get('$filter');
  const test = filter === null ? () => true : filterOf(filter, ['resourceId'], 'AppRoleAssignment');
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#appRoleAssignments`,
    ...page(rows.filter(test), url, 100),
  };
}

/** "Users, groups, or client service principals" that were assigned a role of this app (serviceprincipal-list-approleassignedto.md). */
export function listAssignedTo(tenant: Tenant, { url }: GraphRequest, [id = '']: readonly string[]): unknown {
  const app = [tenant.bot.clientId, tenant.api.clientId].find((clientId) => spIdOf(clientId) === id.toLowerCase());
  if (app === undefined) throw notFound(id);
  // Which properties can be filtered by: resources/approleassignment.md. `appRoleId` is not among them.
  const filter = url.searchParams.get('$filter');
  const test = filter === null ? () => true : filterOf(filter, ['resourceId', 'principalDisplayName'], 'AppRoleAssignment');
  const rows =
    app === tenant.bot.clientId
      ? tenant.directory.allAssignments().map((a) => assignmentRow(tenant, a))
      : tenant.directory.users().map((user) => defaultAccess(tenant, user));
  return {
    '@odata.context': `${tenant.graphUrl}${graphPrefix}/$metadata#servicePrincipals('${id}')/appRoleAssignedTo`,
    ...page(rows.filter(test), url, 100),
  };
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
