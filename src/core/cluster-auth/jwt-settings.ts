/**
 * What the texts of the JWT settings mean, and the same texts with ours merged in. Others' parts stay byte for byte.
 * Source of the forms: cockroachdb pkg/ccl/jwtauthccl/settings.go (`validateJWTAuthIssuersConf`, `…AudiencesConf`, `…JWKSConf`).
 */

import { isObject, parseJson, toIssuerMap, toStrings } from '../login/go-json.ts';
import { parseKeys } from '../login/keys.ts';
import { parseBool } from '../login/settings.ts';
import type { Jwk } from '../ports.ts';
import { append, remove } from './json-text.ts';

/** Whether a boolean setting is on. One that this version does not have is off. */
export function isOn(text: string | undefined): boolean {
  return text !== undefined && parseBool(text) === true;
}

/** The issuers or the audiences that a setting lists, and how it writes them. */
export interface Listed {
  readonly form: 'plain' | 'array' | 'issuer_jwks_map';
  readonly items: readonly string[];
}

/** @returns null: no version of CockroachDB would have accepted this text */
export function readList(text: string): Listed | null {
  const json = parseJson(text);
  if ('error' in json) return { form: 'plain', items: text === '' ? [] : [text] };
  const list = toStrings(json.value);
  if ('value' in list) return { form: 'array', items: list.value };
  const map = toIssuerMap(json.value);
  return 'value' in map ? { form: 'issuer_jwks_map', items: [...map.value.keys()] } : null;
}

/**
 * The list with `item` in it, in the form it has as long as that suffices.
 *
 * @param jwksUri where this issuer's keys are; only a list in the form `issuer_jwks_map` needs it
 * @returns null: this form can't take the item
 */
export function withItem(text: string, listed: Listed, item: string, jwksUri?: string): string | null {
  const quoted = JSON.stringify(item);
  if (listed.items.length === 0 && listed.form !== 'array') return item;
  if (listed.form === 'array') return append(text, [], [quoted]) ?? `[${quoted}]`;
  if (listed.form === 'plain') return `[${JSON.stringify(listed.items[0])},${quoted}]`;
  return jwksUri === undefined ? null : append(text, ['issuer_jwks_map'], [`${quoted}:${JSON.stringify(jwksUri)}`]);
}

/** The keys that the setting holds: a set (RFC 7517) or one bare key. */
export function readKeys(text: string): { readonly bare: boolean; readonly keys: readonly Jwk[] } | null {
  const parsed = parseKeys(text);
  const json = parseJson(text);
  if ('error' in parsed || 'error' in json) return null;
  return { bare: isObject(json.value) && !Object.hasOwn(json.value, 'keys'), keys: parsed.keys };
}

/** A key that a signature can be checked with and that carries an id: all others CockroachDB would never use (jwx, jws/key_provider.go). */
export function isUsable(key: Jwk): boolean {
  const use = key['use'];
  return (
    key.kid !== undefined &&
    key.kid !== '' &&
    (use === undefined || use === '' || use === 'sig') &&
    String(key['kty']) in material
  );
}

const material: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] };
/** Certificates, three quarters of the size, which CockroachDB does not read; and what must never leave its owner. */
const leftOut: ReadonlySet<string> = new Set(['x5c', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

/** Whether a key on the cluster checks the signatures that `published` checks. */
export function sameKey(present: Jwk, published: Jwk): boolean {
  const members = material[String(published['kty'])] ?? [];
  const alike = ['kty', ...members].every((name) => present[name] === published[name]);
  const alg = present['alg'] === undefined || published['alg'] === undefined || present['alg'] === published['alg'];
  return alike && alg && isUsable(present);
}

/** What the cluster lacks of the published keys, and those whose id stands there for other material. */
export function compareKeys(
  present: readonly Jwk[],
  published: readonly Jwk[],
): { readonly missing: readonly Jwk[]; readonly conflicts: readonly Jwk[] } {
  // Of two keys with one id the first is used (jwx, jwk.Set.LookupKeyID).
  const standing = (key: Jwk): Jwk | undefined => present.find((one) => one.kid === key.kid);
  const usable = published.filter((key, i) => isUsable(key) && published.findIndex((one) => one.kid === key.kid) === i);
  return {
    missing: usable.filter((key) => standing(key) === undefined),
    conflicts: usable.filter((key) => {
      const one = standing(key);
      return one !== undefined && !sameKey(one, key);
    }),
  };
}

const keyText = (key: Jwk): string =>
  JSON.stringify(Object.fromEntries(Object.entries(key).filter(([name]) => !leftOut.has(name))));

/** The key set with these keys added. */
export function withKeys(text: string, bare: boolean, added: readonly Jwk[]): string {
  const texts = added.map(keyText);
  const asSet = (all: readonly string[]): string => `{"keys":[${all.join(',')}]}`;
  // Where there is no array to add to, the set is `{"keys":null}`: nothing of anybody's.
  return bare ? asSet([text.trim(), ...texts]) : (append(text, ['keys'], texts) ?? asSet(texts));
}

/** The key set without the keys at these places (from 0); a bare key that goes leaves an empty set. */
export function withoutKeys(text: string, bare: boolean, gone: ReadonlySet<number>): string {
  if (gone.size === 0) return text;
  return bare ? noKeys : (remove(text, ['keys'], gone) ?? text);
}

/** What the setting is when it holds no key: CockroachDB refuses an empty text. */
const noKeys = '{"keys":[]}';

/** The key set with these keys in the place of those that have their ids. For an admin to read, so others' keys may be spelled anew. */
export function withKeysReplaced(present: readonly Jwk[], replacing: readonly Jwk[]): string {
  const kids = new Set(replacing.map((key) => key.kid));
  return `{"keys":[${[...present.filter((key) => !kids.has(key.kid)).map((key) => JSON.stringify(key)), ...replacing.map(keyText)].join(',')}]}`;
}
