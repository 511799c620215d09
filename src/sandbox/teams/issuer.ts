/** The issuer of channel tokens: what proves to a bot that Teams is calling (learn.microsoft.com, "bot-framework-rest-connector-authentication"). */
import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import type { Claims } from '../entra/keys.ts';
import { openKeys } from '../entra/keys.ts';
import type { Json } from './json.ts';

export const tokenIssuer = 'https://api.botframework.com';
export const metadataPath = '/v1/.well-known/openidconfiguration';
export const keysPath = '/v1/.well-known/keys';

/** Microsoft's tokens are good for an hour; connectors keep one for as long. */
const lifetimeSeconds = 3600;

/** What a test may put otherwise in a token. */
export interface Twist {
  /** Overwrite; `undefined` takes one away. */
  readonly claims?: Claims;
  /** `foreign`: signed with a key that is not published, under the id of one that is; `unknown`: under an id of its own. */
  readonly key?: 'foreign' | 'unknown';
  /** `none`: unsigned; `HS256`: signed with the public modulus as a shared secret. */
  readonly algorithm?: 'none' | 'HS256';
}

export interface Issuer {
  /** The document at `metadataPath`, and the keys that it names. */
  answer(path: string): Json | null;
  /** The header of a call from Teams to a bot. */
  token(twist?: Twist): string;
  rotateKeys(): void;
}

export function openIssuer(o: {
  readonly dir: string;
  readonly origin: () => string;
  readonly appId: string;
  readonly serviceUrl: () => string;
}): Issuer {
  const keys = openKeys(o.dir);
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  /** A key without `msteams` among its endorsements does not speak for Teams. */
  const published = (): readonly Json[] =>
    keys.published(tokenIssuer).map(({ issuer: _, ...key }) => ({ ...key, endorsements: ['msteams'] }));

  function claims(): Claims {
    const now = Math.floor(Date.now() / 1000);
    return {
      serviceurl: o.serviceUrl(),
      nbf: now - 300,
      exp: now + lifetimeSeconds,
      iss: tokenIssuer,
      aud: o.appId,
    };
  }

  function twisted(twist: Twist, all: Claims): string {
    const genuine = keys.sign(all, true).split('.');
    const header = JSON.parse(Buffer.from(genuine[0] ?? '', 'base64url').toString('utf8')) as Json;
    const alg = twist.algorithm ?? 'RS256';
    const kid = twist.key === 'unknown' ? 'unknown-key' : header.kid;
    const text = `${encoded({ ...header, alg, kid })}.${encoded(all)}`;
    if (alg === 'none') return `${text}.`;
    if (alg === 'HS256') return `${text}.${createHmac('sha256', String(published()[0]?.n)).update(text).digest('base64url')}`;
    return `${text}.${signBytes('sha256', Buffer.from(text), foreign).toString('base64url')}`;
  }

  return {
    answer: (path) => {
      if (path === keysPath) return { keys: published() };
      if (path !== metadataPath) return null;
      return {
        issuer: tokenIssuer,
        authorization_endpoint: 'https://invalid.botframework.com',
        jwks_uri: `${o.origin()}${keysPath}`,
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      };
    },
    token: (twist = {}) => {
      const all = Object.fromEntries(Object.entries({ ...claims(), ...twist.claims }).filter(([, value]) => value !== undefined));
      return twist.key === undefined && twist.algorithm === undefined ? keys.sign(all, true) : twisted(twist, all);
    },
    rotateKeys: () => keys.rotate(),
  };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
