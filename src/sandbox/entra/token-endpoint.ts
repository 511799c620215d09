/** `POST /{tenant}/oauth2/v2.0/token`: the grants that the bot and the stand-in `az` use. */
import { randomBytes } from 'node:crypto';
import { tenantId } from '../people.ts';
import { type ApiApp, type BotApp, type Resource, resourceOf } from './apps.ts';
import { type AssertionCheck, checkAssertion } from './assertion.ts';
import { appClaims, userClaims, type Version } from './claims.ts';
import type { Crowd, SandboxDirectory, User } from './directory.ts';
import { azureCliId } from './ids.ts';
import type { Claims, SigningKeys } from './keys.ts';
import { Refused } from './oauth-errors.ts';

export interface Tenant {
  readonly authority: string;
  readonly graphUrl: string;
  /** Addresses of Graph that tokens are given for: the public one, this one's own, and what a test adds. */
  readonly graphUrls: Set<string>;
  readonly directory: SandboxDirectory;
  readonly crowd: Crowd;
  readonly keys: SigningKeys;
  readonly api: ApiApp;
  readonly bot: BotApp;
  readonly teamsBot: BotApp;
  /** Passwords by object id. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Refresh tokens given out: object id of whom. */
  readonly refreshTokens: Map<string, string>;
}

type Form = URLSearchParams;
type Answer = Readonly<Record<string, unknown>>;

const grants: Readonly<Record<string, (tenant: Tenant, form: Form) => Answer>> = {
  client_credentials: clientCredentials,
  password: (tenant, form) => userGrant(tenant, form, byPassword(tenant, form)),
  refresh_token: (tenant, form) => userGrant(tenant, form, byRefreshToken(tenant, form)),
};

/** @throws Refused with Entra's code */
export function token(tenant: Tenant, form: Form): Answer {
  const grant = form.get('grant_type') ?? '';
  const give = Object.hasOwn(grants, grant) ? grants[grant] : undefined;
  if (give === undefined) throw new Refused(70003, grant);
  return give(tenant, form);
}

function clientCredentials(tenant: Tenant, form: Form): Answer {
  const clientId = form.get('client_id') ?? '';
  const app = [tenant.bot, tenant.teamsBot].find((one) => one.clientId === clientId);
  if (app === undefined) throw new Refused(700016, clientId, tenantId);
  const by = proof(tenant, app, form);
  const scope = form.get('scope') ?? '';
  const resource = resourceIn(tenant, scope, 1002012);
  const roles = resource.app === 'graph' ? app.graphPermissions : [];
  return answer(
    tenant,
    appClaims({ clientId, resource, authority: tenant.authority, roles, certificate: by === 'certificate' }),
    'v1',
  );
}

/** By secret, or by an assertion that a registered certificate or a trusted issuer signed. */
function proof(tenant: Tenant, app: BotApp, form: Form): AssertionCheck | 'secret' {
  const assertion = form.get('client_assertion');
  if (assertion !== null) return checkAssertion(assertion, app, `${tenant.authority}/${tenantId}/`);
  const secret = form.get('client_secret');
  if (secret === null) throw new Refused(7000216);
  if (secret !== app.secret) throw new Refused(7000215, app.clientId);
  return 'secret';
}

/** The stand-in for signing in interactively: people's passwords are random and known to the stand-in `az` alone. */
function byPassword(tenant: Tenant, form: Form): User {
  const name = form.get('username') ?? '';
  const user = tenant.directory.user(name) ?? tenant.directory.users().find((u) => u.kind === 'guest' && u.mail === name);
  if (user === undefined) throw new Refused(50034, name, tenantId);
  if (!user.enabled) throw new Refused(50057);
  if (form.get('password') !== tenant.passwords[user.oid]) throw new Refused(50126);
  return user;
}

function byRefreshToken(tenant: Tenant, form: Form): User {
  const user = tenant.directory.user(tenant.refreshTokens.get(form.get('refresh_token') ?? '') ?? '');
  if (user === undefined) throw new Refused(9002313);
  if (!user.enabled) throw new Refused(50057);
  return user;
}

function userGrant(tenant: Tenant, form: Form, user: User): Answer {
  const clientId = form.get('client_id') ?? '';
  if (clientId !== azureCliId) throw new Refused(700016, clientId, tenantId);
  const scopes = (form.get('scope') ?? '').split(/\s+/).filter((s) => s !== '');
  const asked = scopes.find((s) => !['openid', 'profile', 'offline_access'].includes(s)) ?? '';
  const resource = resourceIn(tenant, asked, 70011);
  if (resource.app !== 'api') throw new Refused(500011, resource.aud, tenantId);
  const version = tenant.api.requestedAccessTokenVersion === 2 ? 'v2' : 'v1';
  const claims = userClaims({ user, clientId, resource, api: tenant.api, authority: tenant.authority, version });
  const refresh = scopes.includes('offline_access') ? { refresh_token: refreshToken(tenant, user) } : {};
  return {
    ...answer(tenant, claims, version),
    scope: `${resource.aud}/${tenant.api.scope} ${resource.aud}/.default`,
    ...refresh,
  };
}

function refreshToken(tenant: Tenant, user: User): string {
  const made = `1.${randomBytes(120).toString('base64url')}`;
  tenant.refreshTokens.set(made, user.oid);
  return made;
}

/** `<resource>/.default` (permissions-consent-overview.md, "The .default scope"); a resource that ends in a slash keeps it. */
function resourceIn(tenant: Tenant, scope: string, unfit: 70011 | 1002012): Resource {
  const named = /^(.+)\/\.default$/.exec(scope)?.[1] ?? apiScope(tenant, scope);
  if (named === undefined) throw new Refused(unfit, scope);
  const resource = resourceOf(named, tenant.api, tenant.bot, tenant.graphUrls);
  if (resource === null) throw new Refused(500011, named, tenantId);
  return resource;
}

function apiScope(tenant: Tenant, scope: string): string | undefined {
  const end = `/${tenant.api.scope}`;
  return scope.endsWith(end) ? scope.slice(0, -end.length) : undefined;
}

function answer(tenant: Tenant, claims: Claims, version: Version): Answer {
  const expires = Number(claims['exp']) - Math.floor(Date.now() / 1000);
  return {
    token_type: 'Bearer',
    expires_in: expires,
    ext_expires_in: expires,
    access_token: tenant.keys.sign(claims, version === 'v1'),
  };
}
