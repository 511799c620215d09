/** Who signs the tokens of generated logins, and what a cluster's key set may have in the place of each key. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Chance } from './login-rng.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly jwk: Json;
  readonly key: KeyObject;
  sign(text: string): Buffer;
}

type Kind = Readonly<{ alg: string; pair: () => { publicKey: KeyObject; privateKey: KeyObject }; sign: Signing }>;
type Signing = (text: Buffer, key: KeyObject) => Buffer;

const ec = (namedCurve: string, hash: string) => ({
  pair: () => generateKeyPairSync('ec', { namedCurve }),
  sign: (text: Buffer, key: KeyObject) => sign(hash, text, { key, dsaEncoding: 'ieee-p1363' }),
});
const rsa = (alg: string): Kind => ({
  alg,
  pair: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  sign: (text, key) => sign('sha256', text, key),
});
/** The kinds of key that a cluster takes (lestrrat-go/jwx jws/key_provider.go), those of Entra among them. */
const kinds: readonly Kind[] = [
  rsa('RS256'),
  { alg: 'ES256', ...ec('P-256', 'sha256') },
  { alg: 'ES384', ...ec('P-384', 'sha384') },
  { alg: 'EdDSA', pair: () => generateKeyPairSync('ed25519'), sign: (text, key) => sign(null, text, key) },
];

function made(kind: Kind, kid: string): Signer {
  const { publicKey, privateKey } = kind.pair();
  const jwk = publicKey.export({ format: 'jwk' }) as Json;
  return { kid, alg: kind.alg, jwk, key: privateKey, sign: (text) => kind.sign(Buffer.from(text), privateKey) };
}

const kidOf = (alg: string): string => createHash('sha1').update(alg).digest('base64url');
/** One of each kind, and for each a stranger who claims its key id. */
export const signers: readonly Signer[] = kinds.map((kind) => made(kind, kidOf(kind.alg)));
export const strangers: ReadonlyMap<string, Signer> = new Map(
  kinds.map((kind) => [kidOf(kind.alg), made(kind, kidOf(kind.alg))]),
);

/** What of a signer stands in the key set. `alg`: whether that entry names an algorithm. */
export type Entry = 'full' | 'no alg' | 'no use' | 'as Entra has it' | Bad;
export type Bad = 'absent' | 'other material' | 'for encryption' | 'another algorithm' | 'another type';
export const good: readonly Entry[] = ['full', 'no alg', 'no use', 'as Entra has it'];
export const bad: readonly Bad[] = ['absent', 'other material', 'for encryption', 'another algorithm', 'another type'];
export const namesAlgorithm = (entry: Entry): boolean => entry === 'full' || entry === 'no use';

const others: Readonly<Record<string, string>> = { RS256: 'RS512', ES256: 'ES384', ES384: 'ES256', EdDSA: 'RS256' };
const anotherType = (signer: Signer): Json => (signers.find((one) => one.jwk['kty'] !== signer.jwk['kty']) ?? signer).jwk;

const entries: Readonly<Record<Entry, (signer: Signer) => readonly Json[]>> = {
  full: ({ jwk, kid, alg }) => [{ ...jwk, kid, alg, use: 'sig' }],
  'no alg': ({ jwk, kid }) => [{ ...jwk, kid, use: 'sig' }],
  'no use': ({ jwk, kid, alg }) => [{ ...jwk, kid, alg }],
  'as Entra has it': ({ jwk, kid }) => [{ ...jwk, kid, use: 'sig', x5t: kid, x5c: ['AAAA'], issuer: 'https://x' }],
  absent: () => [],
  'other material': ({ kid, alg }) => [{ ...strangers.get(kid)?.jwk, kid, alg, use: 'sig' }],
  'for encryption': ({ jwk, kid, alg }) => [{ ...jwk, kid, alg, use: 'enc' }],
  'another algorithm': ({ jwk, kid, alg }) => [{ ...jwk, kid, alg: others[alg], use: 'sig' }],
  'another type': (signer) => [{ ...anotherType(signer), kid: signer.kid, use: 'sig' }],
};

/** The `jwks` setting: a set, or a single bare key where there is only one. */
export function keySet(chance: Chance, held: ReadonlyMap<Signer, Entry>): string {
  const keys = chance.shuffled([...held].flatMap(([signer, entry]) => entries[entry](signer)));
  return JSON.stringify(keys.length === 1 && chance.hits(0.5) ? keys[0] : { keys });
}

const notVerified = 'could not verify message using any of the signatures or keys';
const provider = 'key provider 0 failed: ';
export const noKey = (kid: string): string => `${provider}failed to find key with key ID "${kid}" in key set`;
export const noKid = `${provider}failed to find matching key: no key ID ("kid") specified in token`;
/** The misspelling is jwx's. */
export const notInferred = `${provider}algorithm in the message does not match any of the infered algorithms`;

/** What a signature that is right in itself meets at a bad entry. */
export const badEntry: Readonly<Record<Bad, (signer: Signer) => string>> = {
  absent: ({ kid }) => noKey(kid),
  'other material': () => notVerified,
  'for encryption': () => notVerified,
  'another algorithm': () => notVerified,
  'another type': () => notInferred,
};

export const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param header beside or in place of what the signer would write; undefined leaves it out */
export function jws(signer: Signer, claims: Json, header: Readonly<Record<string, string | undefined>> = {}): string {
  const text = `${part({ typ: 'JWT', alg: signer.alg, kid: signer.kid, ...header })}.${part(claims)}`;
  return `${text}.${signer.sign(text).toString('base64url')}`;
}

/** Ways to spoil a token's signature, each with what it meets at a good entry. */
export const spoiled: readonly ((signer: Signer, claims: Json, entry: Entry) => { token: string; meets: string })[] = [
  (signer, claims) => ({ token: jws(signer, claims, { kid: undefined }), meets: noKid }),
  (signer, claims) => ({ token: jws(signer, claims, { kid: 'some-other-key' }), meets: noKey('some-other-key') }),
  (signer, claims) => {
    const [head, , signature] = jws(signer, claims).split('.');
    return { token: `${head}.${part({ ...claims, added: true })}.${signature}`, meets: notVerified };
  },
  (signer, claims) => ({ token: jws(strangers.get(signer.kid) ?? signer, claims), meets: notVerified }),
  (signer, claims) => ({ token: jws(signer, claims).replace(/\.[^.]*$/, '.'), meets: notVerified }),
  ...['none', 'HS256', 'HS512'].map((alg) => (signer: Signer, claims: Json, entry: Entry): { token: string; meets: string } => ({
    token: jws(signer, claims, { alg }),
    meets: namesAlgorithm(entry) ? notVerified : notInferred,
  })),
];
