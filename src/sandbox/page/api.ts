import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sandbox } from '../running.ts';
import { chaosTargets, startChaos } from './chaos.ts';

/** An answer of the sandbox's own API. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}
type Fields = Readonly<Record<string, unknown>>;
type Call = (sandbox: Sandbox, fields: Fields) => Promise<Answer> | Answer;

/** A request that the API can't understand: said with what was wrong and what would do. */
class Wrong extends Error {}

const calls: { readonly [route: string]: Call } = {
  'POST /api/command': async (sandbox, f) => {
    const as = person(sandbox, f);
    platform(f);
    return done(await sandbox.slack.command(as, text(f, 'text')));
  },
  'POST /api/press': async (sandbox, f) => {
    const as = person(sandbox, f);
    platform(f);
    return done(await sandbox.slack.press(as, text(f, 'message'), text(f, 'button')));
  },
  'GET /api/inbox': (sandbox, f) => {
    const as = person(sandbox, f);
    platform(f);
    return { status: 200, body: sandbox.slack.inbox(as) };
  },
  'POST /api/chaos': async (sandbox, f) => {
    const target = text(f, 'target');
    const fault = text(f, 'fault');
    const known = chaosTargets[target];
    if (known === undefined)
      throw new Wrong(`target: "${target}" is unknown; write one of ${Object.keys(chaosTargets).join(', ')}`);
    if (!known.includes(fault)) throw new Wrong(`fault: ${target} can't have "${fault}"; write one of ${known.join(', ')}`);
    const seconds = f['seconds'];
    if (seconds !== undefined && (typeof seconds !== 'number' || !(seconds > 0) || seconds > 86_400)) {
      throw new Wrong('seconds: write a number above 0, at most 86400, or leave it out');
    }
    await startChaos(sandbox, target, fault, seconds);
    return { status: 200, body: { ok: true, target, fault, ...(seconds === undefined ? {} : { seconds }) } };
  },
};

/** Serves the sandbox's contract (docs/sandbox.md) and, at `/`, how to drive it. */
export async function handleApi(sandbox: Sandbox, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const answer = await route(sandbox, req, url).catch((error: unknown): Answer => {
    if (error instanceof Wrong) return { status: 400, body: { ok: false, error: error.message } };
    return { status: 500, body: { ok: false, error: error instanceof Error ? error.message : String(error) } };
  });
  const plain = typeof answer.body === 'string';
  res.writeHead(answer.status, {
    'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  res.end(plain ? (answer.body as string) : JSON.stringify(answer.body));
}

async function route(sandbox: Sandbox, req: IncomingMessage, url: URL): Promise<Answer> {
  if (req.method === 'GET' && url.pathname === '/') return { status: 200, body: intro(sandbox) };
  const call = calls[`${req.method} ${url.pathname}`];
  if (call === undefined)
    return { status: 404, body: { ok: false, error: `no such call; there is: ${Object.keys(calls).join(', ')}` } };
  return call(sandbox, req.method === 'GET' ? Object.fromEntries(url.searchParams) : await json(req));
}

function intro(sandbox: Sandbox): string {
  const page = sandbox.facts.page;
  const post = (path: string, body: object) =>
    `curl -s ${page}api/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `crdb-access sandbox: stand-ins for Slack, Entra ID and CockroachDB (on PostgreSQL); the bot is the real one.

Be Alice and ask for access:

  ${post('command', { as: 'alice', platform: 'slack', text: '/crdb-access request analytics because Q4 churn numbers' })}

Be Bob: read what you see, copy the id of the card, approve it:

  curl -s '${page}api/inbox?as=bob&platform=slack'
  ${post('press', { as: 'bob', platform: 'slack', message: '<id of the card>', button: 'Approve' })}

Alice's login command is then in her inbox (${page}api/inbox?as=alice&platform=slack). To run it as it is:

  export PATH='${sandbox.facts.dir}/bin':"$PATH" SANDBOX_AS=alice

People: ${sandbox.facts.people.map((p) => p.key).join(', ')}. Everything else: ${sandbox.facts.dir}/sandbox.json.
`;
}

/** What came of it for the person: the platform's own no (404), or that the bot did not take it (502: no answer, too late, an error). */
function done(result: { ok: boolean; status: number; error?: string }): Answer {
  const error = result.error === undefined ? {} : { error: result.error };
  return { status: result.ok ? 200 : result.status === 404 ? 404 : 502, body: { ok: result.ok, ...error } };
}

function person(sandbox: Sandbox, f: Fields): string {
  const key = text(f, 'as');
  if (!sandbox.facts.people.some((p) => p.key === key))
    throw new Wrong(`as: nobody here is called "${key}"; the people are in sandbox.json`);
  return key;
}

function platform(f: Fields): void {
  if (f['platform'] !== 'slack') throw new Wrong('platform: write "slack"');
}

function text(f: Fields, name: string): string {
  const value = f[name];
  if (typeof value !== 'string' || value === '') throw new Wrong(`${name}: write a string, it can't be empty`);
  return value;
}

async function json(req: IncomingMessage): Promise<Fields> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req) {
    size += (part as Buffer).length;
    if (size > 1_000_000) throw new Wrong('the body is larger than 1 MB');
    parts.push(part as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // said below
  }
  throw new Wrong('the body has to be a JSON object, sent with content-type: application/json');
}
