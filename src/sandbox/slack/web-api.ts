/** The Web API over HTTP: who may call, how often, what comes back. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChaosFault, Watch } from '../stand-in.ts';
import { methods } from './methods.ts';
import { callRate } from './rate.ts';
import { Refused } from './refused.ts';
import type { ResponseUrls } from './response-urls.ts';
import { type Json, team, type Workspace } from './workspace.ts';

const slowMilliseconds = 5_000;
const retryAfterSeconds = 2;

export interface WebApi {
  readonly workspace: Workspace;
  readonly responseUrls: ResponseUrls;
  readonly botToken: string;
  readonly appToken: string;
  /** The address of a Socket Mode connection. */
  readonly connection: () => string;
  readonly scopes: ReadonlySet<string>;
  /** Whether each method's own rate limit counts. */
  readonly tiers: boolean;
  readonly watch: Watch;
  readonly now: () => number;
  readonly fault: () => ChaosFault;
}

/** docs.slack.dev/reference/methods/apps.connections.open */
const connectionsOpen = 'apps.connections.open';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json | string;
}

const throttled = (seconds: number): Reply => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: { ok: false, error: 'ratelimited' },
});

export function webApi(api: WebApi): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const rate = callRate(api.now, api.tiers);

  async function answer(req: IncomingMessage): Promise<Reply> {
    const [path = '/'] = (req.url ?? '/').split('?', 1);
    const args = argumentsOf(req.headers['content-type'] ?? '', await bodyOf(req));
    if (path.startsWith('/api/')) return await call(path.slice('/api/'.length), args, req.headers.authorization);
    if (path.startsWith('/actions/response/') && req.method === 'POST')
      return await watched('response_url', args, () => respond(path, args));
    return { status: 404, body: 'not found' };
  }

  function respond(path: string, args: Json): Reply {
    return api.responseUrls.use(path.slice('/actions/response/'.length), args);
  }

  async function call(name: string, args: Json, authorization: string | undefined): Promise<Reply> {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const token = authorization?.replace(/^Bearer /i, '') ?? (typeof args.token === 'string' ? args.token : undefined);
    // docs.slack.dev/apis/web-api/#authentication
    if (token === undefined || token === '') return { status: 200, body: { ok: false, error: 'not_authed' } };
    if (token !== api.botToken && token !== api.appToken) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
    // docs.slack.dev/authentication/tokens: the app's token opens connections, the bot's does everything else.
    if ((token === api.appToken) !== (name === connectionsOpen))
      return { status: 200, body: { ok: false, error: 'not_allowed_token_type' } };
    if (name === connectionsOpen) return await watched(name, args, () => run(() => ({ url: api.connection() })));
    if (method === undefined) return { status: 200, body: { ok: false, error: 'unknown_method', req_method: name } };
    const needed = method.scope(api.workspace, args);
    const provided = [...api.scopes].join(',');
    if (needed !== null && !api.scopes.has(needed))
      return { status: 200, body: { ok: false, error: 'missing_scope', needed, provided } };
    return await watched(name, args, () => {
      const wait = rate(name, String(args.channel));
      return wait > 0 ? throttled(wait) : run(() => method.run(api.workspace, args, api.scopes));
    });
  }

  function run(work: () => Json): Reply {
    try {
      return { status: 200, body: { ok: true, ...work() } };
    } catch (error) {
      if (error instanceof Refused) return { status: 200, body: { ok: false, error: error.message, ...error.more } };
      throw error;
    }
  }

  /** Faults stand before the act, the watch around it. */
  async function watched(what: string, args: Json, act: () => Reply): Promise<Reply> {
    if (api.fault() === '429') return throttled(retryAfterSeconds);
    if (api.fault() === 'slow') await new Promise((resolve) => setTimeout(resolve, slowMilliseconds));
    const facts = { channel: args.channel, requestId: requestIdOf(args.metadata) };
    await api.watch('before', what, facts);
    const reply = act();
    await api.watch('after', what, facts);
    return reply;
  }

  return async (req, res) => {
    const { status, headers, body } = await answer(req);
    if (api.fault() === 'down' || res.destroyed) return void res.destroy();
    const isText = typeof body === 'string';
    res.writeHead(status, {
      'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8',
      'x-slack-team': team.id,
      ...headers,
    });
    res.end(isText ? body : JSON.stringify(body));
  };
}

/** Methods take forms and JSON alike (docs.slack.dev/apis/web-api/#basics). */
function argumentsOf(contentType: string, body: string): Json {
  if (body === '') return {};
  if (!contentType.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

function requestIdOf(metadata: unknown): unknown {
  try {
    const value = (typeof metadata === 'string' ? JSON.parse(metadata) : metadata) as
      | { event_payload?: { request_id?: unknown } }
      | undefined;
    return value?.event_payload?.request_id;
  } catch {
    return undefined;
  }
}
