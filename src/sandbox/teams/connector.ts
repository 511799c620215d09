/** The Bot Connector as Teams serves it: `https://…/<region>/v3/…`, with the bot's own token. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChaosFault, Watch } from '../stand-in.ts';
import { sizeChecked } from './content.ts';
import {
  type Answer,
  type Called,
  channelsOfTeam,
  create,
  member,
  members,
  pagedMembers,
  remove,
  reply,
  send,
  team,
  update,
} from './conversations.ts';
import { isObject, type Json, list } from './json.ts';
import type { Rate } from './rate.ts';
import { Refused } from './refused.ts';
import type { Tenant } from './tenant.ts';

const routes: readonly { readonly what: string; readonly act: (call: Called) => Answer }[] = [
  { what: 'POST /v3/conversations', act: create },
  { what: 'POST /v3/conversations/{id}/activities', act: send },
  { what: 'POST /v3/conversations/{id}/activities/{id}', act: reply },
  { what: 'PUT /v3/conversations/{id}/activities/{id}', act: update },
  { what: 'DELETE /v3/conversations/{id}/activities/{id}', act: remove },
  { what: 'GET /v3/conversations/{id}/members', act: members },
  { what: 'GET /v3/conversations/{id}/members/{id}', act: member },
  { what: 'GET /v3/conversations/{id}/pagedmembers', act: pagedMembers },
  { what: 'GET /v3/teams/{id}', act: team },
  { what: 'GET /v3/teams/{id}/conversations', act: channelsOfTeam },
];
const patterns = routes.map(({ what, act }) => {
  const [method = '', path = ''] = what.split(' ');
  return { what, act, method, pattern: new RegExp(`^${path.replaceAll('{id}', '([^/]+)')}$`) };
});

/** A region, and the tenant where Teams writes it too (`/emea/<tenant>/`): any is the same here. */
const base = /^\/(?:teams|emea|amer|apac|uk|in|de)(?:\/[0-9a-f-]{36})?(\/v3\/.*)$/;

/** How long an answer takes under the fault `slow`. */
const slowMs = 5000;

export interface Connector {
  readonly tenant: Tenant;
  readonly rate: Rate;
  readonly watch: Watch;
  readonly fault: () => ChaosFault;
  /** Whether this token is the bot's own, good for the connector and not expired. */
  /** What a test makes this call fail with; null: nothing. */
  readonly failure: () => Refused | null;
  /** Whether the tenant's admin has switched the bot off. */
  readonly isDisabled: () => boolean;
  readonly accepts: (token: string) => Promise<boolean>;
  readonly ending: AbortSignal;
}

/** Answers a call; false: the path is not the connector's. */
export async function connectorAnswer(c: Connector, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const [whole = '/', query = ''] = (req.url ?? '/').split('?', 2);
  const path = base.exec(whole)?.[1];
  if (path === undefined) return false;
  const found = patterns.find(({ method, pattern }) => method === req.method && pattern.test(path));
  const what = found?.what ?? 'unknown';
  const raw = await bodyOf(req);
  await c.watch('before', what, { path });
  if (c.fault() === 'slow') await pause(slowMs, c.ending);
  if (c.fault() === 'down') {
    req.socket.destroy();
    return true;
  }
  let status = 0;
  try {
    const names = (found?.pattern.exec(path)?.slice(1) ?? []).map(decoded);
    await authorized(c, req);
    if (found === undefined) throw new Refused(404, 'ServiceError', `No such call: ${req.method} ${path}`);
    const failure = c.failure();
    if (failure !== null) throw failure;
    sizeChecked(raw.length);
    const call: Called = { tenant: c.tenant, names, query: new URLSearchParams(query), body: jsonOf(raw, found.method) };
    paced(c, found.method, call);
    const answer = found.act(call);
    status = answer.status;
    write(res, answer.status, answer.body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    status = error.status;
    write(res, error.status, error.body, error.headers);
  } finally {
    await c.watch('after', what, { path, status });
  }
  return true;
}

async function authorized(c: Connector, req: IncomingMessage): Promise<void> {
  const bearer = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];
  if (bearer === undefined || !(await c.accepts(bearer)))
    throw new Refused(401, 'Unauthorized', 'Authorization has been denied for this request.');
  if (c.isDisabled()) throw new Refused(403, 'BotDisabledByAdmin', 'The tenant admin disabled this bot.');
}

/** One who opens a chat is counted by whom it is with. */
function paced(c: Connector, method: string, { names, body }: Called): void {
  const partner = list(body.members)[0]?.id;
  const wait = c.fault() === '429' ? 2 : c.rate(method, names[0] ?? (typeof partner === 'string' ? partner : ''));
  if (wait > 0) throw new Refused(429, 'Throttled', 'Too many requests.', { 'retry-after': String(wait) });
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function jsonOf(raw: Buffer, method: string): Json {
  if (method === 'GET' || method === 'DELETE') return {};
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // said below
  }
  throw new Refused(400, 'BadSyntax', 'The body is no JSON object.');
}

/** More than any message may have, so that one that is too large is told so. */
const largestBody = 1024 * 1024;

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= largestBody) parts.push(part);
  }
  return Buffer.concat(parts);
}

export function write(res: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  if (res.destroyed) return;
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  res.end(JSON.stringify(body));
}

function pause(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((go) => {
    if (end.aborted) return go();
    const timer = setTimeout(go, ms);
    end.addEventListener('abort', () => go(clearTimeout(timer)), { once: true });
  });
}
