import { compactVerify, errors, importJWK, type JWK } from 'jose';
import type { Verify } from '../../core/login/login.ts';

/** The members that make up the public key. The rest (use, key_ops, x5c …) has been judged by core/login, by CockroachDB's rules. */
const members = ['kty', 'n', 'e', 'crv', 'x', 'y', 'k'] as const;

/**
 * Checks a compact JWS against exactly one key and one algorithm.
 *
 * @returns false when it is not that key's signature, or the key can't be used with that algorithm
 */
export const verify: Verify = async (token, key, algorithm) => {
  const jwk = Object.fromEntries(members.flatMap((member) => (typeof key[member] === 'string' ? [[member, key[member]]] : [])));
  try {
    await compactVerify(token, await importJWK(jwk as JWK, algorithm), { algorithms: [algorithm] });
    return true;
  } catch (fault) {
    // A key of another type or curve than the algorithm asks for is a TypeError (jose) or a DOMException (Web Crypto).
    if (fault instanceof errors.JOSEError || fault instanceof TypeError || fault instanceof DOMException) return false;
    throw fault;
  }
};
