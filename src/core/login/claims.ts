/** The claims of a token, in the types that jwx gives the registered ones (RFC 7519 §4.1; lestrrat-go/jwx jwt/token_gen.go). */

import { isObject, kindOf, toStrings } from './go-json.ts';

export type Claims = Readonly<Record<string, unknown>>;

const absent = (value: unknown) => value === undefined || value === null;
const wrong = (name: string, value: unknown, type: string) =>
  `failed to decode value for key ${name}: json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`;

type Rule = (value: unknown, name: string) => string | null;

const text: Rule = (value, name) => (typeof value === 'string' ? null : wrong(name, value, 'string'));
const audience: Rule = (value, name) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    ? null
    : `failed to decode value for key ${name}: invalid value for StringList`;
const date: Rule = (value, name) =>
  seconds(value) === null ? `failed to decode value for key ${name}: invalid value for NumericDate` : null;

const registered: Readonly<Record<string, Rule>> = {
  iss: text,
  sub: text,
  jti: text,
  aud: audience,
  exp: date,
  nbf: date,
  iat: date,
};

function seconds(value: unknown): number | null {
  const n =
    typeof value === 'number' ? value : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  // Truncated to whole seconds, as jwx is set up by default (validate.go, WithTruncation).
  return Number.isFinite(n) && Math.abs(n) < 8.64e12 ? Math.trunc(n) : null;
}

/** Claims of a decoded payload, or what keeps it from being a token's. */
export function toClaims(payload: unknown): { readonly claims: Claims } | { readonly error: string } {
  if (!isObject(payload)) return { error: 'expected JSON object' };
  for (const [name, rule] of Object.entries(registered)) {
    const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
    const error = absent(value) ? null : rule(value, name);
    if (error !== null) return { error };
  }
  return { claims: payload };
}

/** A registered text claim; absent is the empty string. */
export function textClaim(claims: Claims, name: 'iss' | 'sub'): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** The audiences, one or many. */
export function audiences(claims: Claims): readonly string[] {
  const value = claims['aud'];
  if (typeof value === 'string') return [value];
  const list = toStrings(value ?? null);
  return 'value' in list ? list.value : [];
}

/** A date claim in seconds; absent or 0 is null: jwx asks nothing of it then. */
export function dateClaim(claims: Claims, name: 'exp' | 'nbf' | 'iat'): number | null {
  const value = Object.hasOwn(claims, name) ? seconds(claims[name]) : null;
  return value === 0 ? null : value;
}
