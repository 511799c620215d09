/** The tenant's signing keys: several are published, one of them signs (Entra docs, "signing-key-rollover"). Kept across restarts. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
  X509Certificate,
} from 'node:crypto';
import { join } from 'node:path';
import { certificate } from '../x509.ts';
import { secretFile, writeSecretFile } from './secret-files.ts';

interface StoredKey {
  readonly kid: string;
  readonly privateKey: string;
  /** DER of the certificate, in base64. */
  readonly x5c: string;
}

interface StoredKeys {
  readonly keys: readonly StoredKey[];
  readonly signing: string;
  /** The one that signed before. */
  readonly retired?: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/**
 * A rollover in its three phases ("signing-key-rollover": a new key is published before it is used, and an old one stays published for a
 * while after it was used last). Each may be done by itself, in any order and any number of times.
 */
export interface Rollover {
  /** Published keys in their order; one of them signs. */
  kids(): readonly { readonly kid: string; readonly signs: boolean }[];
  /** Publishes a new key, which nothing is signed with yet. */
  publish(): string;
  /** The newest published key signs from now on. */
  sign(): string;
  /** The key that signed before is published no more. Null: none did, or it is gone already. */
  withdraw(): string | null;
}

export interface SigningKeys {
  /** As Entra publishes them: `kid` is the certificate's thumbprint, there is no `alg` (access-tokens.md, "Validate the issuer"). */
  published(issuer: string): readonly Readonly<Record<string, unknown>>[];
  /** @param legacyHeader `x5t` beside `kid`, which Entra writes in v1.0 tokens only (access-token-claims-reference.md, "Header claims") */
  sign(claims: Claims, legacyHeader: boolean): string;
  /** The claims of a token that one of these keys signed; null otherwise. */
  verified(token: string): Claims | null;
  /**
   * The next published key signs from now on, a new one is published behind it, and the one that signed until now stays published
   * until the next time. `at_once`: everything that was published is
   * gone, as after a compromise ("signing-key-rollover": keys may be rolled immediately in an emergency).
   */
  rotate(how?: 'at_once'): void;
  readonly rollover: Rollover;
}

export function openKeys(dir: string): SigningKeys {
  const file = join(dir, 'signing-keys.json');
  let stored = secretFile<StoredKeys>(file, () => withFirstSigning([newKey(), newKey(), newKey()]));
  let parsed = new Map(stored.keys.map((k) => [k.kid, createPrivateKey(k.privateKey)]));
  const keep = (next: StoredKeys): void => {
    writeSecretFile(file, next);
    stored = next;
    parsed = new Map(next.keys.map((k) => [k.kid, createPrivateKey(k.privateKey)]));
  };

  return {
    published: (issuer) => stored.keys.map((key) => jwk(key, issuer)),
    sign: (claims, legacyHeader) => {
      const kid = stored.signing;
      const header = { typ: 'JWT', alg: 'RS256', ...(legacyHeader ? { x5t: kid } : {}), kid };
      const text = `${encoded(header)}.${encoded(claims)}`;
      return `${text}.${signBytes('sha256', Buffer.from(text), keyOf(parsed, kid)).toString('base64url')}`;
    },
    verified: (token) => {
      const [head = '', body = '', signature = ''] = token.split('.');
      const key = parsed.get(String(decoded(head)?.['kid']));
      if (key === undefined || decoded(head)?.['alg'] !== 'RS256') return null;
      const right = verifyBytes(
        'sha256',
        Buffer.from(`${head}.${body}`),
        createPublicKey(key),
        Buffer.from(signature, 'base64url'),
      );
      return right ? decoded(body) : null;
    },
    rotate: (how) => {
      if (how === 'at_once') return keep(withFirstSigning([newKey(), newKey()]));
      const at = stored.keys.findIndex((k) => k.kid === stored.signing);
      const [retired, next = newKey(), ...standby] = stored.keys.slice(at);
      keep({ keys: [...(retired === undefined ? [] : [retired]), next, ...standby, newKey()], signing: next.kid });
    },
    rollover: rolloverOf(() => stored, keep),
  };
}

function rolloverOf(stored: () => StoredKeys, keep: (next: StoredKeys) => void): Rollover {
  return {
    kids: () => stored().keys.map(({ kid }) => ({ kid, signs: kid === stored().signing })),
    publish: () => {
      const made = newKey();
      keep({ ...stored(), keys: [...stored().keys, made] });
      return made.kid;
    },
    sign: () => {
      const { keys, signing } = stored();
      const newest = keys.at(-1)?.kid ?? signing;
      if (newest !== signing) keep({ keys, signing: newest, retired: signing });
      return newest;
    },
    withdraw: () => {
      const { keys, signing, retired } = stored();
      if (retired === undefined) return null;
      const gone = keys.some(({ kid }) => kid === retired) ? retired : null;
      keep({ keys: keys.filter(({ kid }) => kid !== gone), signing });
      return gone;
    },
  };
}

function withFirstSigning(keys: readonly [StoredKey, ...StoredKey[]]): StoredKeys {
  return { keys, signing: keys[0].kid };
}

/**
 * An RSA key with a certificate of its own. Microsoft's certificates are signed by their own RSA key; these are signed by a
 * throw-away EC key, which nobody who reads a JWKS looks at.
 */
function newKey(): StoredKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const from = new Date(Date.now() - 86_400_000);
  const pem = certificate({
    kind: 'client',
    subject: 'accounts.accesscontrol.windows.net',
    publicKey,
    hosts: [],
    from,
    until: new Date(from.getTime() + 3650 * 86_400_000),
    issuer: { name: 'accounts.accesscontrol.windows.net', key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
  });
  const der = new X509Certificate(pem).raw;
  return {
    kid: createHash('sha1').update(der).digest('base64url'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    x5c: der.toString('base64'),
  };
}

function jwk(key: StoredKey, issuer: string): Readonly<Record<string, unknown>> {
  const { n, e } = createPublicKey(key.privateKey).export({ format: 'jwk' });
  return { kty: 'RSA', use: 'sig', kid: key.kid, x5t: key.kid, n, e, x5c: [key.x5c], issuer };
}

function keyOf(keys: ReadonlyMap<string, KeyObject>, kid: string): KeyObject {
  const key = keys.get(kid);
  if (key === undefined) throw new Error('the signing key is not among the published keys');
  return key;
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The JSON object in a part of a JWT; null when it is none. */
export function decoded(part: string): Claims | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : null;
  } catch {
    return null;
  }
}
