import { Fault } from '../../core/errors.ts';
import type { Jwk, Log, TokenIssuer } from '../../core/ports.ts';
import { tooSlow } from './faults.ts';
import { type Deadline, deadline, patiently, reasonOf, retryAfterSeconds } from './patience.ts';

/** The discovery document that goes with tokens of a version, and the issuer that it must name (Entra docs: access-tokens.md, "Validate tokens"). */
const versions = {
  v1: { document: '/.well-known/openid-configuration', issuerPath: (tenant: string) => `/${tenant}/` },
  v2: { document: '/v2.0/.well-known/openid-configuration', issuerPath: (tenant: string) => `/${tenant}/v2.0` },
} as const;

/** Entra's two documents have some 2 KB and some 15 KB. */
const largest = 256 * 1024;

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
  const read = (url: string, until: Deadline): Promise<Readonly<Record<string, unknown>>> =>
    patiently(
      until,
      () => readJson(url, until),
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

const refused = (says: string): Fault =>
  new Fault('directory_refused', 'never', `${says}; check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID`);

function issuerIn(document: Readonly<Record<string, unknown>>, path: string): string {
  const { issuer } = document;
  const url = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer) : null;
  if (typeof issuer !== 'string' || url?.protocol !== 'https:' || url.pathname !== path || url.search !== '' || url.hash !== '') {
    throw refused('the discovery document does not name an issuer of the tenant');
  }
  return issuer;
}

function jwksUriIn(document: Readonly<Record<string, unknown>>, origin: string): string {
  const { jwks_uri: uri } = document;
  if (typeof uri !== 'string' || !URL.canParse(uri) || new URL(uri).origin !== origin || !uri.startsWith('https://')) {
    throw refused('the discovery document names keys at another address than its own');
  }
  return uri;
}

/** A key that could not be used would be missed at somebody's login: better said now. */
function keysIn(keys: unknown): readonly Jwk[] {
  if (!Array.isArray(keys) || keys.length === 0) throw refused('the authority publishes no signing keys');
  return keys.map((key: unknown) => {
    const { kty, kid, n, e } = (key ?? {}) as Readonly<Record<string, unknown>>;
    const whole = kty === 'RSA' && [kid, n, e].every((part) => typeof part === 'string' && /^[A-Za-z0-9_+/=.-]+$/.test(part));
    if (!whole) throw refused('the authority publishes a signing key that is no RSA key with kid, n and e');
    return key as Jwk;
  });
}

async function readJson(url: string, until: Deadline): Promise<Readonly<Record<string, unknown>>> {
  const response = await reach(url, until);
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const retryAfter = retryAfterSeconds(response.headers.get('retry-after'));
    throw new Fault(
      'directory_unavailable',
      'later',
      `Microsoft Entra answered with HTTP ${response.status}`,
      retryAfter === undefined ? {} : { retryAfter },
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw refused(`Microsoft Entra answered the question for its keys with HTTP ${response.status}`);
  }
  return parsed(await body(response, until));
}

async function reach(url: string, until: Deadline): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'error', signal: until.signal, headers: { accept: 'application/json' } });
  } catch (error) {
    throw unreachable(error, until);
  }
}

async function body(response: Response, until: Deadline): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > largest) throw refused(`Microsoft Entra's answer is larger than ${largest} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(error, until);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unreachable(error: unknown, until: Deadline): Fault {
  if (error instanceof Fault) return error;
  if (until.signal.aborted) return tooSlow('Microsoft Entra', until, error);
  return new Fault('directory_unavailable', 'later', `Microsoft Entra can't be reached for its keys: ${reasonOf(error)}`, {
    cause: error,
  });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below: a page of a proxy, say.
  }
  throw new Fault('directory_unavailable', 'later', 'Microsoft Entra answered something that is not JSON');
}
