/**
 * Stands before the SDK, which takes more than this bot wants: tokens of emulators and of other bots, activities without a service URL
 * (then the token's is compared with nothing), tokens for the whole of its many channels. What gets by here is compared with the token's
 * signature by the SDK.
 */

import { type Activity, activityOf, isObject, type Json } from './activity.ts';

/** A form's longest field is 3,000 characters, of which each takes up to twelve bytes in JSON; cards do not come back. */
export const bodyCap = 256 * 1024;

export interface Refusal {
  readonly status: number;
  readonly why: string;
}

export interface Expected {
  readonly tenantId: string;
  /** Who may have issued a token: one issuer. */
  readonly issuer: string;
  /** Hosts, with their ports where they are not 443, that a service URL may have. */
  readonly serviceUrlHosts: readonly string[];
  /** A development switch: no token is asked for, and service URLs are this machine's. */
  readonly anonymous: boolean;
}

/** A body that is an activity, or what is wrong with it. */
export function bodyOf(raw: Buffer): { readonly body: Json; readonly activity: Activity } | Refusal {
  if (raw.length === 0) return { status: 400, why: 'empty body' };
  const body = parsed(raw.toString('utf8'));
  if (!isObject(body)) return { status: 400, why: 'the body is not a JSON object' };
  if (body.channelId !== 'msteams') return { status: 403, why: 'not an activity of Microsoft Teams' };
  const activity = activityOf(body);
  return activity === null
    ? { status: 400, why: 'not an activity: type, id, conversation or service URL is missing' }
    : { body, activity };
}

/** What is wrong before any key is looked up; null: nothing. */
export function refusalOf(activity: Activity, authorization: string | undefined, o: Expected): Refusal | null {
  if (!o.anonymous) {
    const why = tokenFault(authorization, o.issuer);
    if (why !== null) return { status: 401, why };
  }
  if (!isServiceUrl(activity.serviceUrl, o))
    return { status: 403, why: 'a service URL whose host is not in TEAMS_SERVICE_URL_HOSTS' };
  if (activity.tenants.length === 0) return { status: 403, why: 'an activity that names no tenant' };
  if (activity.tenants.some((tenant) => tenant.toLowerCase() !== o.tenantId))
    return { status: 403, why: 'an activity of another tenant' };
  return null;
}

/** learn.microsoft.com, "bot-framework-rest-connector-authentication", "Connector to Bot: step 4" allows these. */
const algorithms: readonly unknown[] = ['RS256', 'RS384', 'RS512'];

function tokenFault(authorization: string | undefined, issuer: string): string | null {
  if (authorization === undefined || authorization === '') return 'no token';
  const [, header, payload] = /^Bearer ([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(authorization) ?? [];
  const [head, claims] = [header, payload].map((part) => parsed(Buffer.from(part ?? '', 'base64url').toString('utf8')));
  if (!isObject(head) || !isObject(claims)) return 'not a signed token';
  if (!algorithms.includes(head.alg)) return 'a token that is not signed with RSA';
  if (claims.iss !== issuer) return 'a token of another issuer';
  if (typeof claims.serviceurl !== 'string') return 'a token without a service URL';
  if (typeof claims.exp !== 'number') return 'a token that does not expire';
  return null;
}

/** HTTPS to a listed host; in development also HTTP on this machine. */
function isServiceUrl(text: string, { serviceUrlHosts, anonymous }: Expected): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return false;
  if (anonymous && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return true;
  return url.protocol === 'https:' && serviceUrlHosts.includes(url.host);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
