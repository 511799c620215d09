/** Errors of Entra's token endpoint as it answers them (Entra docs, "reference-error-codes"; v2-oauth2-client-creds-grant-flow.md, "Error response"). */
import { randomUUID } from 'node:crypto';

interface Known {
  readonly status: number;
  readonly error: string;
  readonly says: (...about: readonly string[]) => string;
}

const known = {
  50034: {
    status: 400,
    error: 'invalid_grant',
    says: (upn, tenant) =>
      `The user account ${upn} does not exist in the ${tenant} directory. To sign into this application, the account must be added to the directory.`,
  },
  50057: { status: 400, error: 'invalid_grant', says: () => 'The user account is disabled.' },
  50126: { status: 400, error: 'invalid_grant', says: () => 'Error validating credentials due to invalid username or password.' },
  70003: {
    status: 400,
    error: 'unsupported_grant_type',
    says: (grant) => `The app requested an unsupported grant type '${grant}'.`,
  },
  70011: {
    status: 400,
    error: 'invalid_scope',
    says: (scope) => `The provided value for the input parameter 'scope' is not valid. The scope '${scope}' is not valid.`,
  },
  90002: {
    status: 400,
    error: 'invalid_request',
    says: (tenant) =>
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  },
  500011: {
    status: 400,
    error: 'invalid_resource',
    says: (resource, tenant) =>
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  },
  700016: {
    status: 400,
    error: 'unauthorized_client',
    says: (client, tenant) =>
      `Application with identifier '${client}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  },
  700027: {
    status: 401,
    error: 'invalid_client',
    says: (why) => `The certificate with identifier used to sign the client assertion is not registered on application. ${why}`,
  },
  700211: {
    status: 401,
    error: 'invalid_client',
    says: (issuer) => `No matching federated identity record found for presented assertion issuer '${issuer}'.`,
  },
  700213: {
    status: 401,
    error: 'invalid_client',
    says: (subject) => `No matching federated identity record found for presented assertion subject '${subject}'.`,
  },
  700024: { status: 401, error: 'invalid_client', says: () => 'Client assertion is not within its valid time range.' },
  1002012: {
    status: 400,
    error: 'invalid_scope',
    says: (scope) =>
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  },
  7000215: {
    status: 401,
    error: 'invalid_client',
    says: (client) =>
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`,
  },
  7000216: {
    status: 401,
    error: 'invalid_client',
    says: () => "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  },
  9002313: { status: 400, error: 'invalid_grant', says: () => 'Invalid request. Request is malformed or invalid.' },
} as const satisfies Readonly<Record<number, Known>>;

export type AadstsCode = keyof typeof known;

export interface OAuthError {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a part of the token endpoint throws to refuse. */
export class Refused extends Error {
  readonly code: AadstsCode;
  readonly about: readonly string[];
  constructor(code: AadstsCode, ...about: readonly string[]) {
    super(`AADSTS${code}`);
    this.code = code;
    this.about = about;
  }
}

/** The answer's status and body. `error_description` carries the ids again, in one line, as today's endpoint writes it. */
export function oauthError(refused: Refused, authority: string): OAuthError {
  const { status, error, says }: Known = known[refused.code];
  const [trace, correlation] = [randomUUID(), randomUUID()];
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const text = says(...refused.about);
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${refused.code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [refused.code],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `${authority}/error?code=${refused.code}`,
    },
  };
}
