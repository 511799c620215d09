import type { Jwk, Log, TokenIssuer } from '../../core/ports.ts';
import { type Document, misdirected, readDocument } from './documents.ts';
import { type Deadline, deadline, patiently } from './patience.ts';

/** The discovery document that goes with tokens of a version, and the issuer that it must name (Entra docs: access-tokens.md, "Validate tokens"). */
const versions = {
  v1: { document: '/.well-known/openid-configuration', issuerPath: (tenant: string) => `/${tenant}/` },
  v2: { document: '/v2.0/.well-known/openid-configuration', issuerPath: (tenant: string) => `/${tenant}/v2.0` },
} as const;

/**
 * Reads issuer and keys where Entra publishes them: the keys that everybody's logins will hang on come from the configured authority
 * over HTTPS, from nowhere else, whatever a document says. Keys of apps with signing keys of their own (`?appid=`) are not read.
 */
export function tokenIssuer(o: {
  readonly authorityHost: string;
  readonly tenantId: string;
  readonly timeoutSeconds: number;
  readonly log: Log;
}): TokenIssuer {
  const origin = new URL(o.authorityHost).origin;
  const read = (url: string, until: Deadline): Promise<Document> =>
    patiently(
      until,
      () => readDocument(url, until),
      (fault, waitMs) => o.log.warn({ url, waitMs, says: fault.message }, 'asking Microsoft Entra again'),
    );

  return {
    published: async (version) => {
      const until = deadline(o.timeoutSeconds);
      const document = await read(`${o.authorityHost}/${o.tenantId}${versions[version].document}`, until);
      const issuer = issuerIn(document, versions[version].issuerPath(o.tenantId));
      const jwksUri = jwksUriIn(document, origin);
      const { keys } = await read(jwksUri, until);
      return { issuer, jwksUri, keys: keysIn(keys) };
    },
  };
}

function issuerIn(document: Document, path: string): string {
  const { issuer } = document;
  const url = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer) : null;
  if (typeof issuer !== 'string' || url?.protocol !== 'https:' || url.pathname !== path || url.search !== '' || url.hash !== '') {
    throw misdirected('the discovery document does not name an issuer of the tenant');
  }
  return issuer;
}

function jwksUriIn(document: Document, origin: string): string {
  const { jwks_uri: uri } = document;
  if (typeof uri !== 'string' || !URL.canParse(uri) || new URL(uri).origin !== origin || !uri.startsWith('https://')) {
    throw misdirected('the discovery document names keys at another address than its own');
  }
  return uri;
}

/** A key that could not be used would be missed at somebody's login: better said now. */
function keysIn(keys: unknown): readonly Jwk[] {
  if (!Array.isArray(keys) || keys.length === 0) throw misdirected('the authority publishes no signing keys');
  return keys.map((key: unknown) => {
    const { kty, kid, n, e } = (key ?? {}) as Document;
    const whole = kty === 'RSA' && [kid, n, e].every((part) => typeof part === 'string' && /^[A-Za-z0-9_+/=.-]+$/.test(part));
    if (!whole) throw misdirected('the authority publishes a signing key that is no RSA key with kid, n and e');
    return key as Jwk;
  });
}
