import { Client, type Context, type Middleware, ResponseType } from '@microsoft/microsoft-graph-client';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { GraphRefusal, graphFault, isAbsent, statusOf } from './faults.ts';
import { type Deadline, patiently, reasonOf, retryAfterSeconds } from './patience.ts';
import type { Asked } from './permissions.ts';
import type { Token } from './token.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Graph {
  /** One object; null: Graph says that there is none. */
  get(asked: Asked, path: string, until: Deadline): Promise<Json | null>;
  post(asked: Asked, path: string, body: Json, until: Deadline): Promise<Json | null>;
  /** All rows of a collection, page by page; null: what it belongs to is not there. */
  list(asked: Asked, path: string, until: Deadline): Promise<readonly Json[] | null>;
  /**
   * As `list`, a page at a time, for who may stop early; no page at all when what it belongs to is not there. Ends with the deadline;
   * a function makes one for each page.
   */
  pages(asked: Asked, path: string, until: Deadline | (() => Deadline)): AsyncIterable<readonly Json[]>;
}

/** More pages than any answer that the bot asks for has: an endless list is a fault, not a wait. */
const mostPages = 50;
/** Of what is read page by page: ten million users. */
const mostPagesInTurn = 10_000;
const endless = (): Fault => new Fault('directory_unavailable', 'later', 'Microsoft Graph gives one page after the other');

/**
 * Calls to Graph v1.0 over the official client, which builds the addresses. The rest of it is left out: its retry handler sleeps up to
 * three minutes whatever the caller can wait for, its authentication handler silently sends no token to a host that it does not know,
 * and its errors lose what fetch said of a lost connection and the Retry-After of an answer without Graph's error body.
 *
 * @param o.baseUrl without the version: `https://graph.microsoft.com`
 */
export function graph(o: { readonly baseUrl: string; readonly token: Token; readonly log: Log }): Graph {
  const client = Client.initWithMiddleware({
    baseUrl: o.baseUrl,
    defaultVersion: 'v1.0',
    middleware: send,
    fetchOptions: { redirect: 'error' },
  });

  async function once(path: string, body: Json | null, until: Deadline): Promise<Json> {
    const bearer = `Bearer ${await o.token.get(until)}`;
    const request = client
      .api(path)
      .header('Authorization', bearer)
      .option('signal', until.signal)
      .responseType(ResponseType.RAW);
    return await contentOf((await (body === null ? request.get() : request.post(body))) as Response);
  }

  /** A token that was refused is replaced, once; one without the permission is not kept until it expires an hour later. */
  async function withToken(path: string, body: Json | null, until: Deadline): Promise<Json> {
    try {
      return await once(path, body, until);
    } catch (error) {
      if (statusOf(error) === 401 || statusOf(error) === 403) o.token.forget();
      if (statusOf(error) !== 401) throw error;
      return await once(path, body, until);
    }
  }

  function call(asked: Asked, path: string, body: Json | null, until: Deadline): Promise<Json | null> {
    const make = async (): Promise<Json | null> => {
      try {
        return await withToken(path, body, until);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw graphFault(asked, error, until);
      }
    };
    return patiently(until, make, (fault, waitMs) =>
      o.log.warn({ asked, waitMs, says: fault.message }, 'asking Microsoft Graph again'),
    );
  }

  async function* pages(asked: Asked, path: string, until: Deadline | (() => Deadline)): AsyncGenerator<readonly Json[]> {
    let read = 0;
    for (let next: string | null = path; next !== null; read += 1) {
      if (read > mostPagesInTurn) throw endless();
      const page: Json | null = await call(asked, next, null, typeof until === 'function' ? until() : until);
      if (page === null) return;
      yield rowsIn(page);
      const after = nextIn(page, o.baseUrl);
      if (after === next) throw endless();
      next = after;
    }
  }

  async function list(asked: Asked, path: string, until: Deadline): Promise<readonly Json[] | null> {
    const all: (readonly Json[])[] = [];
    for await (const rows of pages(asked, path, until)) {
      if (all.push(rows) > mostPages) throw endless();
    }
    return all.length === 0 ? null : all.flat();
  }

  return {
    get: (asked, path, until) => call(asked, path, null, until),
    post: (asked, path, body, until) => call(asked, path, body, until),
    list,
    pages,
  };
}

const send: Middleware = {
  execute: async (context: Context) => {
    try {
      context.response = await fetch(context.request, context.options);
    } catch (error) {
      throw new Error(reasonOf(error));
    }
  },
};

const unclear = (what: string): Fault => new Fault('directory_unavailable', 'later', `Microsoft Graph answered ${what}`);

/** @throws GraphRefusal when the answer is an error */
async function contentOf(response: Response): Promise<Json> {
  const content = parsed(await response.text());
  if (response.ok) return object(content);
  const { error } = (content ?? {}) as { error?: { code?: unknown } | null };
  const code = typeof error?.code === 'string' ? error.code : null;
  throw new GraphRefusal(response.status, code, retryAfterSeconds(response.headers.get('retry-after')));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function object(answer: unknown): Json {
  if (typeof answer !== 'object' || answer === null) throw unclear('something that is not JSON');
  return answer as Json;
}

function rowsIn(page: Json): readonly Json[] {
  const { value } = page;
  if (!Array.isArray(value)) throw unclear('a list without rows');
  return value.map(object);
}

/** The next page's address is the server's to choose, but the token goes nowhere else. */
function nextIn(page: Json, baseUrl: string): string | null {
  const next = page['@odata.nextLink'];
  if (next === undefined || next === null) return null;
  if (typeof next !== 'string' || !next.startsWith(`${baseUrl}/`)) throw unclear('with a next page at another address');
  return next;
}
