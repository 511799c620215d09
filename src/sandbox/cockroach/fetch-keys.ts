/** What a node does under `jwks_auto_fetch`: reads an issuer's keys anew at every login (authentication_jwt.go@00ccda646bf0, remoteFetchJWKS). */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { rootCertificates } from 'node:tls';
import { isObject, parseJson } from '../../core/login/go-json.ts';
import { parseKeys } from '../../core/login/keys.ts';
import type { FetchKeys } from '../../core/login/login.ts';
import { readMilliseconds } from './durations.ts';
import type { Settings } from './settings.ts';

/** maxRemoteDocumentBytes (jwtauth, the newest; earlier ones read whatever came). */
const mostBytes = 1024 * 1024;

interface Way {
  /** PEM, each may hold several. */
  readonly ca: readonly string[];
  readonly timeoutMs: number;
}

async function read(url: string, { ca, timeoutMs }: Way): Promise<string> {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  // Go's own words for what it can't fetch (vector 3).
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new Error(`Get "${url}": unsupported protocol scheme "${protocol.slice(0, -1)}"`);
  const signal = timeoutMs > 0 ? { signal: AbortSignal.timeout(timeoutMs) } : {};
  return await new Promise<string>((resolve, reject) => {
    const asked =
      protocol === 'https:'
        ? overHttps(url, { ca: [...ca], agent: false, ...signal })
        : overHttp(url, { agent: false, ...signal });
    asked.once('error', reject);
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.once('error', reject);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > mostBytes) response.destroy(new Error(`response body exceeds ${mostBytes} bytes`));
      });
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`Get "${url}": ${status} ${response.statusMessage ?? ''}`));
      });
    });
    asked.end();
  });
}

async function discovered(issuer: string, way: Way): Promise<string> {
  const document = parseJson(await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, way));
  if ('error' in document) throw new Error(document.error);
  const uri = isObject(document.value) ? document.value['jwks_uri'] : undefined;
  if (typeof uri !== 'string' || uri === '') throw new Error('no JWKS URI found in OpenID configuration');
  return uri;
}

/**
 * How the nodes of this cluster fetch keys.
 *
 * @param trusted PEM of the authorities that the nodes' machine trusts, beside the public ones and `issuers.custom_ca`
 * @param log what CockroachDB writes into its own log alone: the client is told `unable to validate token`
 */
export function nodeFetch(settings: Settings, trusted: string | undefined, log: (line: string) => void): FetchKeys {
  return async ({ issuer, url }) => {
    const custom = settings.text('server.jwt_authentication.issuers.custom_ca');
    const ca = [...rootCertificates, ...[trusted ?? '', custom].filter((pem) => pem !== '')];
    // Where a version has no such setting, its later default.
    const way = { ca, timeoutMs: readMilliseconds(settings.text('server.jwt_authentication.client.timeout') || '15s') };
    try {
      const parsed = parseKeys(await read(url ?? (await discovered(issuer, way)), way));
      if ('error' in parsed) throw new Error(parsed.error);
      return parsed.keys;
    } catch (error) {
      log(`unable to fetch jwks: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  };
}
