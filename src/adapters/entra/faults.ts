/** What failures of Entra and Graph mean: the only place that knows the shapes of their SDKs' errors. */
import { AggregateAuthenticationError, AuthenticationError } from '@azure/identity';
import { Fault } from '../../core/errors.ts';
import { type Deadline, reasonOf } from './patience.ts';
import { type Asked, permissions } from './permissions.ts';

export const tooSlow = (who: string, until: Deadline, cause?: unknown): Fault =>
  new Fault('directory_unavailable', 'later', `${who} did not answer within ${until.seconds} s`, { cause });

/** An answer of Graph that is an error (Graph docs, "errors"). */
export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: number | undefined;
  constructor(status: number, code: string | null, retryAfter: number | undefined) {
    super(`HTTP ${status}, ${code ?? 'no code'}`);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Graph's own ways to say "no such object". Any other 404 is a wrong address, not an absent user. */
const absent = new Set(['Request_ResourceNotFound', 'ResourceNotFound', 'Directory_ObjectNotFound']);
export const isAbsent = (error: unknown): boolean =>
  error instanceof GraphRefusal && error.status === 404 && absent.has(error.code ?? '');

export const statusOf = (error: unknown): number => (error instanceof GraphRefusal ? error.status : -1);

/** Statuses that pass by themselves (Graph docs, "errors": 408, 429 and the 5xx). */
const passing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** A Fault for what a call to Graph threw. */
export function graphFault(asked: Asked, error: unknown, until: Deadline): Fault {
  if (error instanceof Fault) return error;
  if (until.signal.aborted) return tooSlow('Microsoft Graph', until, error);
  if (!(error instanceof GraphRefusal)) {
    return new Fault('directory_unavailable', 'later', `Microsoft Graph can't be reached: ${reasonOf(error)}`, { cause: error });
  }
  const { status, retryAfter } = error;
  if (passing(status)) {
    const what = status === 429 ? 'throttles the bot' : `is not well (HTTP ${status})`;
    const waiting = retryAfter === undefined ? {} : { retryAfter };
    return new Fault('directory_unavailable', 'later', `Microsoft Graph ${what}`, { cause: error, ...waiting });
  }
  return new Fault('directory_refused', 'never', `Microsoft Graph refused (${error.message}): ${todo(asked, status)}`, {
    cause: error,
  });
}

function todo(asked: Asked, status: number): string {
  if (status === 403) {
    return `the bot's app registration needs the application permission ${permissions[asked]}, and an admin's consent to it`;
  }
  if (status === 401)
    return "it does not accept the bot's token; AZURE_TENANT_ID, AZURE_AUTHORITY_HOST and GRAPH_BASE_URL must belong together";
  if (status === 404) return 'GRAPH_BASE_URL does not lead to Microsoft Graph';
  return `it does not understand the bot's request (${asked})`;
}

/** What to look at, by code of the token endpoint (Entra docs, "reference-error-codes"). The description is not repeated: codes say it all. */
const advice: Readonly<Record<number, string>> = {
  7000215: 'the client secret is wrong: set AZURE_CLIENT_SECRET to the value (not the id) of a secret of this app registration',
  7000222: 'the client secret has expired: make a new one and set AZURE_CLIENT_SECRET to its value',
  7000216: 'no proof of who the bot is was sent: set AZURE_CLIENT_SECRET',
  700016: 'no such app in this tenant: correct AZURE_CLIENT_ID or AZURE_TENANT_ID',
  700027: 'the certificate is not registered for this app: register the one in AZURE_CLIENT_CERTIFICATE_PATH',
  700024: 'the token in AZURE_FEDERATED_TOKEN_FILE (or the clock of this machine) is out of date',
  70021: 'no federated credential of this app fits the token in AZURE_FEDERATED_TOKEN_FILE',
  700211: 'no federated credential of this app has the issuer of the token in AZURE_FEDERATED_TOKEN_FILE',
  700212: 'no federated credential of this app has the audience of the token in AZURE_FEDERATED_TOKEN_FILE',
  700213: 'no federated credential of this app has the subject of the token in AZURE_FEDERATED_TOKEN_FILE',
  7000112: 'the app registration is disabled',
  500011: 'this tenant does not know the Graph of GRAPH_BASE_URL',
  90002: 'no such tenant: correct AZURE_TENANT_ID or AZURE_AUTHORITY_HOST',
  53003: 'a Conditional Access policy blocks the bot',
};

/** Codes of the token endpoint that pass by themselves (same page: "retry the request"). */
const passingCodes = new Set([50196, 90013, 90020, 90033, 90055]);

/**
 * A Fault for what a credential of `@azure/identity` threw. Never carries the error's own text or the error itself: it can hold what
 * was sent.
 */
export function tokenFault(error: unknown, until: Deadline): Fault {
  if (error instanceof Fault) return error;
  if (until.signal.aborted) return tooSlow('Microsoft Entra', until);
  const codes = codesOf(error);
  const status = statusOfToken(error);
  if (codes.some((c) => passingCodes.has(c)) || passing(status)) {
    return new Fault('directory_unavailable', 'later', `Microsoft Entra gives no token now (${named(codes, status)})`);
  }
  const known = codes.find((c) => c in advice);
  if (known !== undefined)
    return new Fault('directory_refused', 'never', `Microsoft Entra refused the bot (AADSTS${known}): ${advice[known]}`);
  if (codes.length > 0)
    return new Fault('directory_refused', 'never', `Microsoft Entra refused the bot (${named(codes, status)})`);
  if (isUnreadable(error)) {
    return new Fault(
      'directory_refused',
      'never',
      'the file in AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE can not be read as what it should be',
    );
  }
  return new Fault('directory_unavailable', 'later', `Microsoft Entra can't be reached for a token: ${codeOf(error)}`);
}

const named = (codes: readonly number[], status: number): string =>
  codes.length > 0 ? codes.map((c) => `AADSTS${c}`).join(', ') : `HTTP ${status}`;

/** The SDK wraps MSAL's errors in several ways; the code stands in all of them. */
function codesOf(error: unknown): readonly number[] {
  const [own] = chain(error).flatMap((e) => (e instanceof AuthenticationError ? [e.errorResponse.errorCodes ?? []] : []));
  if (own !== undefined && own.length > 0) return own;
  return chain(error).flatMap((e) => [...String(e.message).matchAll(/AADSTS(\d+)/g)].map((m) => Number(m[1])));
}

function statusOfToken(error: unknown): number {
  return chain(error).flatMap((e) => ('statusCode' in e && typeof e.statusCode === 'number' ? [e.statusCode] : []))[0] ?? -1;
}

/** The file with the proof is missing, or holds something else. */
function isUnreadable(error: unknown): boolean {
  return chain(error).some((e) => /ENOENT|EACCES|EISDIR|PEM-encoded|No content on the file|asn1/i.test(e.message));
}

/** MSAL could not read the authority's discovery document, and does not say why (msal-common, `endpoints_resolution_error`). */
export const isUnresolved = (error: unknown): boolean =>
  chain(error).some((e) => e.message.includes('endpoints_resolution_error'));

function codeOf(error: unknown): string {
  return chain(error).flatMap((e) => ('code' in e && typeof e.code === 'string' ? [e.code] : []))[0] ?? 'no answer';
}

function chain(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateAuthenticationError ? error.errors : [error.cause];
  return [error, ...inner.flatMap(chain)];
}
