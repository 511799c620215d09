/** Microsoft Graph v1.0, as much of it as the bot uses. */
import type { Answer } from './authority.ts';
import { issuers } from './claims.ts';
import { resourceOf } from './apps.ts';
import { badRequest, denied, GraphRefused, graphError, invalidToken } from './graph-errors.ts';
import { type GraphRequest, graphPrefix } from './graph-request.ts';
import { checkMemberGroups, listMembers } from './graph-groups.ts';
import { listAssignedTo, listAssignments, listServicePrincipals, servicePrincipal } from './graph-roles.ts';
import { getUser, listUsers } from './graph-users.ts';
import type { Tenant } from './token-endpoint.ts';

interface Route {
  /** As a test names it: `GET /users/{id}`. */
  readonly what: string;
  readonly method: string;
  readonly path: RegExp;
  /** Sets of application permissions that each suffice (the page of the API, "Permissions"). */
  readonly needs: readonly (readonly string[])[];
  readonly answer: (tenant: Tenant, request: GraphRequest, ids: readonly string[]) => unknown;
}

const readUsers = [['User.Read.All'], ['Directory.Read.All']];
const readApps = [['Application.Read.All'], ['Directory.Read.All']];
const readMembers = [['GroupMember.Read.All'], ['Directory.Read.All']];

const routes: readonly Route[] = [
  { what: 'GET /users/{id}', method: 'GET', path: /^\/users\/([^/]+)$/, needs: readUsers, answer: getUser },
  { what: 'GET /users', method: 'GET', path: /^\/users$/, needs: readUsers, answer: listUsers },
  {
    what: 'GET /users/{id}/appRoleAssignments',
    method: 'GET',
    path: /^\/users\/([^/]+)\/appRoleAssignments$/,
    needs: [['Directory.Read.All'], ['AppRoleAssignment.ReadWrite.All']],
    answer: listAssignments,
  },
  {
    what: 'POST /users/{id}/checkMemberGroups',
    method: 'POST',
    path: /^\/users\/([^/]+)\/checkMemberGroups$/,
    needs: [['User.Read.All', 'GroupMember.Read.All'], ['Directory.Read.All']],
    answer: checkMemberGroups,
  },
  {
    what: 'GET /groups/{id}/members',
    method: 'GET',
    path: /^\/groups\/([^/]+)\/members$/,
    needs: readMembers,
    answer: listMembers('members'),
  },
  {
    what: 'GET /groups/{id}/transitiveMembers',
    method: 'GET',
    path: /^\/groups\/([^/]+)\/transitiveMembers$/,
    needs: readMembers,
    answer: listMembers('transitiveMembers'),
  },
  {
    what: 'GET /servicePrincipals/{id}/appRoleAssignedTo',
    method: 'GET',
    path: /^\/servicePrincipals\/([^/]+)\/appRoleAssignedTo$/,
    needs: readApps,
    answer: listAssignedTo,
  },
  {
    what: 'GET /servicePrincipals',
    method: 'GET',
    path: /^\/servicePrincipals$/,
    needs: readApps,
    answer: listServicePrincipals,
  },
  {
    what: 'GET /servicePrincipals(appId)',
    method: 'GET',
    path: /^\/servicePrincipals\(appId='((?:[^']|'')*)'\)$/,
    needs: readApps,
    answer: (tenant, { url }, [appId = '']) => servicePrincipal(tenant, appId, url),
  },
];

/** What a call is called, for the watch. */
export function graphName(method: string, path: string): string {
  return routeOf(method, path)?.what ?? `${method} ${path}`;
}

/** Answers a call. Never throws what is the caller's fault. */
export function graphAnswer(tenant: Tenant, request: GraphRequest): Answer {
  try {
    const path = request.url.pathname.slice(graphPrefix.length);
    const permissions = bearer(tenant, request.authorization);
    const route = routeOf(request.method, path);
    if (route === undefined) throw badRequest(`Resource not found for the segment '${path.split('/')[1] ?? ''}'.`);
    if (!route.needs.some((set) => set.every((p) => permissions.includes(p)))) throw denied();
    return { status: 200, body: route.answer(tenant, request, idsIn(route, path)) };
  } catch (error) {
    if (error instanceof GraphRefused) return graphError(error);
    throw error;
  }
}

/** Matched as it came, so that an encoded slash stays inside its segment. */
function routeOf(method: string, path: string): Route | undefined {
  return routes.find((r) => r.method === method && r.path.test(path.replaceAll('%27', "'")));
}

function idsIn(route: Route, path: string): string[] {
  const [, ...ids] = route.path.exec(path.replaceAll('%27', "'")) ?? [];
  try {
    return ids.map(decodeURIComponent);
  } catch {
    throw badRequest('The path is not encoded correctly.');
  }
}

/** The app permissions in the bearer token, which must be Entra's, in time, and for Graph (auth-v2-service.md; graph "resolve-auth-errors"). */
function bearer(tenant: Tenant, authorization: string | undefined): readonly string[] {
  const [, token] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) throw invalidToken('Access token is empty.');
  const claims = tenant.keys.verified(token);
  if (claims === null) throw invalidToken('Access token validation failure.');
  const now = Date.now() / 1000;
  if (Number(claims['exp']) < now || Number(claims['nbf']) > now) {
    throw invalidToken('Lifetime validation failed, the token is expired.');
  }
  const resource = resourceOf(String(claims['aud']), tenant.api, tenant.bot, tenant.graphUrls);
  if (resource?.app !== 'graph') throw invalidToken('Access token validation failure. Invalid audience.');
  if (claims['iss'] !== issuers.v1(tenant.authority)) throw invalidToken('Access token validation failure. Invalid issuer.');
  return Array.isArray(claims['roles']) ? claims['roles'].map(String) : [];
}
