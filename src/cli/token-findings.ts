/** What is wrong with a token that can be seen in it, without any cluster (Entra docs: access-token-claims-reference.md, optional-claims-reference.md). */

import { audiences, dateClaim, type Claims } from '../core/login/claims.ts';
import type { StepName } from '../core/login/steps.ts';
import { utc } from '../core/messages/card.ts';
import { shellWord } from '../core/messages/quoting.ts';
import { span } from '../core/messages/span.ts';
import type { ClusterPolicy } from '../core/policy/policy.ts';

/** A token that was read, and what it should have been. */
export interface LookedToken {
  readonly claims: Claims;
  readonly cluster: string;
  readonly api: ClusterPolicy['api'];
  /** The tenant that people sign in to. */
  readonly tenantId: string;
  /** The claim that the cluster goes by. */
  readonly claim: string;
  readonly now: Date;
}

export interface TokenFinding {
  readonly about:
    | 'expired'
    | 'early'
    | 'tenant'
    | 'resource'
    | 'audience'
    | 'token-version'
    | 'app'
    | 'guest'
    | 'upn'
    | 'key'
    | 'new-key';
  readonly says: string;
  /** Who can mend it, and how. */
  readonly fix: string;
  /** Steps whose refusal this explains: its fix is the one then. */
  readonly explains: readonly StepName[];
}

/** Resources of Microsoft's own that az gives tokens for, by `aud` without its slash. */
const resources: Readonly<Record<string, string>> = {
  'https://management.azure.com': 'Azure Resource Manager, which is what az gives without --scope',
  'https://management.core.windows.net': 'Azure Resource Manager, which is what az gives without --scope',
  '797f4846-ba00-4fd7-ba43-dac1f8f63013': 'Azure Resource Manager, which is what az gives without --scope',
  'https://graph.microsoft.com': 'Microsoft Graph',
  'https://graph.windows.net': 'Azure AD Graph',
  '00000003-0000-0000-c000-000000000000': 'Microsoft Graph',
  '00000002-0000-0000-c000-000000000000': 'Azure AD Graph',
};

type Look = (token: LookedToken) => TokenFinding | null;

const text = (claims: Claims, name: string): string | null => {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
};

/** The command that prints a token which the cluster takes. */
export function rightCommand({ tenantId, api }: Pick<LookedToken, 'tenantId' | 'api'>): string {
  return `az account get-access-token --tenant ${shellWord(tenantId)} --scope ${shellWord(api.scope)} --query accessToken -o tsv`;
}

const fresh = (token: LookedToken): string => `Whoever it is for gets another one: ${rightCommand(token)}`;
const when = (at: Date): string => utc(at, 'date');

const expired: Look = (token) => {
  const exp = dateClaim(token.claims, 'exp');
  if (exp === null || token.now.getTime() < exp * 1000) return null;
  const at = new Date(exp * 1000);
  return {
    about: 'expired',
    says: `it expired ${span(at, token.now)} ago, at ${when(at)}`,
    fix: fresh(token),
    explains: ['time'],
  };
};

const early: Look = ({ claims, now }) => {
  const from = Math.max(dateClaim(claims, 'nbf') ?? 0, dateClaim(claims, 'iat') ?? 0);
  if (from * 1000 <= now.getTime()) return null;
  const at = new Date(from * 1000);
  return {
    about: 'early',
    says: `it is not valid before ${when(at)}, which is in ${span(now, at)}`,
    fix: 'A clock is wrong: the issuer’s, or the cluster’s. Whoever runs the nodes looks at their time.',
    explains: ['time'],
  };
};

const tenant: Look = (token) => {
  const tid = text(token.claims, 'tid');
  if (tid === null || tid === token.tenantId) return null;
  return {
    about: 'tenant',
    says: `it is of the tenant ${tid}; people sign in to ${token.tenantId} here`,
    fix: fresh(token),
    explains: ['issuer', 'signature', 'keys'],
  };
};

const resource: Look = (token) => {
  const known = audiences(token.claims).map((aud) => resources[aud.replace(/\/$/, '')]);
  const name = known.find((one) => one !== undefined);
  if (name === undefined) return null;
  return {
    about: 'resource',
    says: `it is for ${name}, not for the API of ${token.cluster}`,
    fix: fresh(token),
    explains: ['issuer', 'keys', 'signature', 'claim', 'audience'],
  };
};

const audience: Look = (token) => {
  const own = audiences(token.claims);
  if (resource(token) !== null || own.includes(token.api.audience)) return null;
  return {
    about: 'audience',
    says: `it is for ${own.length === 0 ? 'nobody (it has no aud)' : own.join(', ')}; the API of ${token.cluster} is ${token.api.audience}`,
    fix: `${fresh(token)}. If that is the same app, whoever keeps the policy corrects api.audience`,
    explains: ['audience'],
  };
};

const tokenVersion: Look = (token) => {
  const ver = text(token.claims, 'ver');
  const version = ver === '1.0' ? 'v1' : ver === '2.0' ? 'v2' : null;
  if (version === null || version === token.api.tokenVersion || resource(token) !== null) return null;
  const [wants, number] = token.api.tokenVersion === 'v2' ? ['v2', 2] : ['v1', 1];
  return {
    about: 'token-version',
    says: `it is a ${version} token, whose issuer is written otherwise; the policy says ${wants}`,
    fix: `Whoever keeps the API’s app registration sets api.requestedAccessTokenVersion to ${number} in its manifest, or whoever keeps the policy writes token_version: ${version}`,
    explains: ['issuer', 'audience', 'claim'],
  };
};

/** Of an app: `idtyp` says so where it is configured; else its subject is its own object id and it has no scopes. */
export function isApp(claims: Claims): boolean {
  const [oid, sub] = [text(claims, 'oid'), text(claims, 'sub')];
  return text(claims, 'idtyp') === 'app' || (text(claims, 'scp') === null && oid !== null && oid === sub);
}

const app: Look = ({ claims }) =>
  isApp(claims)
    ? {
        about: 'app',
        says: 'it is an app’s own (a service principal or managed identity): such tokens have no upn',
        fix: 'A person signs in with az login. For an app, an admin of the cluster makes a SQL user, a row of the identity map and a claim (oid or sub) of its own; this bot gives apps nothing',
        explains: ['claim', 'map', 'principal'],
      }
    : null;

/** A guest signs in elsewhere: `idp` is then another than `iss`, `acct` is 1 where it is configured, the UPN has the mark #EXT#. */
export function isGuest(claims: Claims): boolean {
  const idp = text(claims, 'idp');
  const elsewhere = idp !== null && idp !== text(claims, 'iss') && !idp.includes(text(claims, 'tid') ?? ' ');
  return !isApp(claims) && (elsewhere || claims['acct'] === 1 || /#ext#/i.test(text(claims, 'upn') ?? ''));
}

const guest: Look = ({ claims }) =>
  isGuest(claims)
    ? {
        about: 'guest',
        says: 'it is a guest’s: their tokens have no upn of this tenant',
        fix: 'Guests get no access through this bot. Whoever runs the directory can make the person a member',
        explains: ['user', 'claim', 'map', 'principal'],
      }
    : null;

const upn: Look = ({ claims, claim }) =>
  claim !== 'upn' || text(claims, 'upn') !== null || isApp(claims) || isGuest(claims)
    ? null
    : {
        about: 'upn',
        says: 'it has no upn, and the cluster goes by it',
        fix: 'Whoever keeps the API’s app registration adds the optional claim upn to its access tokens (docs/operations.md, "The API that tokens are for")',
        explains: ['claim'],
      };

const looks: readonly Look[] = [expired, early, tenant, resource, audience, tokenVersion, app, guest, upn];

/** @returns everything that is to be said of it, what is nearest to the cause first */
export function findingsOf(token: LookedToken): readonly TokenFinding[] {
  return looks.flatMap((look) => look(token) ?? []);
}
