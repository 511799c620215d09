/** Errors of Microsoft Graph as it answers them (Graph docs, "errors"). */
import { randomUUID } from 'node:crypto';
import type { Answer } from './authority.ts';

/** What a Graph call throws to refuse. */
export class GraphRefused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function graphError({ status, code, message }: GraphRefused): Answer {
  const id = randomUUID();
  const date = new Date().toISOString().slice(0, 19);
  return {
    status,
    headers: status === 429 ? { 'retry-after': '2' } : {},
    body: { error: { code, message, innerError: { date, 'request-id': id, 'client-request-id': id } } },
  };
}

export const notFound = (what: string): GraphRefused =>
  new GraphRefused(
    404,
    'Request_ResourceNotFound',
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
export const denied = (): GraphRefused =>
  new GraphRefused(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
export const invalidToken = (why: string): GraphRefused => new GraphRefused(401, 'InvalidAuthenticationToken', why);
export const badRequest = (why: string): GraphRefused => new GraphRefused(400, 'BadRequest', why);
export const unsupportedFilter = (property: string, resource: string): GraphRefused =>
  new GraphRefused(
    400,
    'Request_UnsupportedQuery',
    `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`,
  );
export const throttled = (): GraphRefused => new GraphRefused(429, 'TooManyRequests', 'Too many requests.');
