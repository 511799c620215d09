/**
 * The steps of a JWT login and their order by version. Sources: cockroachdb/cockroach pkg/ccl/jwtauthccl/authentication_jwt.go
 * (ValidateJWTLogin, RetrieveIdentity), authorization_jwt.go and pkg/sql/pgwire/auth.go. Every text is CockroachDB's own.
 */

import { checkName, isReserved, normalizeName } from '../identity/sql-username.ts';
import { caseInsensitive, mapExists, mapIdentity } from '../identity/identity-map.ts';
import { goQuote } from '../identity/go-text.ts';
import type { Jwk } from '../ports.ts';
import { audiences, dateClaim, textClaim, type Claims } from './claims.ts';
import { goList } from './go-print.ts';
import type { Knows } from './knows.ts';
import { groupsOf, principalsOf } from './principals.ts';
import type { LoginSettings } from './settings.ts';

/** What a login is decided on instead of, or by means of, a token. */
export interface Proof {
  /** Whether nothing was sent where the token belongs. */
  readonly empty: boolean;
  claims(): { readonly claims: Claims } | { readonly error: string };
  /** The keys to check with, fetched if the settings say so; null: they can't be had. */
  keys(settings: LoginSettings, issuer: string): Promise<readonly Jwk[] | null>;
  /** jwx's text for what is wrong with the signature; null: nothing. */
  signature(keys: readonly Jwk[]): Promise<string | null>;
}

/** A login on its way through the steps: what it came with, and what the steps have found. */
export interface Login {
  readonly version: string;
  readonly knows: Knows;
  readonly settings: LoginSettings;
  readonly users: Readonly<Record<string, { readonly login: boolean }>> | undefined;
  readonly now: Date;
  readonly proof: Proof;
  /** The SQL user asked for, folded; '' when none was. */
  readonly asked: string;
  claims: Claims;
  keys: readonly Jwk[];
  principals: readonly string[];
  accepted: readonly string[];
  /** The SQL user that it will be; null until the principal is settled. */
  as: string | null;
}

export type No = { readonly error: string; readonly detail?: string };
type Step = (login: Login) => No | null | Promise<No | null>;

const jwt = (what: string, detail?: string): No => ({
  error: `JWT authentication: ${what}`,
  ...(detail === undefined ? {} : { detail }),
});
const issuerOf = (login: Login) => textClaim(login.claims, 'iss');

/** No DETAIL before the issuer came first (PR 119768); the library's text with or without a prefix since. */
const invalidToken = (login: Login, detail: string): No => jwt('invalid token', login.knows.issuerFirst ? detail : undefined);

const passwordFailed = (user: string): No => ({ error: `password authentication failed for user ${user}` });

/** What keeps a missing user from being created (username.go, ValidateUsername); what is reserved has a step of its own. */
const uncreatable: Readonly<Record<string, string>> = { invalid: 'username is invalid', too_long: 'username is too long' };

function lookUp(login: Login): No | null {
  const name = login.as ?? login.asked;
  // A token without a subject stands for the empty name, which is nobody's.
  if (login.as === '') return passwordFailed(name);
  if (login.users === undefined) return null;
  const user = Object.hasOwn(login.users, name) ? login.users[name] : undefined;
  if (user !== undefined) return user.login ? null : { error: `${name} does not have login privilege` };
  if (!login.settings.provisioning) return passwordFailed(name);
  const wrong = uncreatable[checkName(name)?.code ?? ''];
  return wrong === undefined ? null : { error: `${goQuote(name)}: ${wrong}` };
}

function parse(login: Login): No | null {
  const read = login.proof.claims();
  if ('error' in read) return invalidToken(login, `token parsing failed: ${read.error}`);
  login.claims = read.claims;
  return null;
}

async function keys(login: Login): Promise<No | null> {
  const found = await login.proof.keys(login.settings, issuerOf(login));
  if (found === null) return jwt('unable to validate token');
  login.keys = found;
  return null;
}

async function signature(login: Login): Promise<No | null> {
  const wrong = await login.proof.signature(login.keys);
  if (wrong === null) return null;
  // Since 25.4 VerifyAndExtractIssuer comes first and hands the library's text on bare (its testdata/jwt, key_id_mismatch).
  return invalidToken(login, login.knows.provisioning ? wrong : `unable to parse token: ${wrong}`);
}

/** Skew 0, whole seconds, in the order of jwx's Validate; a claim that is absent or 0 is not asked about. */
function time(login: Login): No | null {
  const now = Math.floor(login.now.getTime() / 1000);
  const [iat, exp, nbf] = [dateClaim(login.claims, 'iat'), dateClaim(login.claims, 'exp'), dateClaim(login.claims, 'nbf')];
  const failed =
    iat !== null && now < iat ? 'iat' : exp !== null && now >= exp ? 'exp' : nbf !== null && now < nbf ? 'nbf' : null;
  return failed === null ? null : invalidToken(login, `unable to parse token: "${failed}" not satisfied`);
}

function claim(login: Login): No | null {
  const found = principalsOf(login.claims, login.settings.claim, login.knows.claimPointer);
  if ('error' in found) return found;
  login.principals = found.principals;
  return null;
}

function map(login: Login): No | null {
  const issuer = issuerOf(login);
  const { rows, near = () => rows } = login.settings;
  const options = { caseInsensitive: caseInsensitive(login.version) };
  const mapped = mapExists(rows, issuer)
    ? (principal: string) => mapIdentity(near(principal), issuer, principal, options)
    : (principal: string) => [normalizeName(principal)];
  login.accepted = login.principals.flatMap(mapped);
  if (login.accepted.length > 0) return null;
  return jwt('invalid principal', `the value ${goList(login.principals)} for the issuer ${issuer} is invalid`);
}

function principal(login: Login): No | null {
  const [only, ...others] = login.accepted;
  if (login.accepted.includes(login.asked)) login.as = login.asked;
  else if (login.knows.noUser && login.asked === '' && only !== undefined && others.length === 0) login.as = only;
  if (login.as !== null) return null;
  return jwt('invalid principal', `token issued for ${goList(login.principals)} and login was for ${login.asked}`);
}

const steps = {
  user: (login) => (login.knows.noUser && login.as === null && login.asked === '' ? null : lookUp(login)),
  password: (login) => (login.proof.empty ? passwordFailed(login.asked) : null),
  enabled: (login) => (login.settings.enabled ? null : jwt('not enabled')),
  parse,
  issuer: (login) =>
    login.settings.issuers.includes(issuerOf(login)) ? null : jwt('invalid issuer', `token issued by ${issuerOf(login)}`),
  keys,
  signature,
  time,
  claim,
  map,
  principal,
  reserved: (login) =>
    isReserved(login.as ?? '') ? jwt('invalid identity', `cannot use JWT auth to login to a reserved user ${login.as}`) : null,
  audience: (login) => {
    const own = audiences(login.claims);
    const meant = own.some((one) => login.settings.audiences.includes(one));
    return meant ? null : jwt('invalid audience', `token issued with an audience of ${goList(own)}`);
  },
  /** Without groups in the token a node asks the issuer's userinfo endpoint, which is out of reach for a decision. */
  authorization: (login) => {
    if (!login.settings.authorization) return null;
    const groups = groupsOf(login.claims, login.settings.groupClaim);
    if (groups === null) return { error: 'JWT authorization: userinfo lookup failed' };
    return groups.length > 0 ? null : { error: 'JWT authorization: empty group list' };
  },
} as const satisfies Readonly<Record<string, Step>>;

export type StepName = keyof typeof steps;

/** The licence, CockroachDB's last check, has been none since October 2024 (PR 131943 and its backports) and is left out. */
const orders = {
  /** v22.2 … v23.1.16, v23.2.0 … v23.2.3. */
  signatureFirst: [
    ...(['user', 'password', 'enabled', 'parse', 'keys', 'signature', 'time', 'issuer'] as const),
    ...(['claim', 'map', 'principal', 'reserved', 'audience'] as const),
  ],
  /** Up to v25.3. The user is looked up a second time because a login that named none has one by then. */
  issuerFirst: [
    ...(['user', 'password', 'enabled', 'parse', 'issuer', 'keys', 'signature', 'time'] as const),
    ...(['claim', 'map', 'principal', 'user', 'reserved', 'audience'] as const),
  ],
  /** v25.4 and up: who it is comes before whether that user exists, since it may be created; the time is asked after both. */
  identityFirst: [
    ...(['password', 'enabled', 'parse', 'issuer', 'keys', 'signature', 'claim', 'map', 'principal', 'user'] as const),
    ...(['time', 'reserved', 'audience', 'authorization'] as const),
  ],
} satisfies Readonly<Record<string, readonly StepName[]>>;

/** The steps in the order of the version that this login is made to. */
export function orderOf(known: Knows): readonly StepName[] {
  if (known.provisioning) return orders.identityFirst;
  return known.issuerFirst ? orders.issuerFirst : orders.signatureFirst;
}

/** @returns null: passed */
export async function take(step: StepName, login: Login): Promise<No | null> {
  return await steps[step](login);
}
