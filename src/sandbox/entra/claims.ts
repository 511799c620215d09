/** Claims of access tokens as Entra issues them (Entra docs: access-token-claims-reference.md, optional-claims-reference.md, access-tokens.md). */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { tenantId } from '../people.ts';
import type { ApiApp, Resource } from './apps.ts';
import type { User } from './directory.ts';
import { guidOf } from './ids.ts';
import type { Claims } from './keys.ts';

/** `https://sts.windows.net/<tid>/` and `https://login.microsoftonline.com/<tid>/v2.0`, with the stand-in's address: v1 ends in a slash, v2 does not. */
export const issuers = {
  v1: (authority: string): string => `${authority}/${tenantId}/`,
  v2: (authority: string): string => `${authority}/${tenantId}/v2.0`,
} as const;
export type Version = keyof typeof issuers;

export interface UserTokenOrder {
  readonly user: User;
  /** Client that asked. */
  readonly clientId: string;
  readonly resource: Resource;
  readonly api: ApiApp;
  readonly authority: string;
  readonly version: Version;
  readonly lifetimeSeconds?: number;
}

/** How far Entra dates a token back. The example tokens of access-tokens.md have iat = nbf and live for 3900 s: an hour and 5 minutes. */
const backdatedSeconds = 300;

/** A user's token for the API app. */
export function userClaims(order: UserTokenOrder): Claims {
  const { user, api, version } = order;
  return {
    ...frame(order.authority, version, order.lifetimeSeconds),
    ...(version === 'v1' ? v1User(order) : v2User(order)),
    ...(user.kind === 'guest' ? { idp: `https://sts.windows.net/${guidOf(`home of ${user.mail}`)}/` } : {}),
    name: user.name,
    oid: user.oid,
    scp: api.scope,
    // Pairwise: another one for every app (access-token-claims-reference.md, `sub`).
    sub: opaque(`${user.oid} ${api.clientId}`),
    ...upn(order),
  };
}

function v1User({ user, clientId, resource }: UserTokenOrder): Claims {
  const [given = user.name, ...family] = user.name.split(' ');
  return {
    aud: resource.aud,
    acr: '1',
    amr: ['pwd'],
    appid: clientId,
    appidacr: '0',
    ...(user.kind === 'guest' ? { email: user.mail } : {}),
    family_name: family.join(' '),
    given_name: given,
    ipaddr: '203.0.113.7',
    unique_name: signInName(user),
    ver: '1.0',
  };
}

function v2User({ user, clientId, api }: UserTokenOrder): Claims {
  return { aud: api.clientId, azp: clientId, azpacr: '0', preferred_username: signInName(user), ver: '2.0' };
}

/** What a person types to sign in: a guest's is their address at home. */
const signInName = (user: User): string => (user.kind === 'guest' ? (user.mail ?? user.upn) : user.upn);

/** v1 tokens have `upn` by themselves, v2 tokens as an optional claim; a guest's only with the property that asks for it. */
function upn({ user, api, version }: UserTokenOrder): Claims {
  if (user.kind === 'guest') {
    const named = {
      none: undefined,
      include_externally_authenticated_upn: user.upn,
      include_externally_authenticated_upn_without_hash: user.upn.replaceAll('#', '_'),
    }[api.upnOptionalClaim ? api.guestUpn : 'none'];
    return named === undefined ? {} : { upn: named };
  }
  return version === 'v1' || api.upnOptionalClaim ? { upn: user.upn } : {};
}

export interface AppTokenOrder {
  readonly clientId: string;
  readonly resource: Resource;
  readonly authority: string;
  /** Application permissions: they stand in `roles` (v2-oauth2-client-creds-grant-flow.md). */
  readonly roles: readonly string[];
  readonly certificate: boolean;
}

/** An app's own token. Graph's are v1.0 tokens whose `aud` is its address. */
export function appClaims(order: AppTokenOrder): Claims {
  const principal = guidOf(`service principal ${order.clientId}`);
  return {
    ...frame(order.authority, 'v1'),
    aud: order.resource.aud,
    appid: order.clientId,
    appidacr: order.certificate ? '2' : '1',
    idp: issuers.v1(order.authority),
    idtyp: 'app',
    oid: principal,
    ...(order.roles.length > 0 ? { roles: order.roles } : {}),
    sub: principal,
    ver: '1.0',
  };
}

function frame(authority: string, version: Version, lifetimeSeconds = randomInt(60 * 60, 90 * 60)): Claims {
  const now = Math.floor(Date.now() / 1000);
  const iat = now - backdatedSeconds;
  return {
    iss: issuers[version](authority),
    iat,
    nbf: iat,
    exp: now + lifetimeSeconds,
    aio: `AXQAi/8${randomBytes(60).toString('base64')}`,
    rh: `1.${randomBytes(24).toString('base64url')}.`,
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
  };
}

const opaque = (text: string): string => createHash('sha256').update(text).digest('base64url');
