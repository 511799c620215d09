/** The keys that a token may be signed with, as lestrrat-go/jwx reads and picks them (jwk/set.go, jws/key_provider.go). */

import { goQuote } from '../identity/go-text.ts';
import type { Jwk } from '../ports.ts';
import { decodeBase64 } from './bytes.ts';
import { isObject, parseJson } from './go-json.ts';
import type { Header } from './token.ts';

/** By key type: the members that a public key must have, jwx's name for it, and the algorithms that can be meant when it has no `alg`. */
const kinds: Readonly<
  Record<string, { readonly type: string; readonly needs: readonly string[]; readonly algs: readonly string[] }>
> = {
  RSA: { type: 'rsaPublicKey', needs: ['e', 'n'], algs: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] },
  EC: { type: 'ecdsaPublicKey', needs: ['crv', 'x', 'y'], algs: ['ES256', 'ES384', 'ES512', 'ES256K'] },
  OKP: { type: 'okpPublicKey', needs: ['crv', 'x'], algs: ['EdDSA'] },
  oct: { type: 'symmetricKey', needs: ['k'], algs: ['HS256', 'HS384', 'HS512'] },
};
const signatureAlgorithms: ReadonlySet<string> = new Set([...Object.values(kinds).flatMap((kind) => kind.algs), 'none']);

const own = (key: Readonly<Record<string, unknown>>, member: string): unknown =>
  Object.hasOwn(key, member) ? key[member] : undefined;
const textOf = (key: Readonly<Record<string, unknown>>, member: string): string => {
  const value = own(key, member);
  return typeof value === 'string' ? value : '';
};

function keyError(key: unknown): string | null {
  if (!isObject(key)) return 'failed to unmarshal JSON into key hint';
  const kty = textOf(key, 'kty');
  const kind = Object.hasOwn(kinds, kty) ? kinds[kty] : undefined;
  if (kind === undefined) return `invalid key type from JSON (${kty})`;
  const failed = `failed to unmarshal JSON into key (*jwk.${kind.type})`;
  for (const member of kind.needs) {
    const value = own(key, member);
    if (typeof value !== 'string') return `${failed}: required field ${member} is missing`;
    if (member !== 'crv' && 'error' in decodeBase64(value)) return `${failed}: failed to decode base64 value for ${member}`;
  }
  return null;
}

const isKey = (key: unknown): key is Jwk => keyError(key) === null;

/**
 * A JWKS or a single bare JWK.
 *
 * @returns the keys in order, or jwx's error text
 */
export function parseKeys(text: string): { readonly keys: readonly Jwk[] } | { readonly error: string } {
  const json = parseJson(text);
  const failed = (error: string) => ({ error: `failed to unmarshal JWK set: ${error}` });
  if ('error' in json) return failed(json.error);
  if (!isObject(json.value)) return failed(`expected '{', but got '${text.trim().slice(0, 1)}'`);
  if (!Object.hasOwn(json.value, 'keys')) {
    return isKey(json.value) ? { keys: [json.value] } : failed('failed to parse sole key in key set');
  }
  const list = json.value['keys'] ?? [];
  if (!Array.isArray(list))
    return failed('failed to decode "keys": json: cannot unmarshal into Go value of type []json.RawMessage');
  const keys: Jwk[] = [];
  for (const [i, key] of list.entries()) {
    if (!isKey(key)) return failed(`failed to decode key #${i} in "keys": ${keyError(key)}`);
    keys.push(key);
  }
  return { keys };
}

const provider = (error: string) => `key provider 0 failed: ${error}`;
export const notVerified = 'could not verify message using any of the signatures or keys';

/** The one key and algorithm that may have signed a token with this header, or jwx's error text. */
export function selectKey(
  keys: readonly Jwk[],
  { kid, alg }: Header,
): { readonly key: Jwk; readonly alg: string } | { readonly error: string } {
  if (kid === '') return { error: provider('failed to find matching key: no key ID ("kid") specified in token') };
  const key = keys.find((candidate) => textOf(candidate, 'kid') === kid);
  if (key === undefined) return { error: provider(`failed to find key with key ID ${goQuote(kid)} in key set`) };
  const use = textOf(key, 'use');
  if (use !== '' && use !== 'sig') return { error: notVerified };
  const fixed = textOf(key, 'alg');
  if (fixed !== '' && !signatureAlgorithms.has(fixed)) return { error: provider(`invalid signature algorithm ${fixed}`) };
  if (fixed !== '') return fixed === alg && fixed !== 'none' ? { key, alg } : { error: notVerified };
  if (kinds[textOf(key, 'kty')]?.algs.includes(alg) === true) return { key, alg };
  // The misspelling is jwx's.
  return { error: provider('algorithm in the message does not match any of the infered algorithms') };
}

const material = ['kty', 'crv', 'n', 'e', 'x', 'y'];

/**
 * What a token signed with any of an issuer's published keys would meet on the cluster: for a login that is foreseen without a token.
 *
 * @param jwks the cluster's `jwks` setting
 * @param alg the algorithm that the issuer signs with
 * @returns null: every key is there, whichever signs; else the text of the first failure
 */
export function foreseeSignature(jwks: string, published: readonly Jwk[], alg = 'RS256'): string | null {
  const parsed = parseKeys(jwks);
  const keys = 'keys' in parsed ? parsed.keys : [];
  for (const key of published) {
    const selected = selectKey(keys, { kid: key.kid ?? '', alg });
    if ('error' in selected) return selected.error;
    if (material.some((member) => textOf(selected.key, member) !== textOf(key, member))) return notVerified;
  }
  return published.length === 0 ? notVerified : null;
}
