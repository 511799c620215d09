/** The authority's documents (Entra docs: v2-protocols-oidc.md) and its token endpoint. */
import { otherDomain, primaryDomain, tenantId } from '../people.ts';
import { issuers, type Version } from './claims.ts';
import { oauthError, Refused } from './oauth-errors.ts';
import { type Tenant, token } from './token-endpoint.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A tenant is named by its id or by one of its domains. */
const names = new Set([tenantId, primaryDomain, otherDomain]);

const documents: Readonly<Record<string, (tenant: Tenant) => unknown>> = {
  '/.well-known/openid-configuration': (tenant) => discovery(tenant, 'v1'),
  '/v2.0/.well-known/openid-configuration': (tenant) => discovery(tenant, 'v2'),
  '/discovery/keys': (tenant) => ({ keys: tenant.keys.published(issuers.v1(tenant.authority)) }),
  '/discovery/v2.0/keys': (tenant) => ({ keys: tenant.keys.published(issuers.v2(tenant.authority)) }),
};

/** Answers a request to the authority; null: there is no such path. */
export function authorityAnswer(tenant: Tenant, method: string, path: string, body: string): Answer | null {
  const [, name = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(path) ?? [];
  const isToken = method === 'POST' && rest === '/oauth2/v2.0/token';
  const document = method === 'GET' && Object.hasOwn(documents, rest) ? documents[rest] : undefined;
  if (!isToken && document === undefined) return null;
  try {
    if (!names.has(name.toLowerCase())) throw new Refused(90002, name);
    if (document !== undefined)
      return { status: 200, headers: { 'cache-control': 'max-age=86400, private' }, body: document(tenant) };
    return {
      status: 200,
      headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
      body: token(tenant, new URLSearchParams(body)),
    };
  } catch (error) {
    if (error instanceof Refused) return oauthError(error, tenant.authority);
    throw error;
  }
}

/** The discovery document of a version: which keys and which issuer go with its tokens (access-tokens.md, "v1.0 and v2.0 tokens"). */
export function discovery(
  tenant: Tenant,
  version: Version,
): Readonly<Record<string, unknown>> & { readonly issuer: string; readonly jwks_uri: string } {
  const base = `${tenant.authority}/${tenantId}`;
  const v = version === 'v2' ? '/v2.0' : '';
  return {
    token_endpoint: `${base}/oauth2${v}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery${v}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuers[version](tenant.authority),
    request_uri_parameter_supported: false,
    authorization_endpoint: `${base}/oauth2${v}/authorize`,
    device_authorization_endpoint: `${base}/oauth2${v}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2${v}/logout`,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'preferred_username',
      'name',
      'tid',
      'ver',
      'email',
    ],
    tenant_region_scope: 'EU',
    cloud_instance_name: 'microsoftonline.com',
    msgraph_host: new URL(tenant.graphUrl).host,
  };
}
