/** The fixtures that CockroachDB's own JWT tests use (authentication_jwt_test.go), made anew: two keys, and tokens signed with them. */

import { CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { Jwk } from '../../src/core/ports.ts';

export interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: Jwk;
}

async function signer(kid: string, alg: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export const [k1, k2, stranger] = await Promise.all([
  signer('test_kid1', 'RS256'),
  signer('test_kid2', 'ES384'),
  signer('test_kid1', 'RS256'),
]);

/** A JWK without one of its members. */
export function without(jwk: Jwk, member: string): Jwk {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== member));
}

/** The noon that all tests of logins live at. */
export const noon = new Date('2026-06-01T12:00:00.400Z');
export const at = (seconds: number): number => Math.floor(noon.getTime() / 1000) + seconds;

export type TokenClaims = Readonly<Record<string, unknown>>;

/** A compact JWS. `header` replaces what the signer would write there; undefined leaves it out. */
export async function token(
  claims: TokenClaims,
  by: Signer = k1,
  header: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const full = { alg: by.alg, kid: by.kid, ...header };
  const written = Object.fromEntries(Object.entries(full).filter(([, value]) => value !== undefined));
  return await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: by.alg, ...written })
    .sign(by.privateKey);
}

/** The first key, used with another algorithm than its JWK names: a signature that is right and yet not to be taken. */
export const k1AsPss: Signer = {
  ...k1,
  alg: 'PS256',
  privateKey: (await importJWK(await exportJWK(k1.privateKey), 'PS256')) as Signer['privateKey'],
};
