/** Who a token says it is: the principals that CockroachDB takes from it (authentication_jwt.go, RetrieveIdentity). */

import { audiences, dateClaim, textClaim, type Claims } from './claims.ts';
import { goSprint, goTime } from './go-print.ts';
import { isObject } from './go-json.ts';

export type Principals = { readonly principals: readonly string[] } | { readonly error: string; readonly detail?: string };

const dates: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat']);

/** jwx's Token.Get: the registered claims come in their own types, whatever is null counts as absent there. */
function claimOf(claims: Claims, name: string): { readonly value: unknown } | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (value === undefined) return null;
  if (name === 'aud') return value === null ? null : { value: audiences(claims) };
  if (name === 'iss' || name === 'jti') return value === null ? null : { value };
  if (!dates.has(name)) return { value };
  const at = dateClaim(claims, name as 'exp' | 'nbf' | 'iat');
  return value === null ? null : { value: goTime(at ?? 0) };
}

function step(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(segment) ? value[Number(segment)] : undefined;
  return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
}

/** RFC 6901 into the claims; undefined: malformed, or it leads nowhere. */
function pointed(claims: Claims, pointer: string): unknown {
  if (/~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(step, claims);
}

function spread(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(goSprint) : [goSprint(value)];
}

/**
 * @param claim the `claim` setting; `''` and `sub` both mean the subject
 * @param pointers whether a claim that starts with `/` is a JSON pointer in this version
 */
export function principalsOf(claims: Claims, claim: string, pointers: boolean): Principals {
  if (claim === '' || claim === 'sub') return { principals: [textClaim(claims, 'sub')] };
  if (pointers && claim.startsWith('/')) {
    const value = pointed(claims, claim);
    return value === undefined ? { error: 'JWT authentication: failed to extract claim' } : { principals: spread(value) };
  }
  const found = claimOf(claims, claim);
  if (found === null)
    return { error: 'JWT authentication: missing claim', detail: `token does not contain a claim for ${claim}` };
  return { principals: spread(found.value) };
}

/** The groups that role sync would take (jwthelper.ParseGroupsClaim): a list or a comma-separated text; null: none are named. */
export function groupsOf(claims: Claims, claim: string): readonly string[] | null {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const list: readonly unknown[] | null = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : null;
  if (list === null || list.some((item) => typeof item !== 'string')) return null;
  return list.map((item) => String(item).trim().toLowerCase()).filter((item) => item !== '');
}
