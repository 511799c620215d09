import type { IncomingMessage, ServerResponse } from 'node:http';
import { quote } from '../files.ts';
import { type Platform, platforms } from '../platforms.ts';
import type { Sandbox } from '../running.ts';
import { byHand } from './by-hand.ts';
import { type Answer, type Call, done, type Fields, person, platform, text, Wrong } from './call.ts';
import { chaosTargets, startChaos } from './chaos.ts';
import { formCalls } from './forms.ts';
import { keysNow, rollOver } from './rollover.ts';
import { foreignSite } from './same-site.ts';
import { teamsCalls } from './api-teams.ts';

/** Calls about people, as they are on each platform. */
const onPlatform: { readonly [platform in Platform]: { readonly [route: string]: Call } } = {
  slack: {
    ...formCalls,
    'POST /api/say': async (sandbox, f) => done(await sandbox.slack.say(person(sandbox, f), text(f, 'channel'), text(f, 'text'))),
    'GET /api/inbox': (sandbox, f) => {
      return { status: 200, body: sandbox.slack.inbox(person(sandbox, f)) };
    },
  },
  teams: teamsCalls,
};
const routes = new Set(platforms.flatMap((one) => Object.keys(onPlatform[one])));

const calls: { readonly [route: string]: Call } = {
  ...Object.fromEntries([...routes].map((route) => [route, (sandbox: Sandbox, f: Fields) => byPlatform(route, sandbox, f)])),
  'POST /api/by-hand': byHand,
  'POST /api/keys': rollOver,
  'GET /api/keys': keysNow,
  'POST /api/chaos': async (sandbox, f) => {
    const target = text(f, 'target');
    const fault = text(f, 'fault');
    const known = chaosTargets.get(target);
    if (known === undefined)
      throw new Wrong(`target: "${target}" is unknown; write one of ${[...chaosTargets.keys()].join(', ')}`);
    if (!known.includes(fault)) throw new Wrong(`fault: ${target} can't have "${fault}"; write one of ${known.join(', ')}`);
    const seconds = f['seconds'];
    if (seconds !== undefined && (typeof seconds !== 'number' || !(seconds > 0) || seconds > 86_400)) {
      throw new Wrong('seconds: write a number above 0, at most 86400, or leave it out');
    }
    await startChaos(sandbox, target, fault, seconds);
    return { status: 200, body: { ok: true, target, fault, ...(seconds === undefined ? {} : { seconds }) } };
  },
};

function byPlatform(route: string, sandbox: Sandbox, f: Fields): Promise<Answer> | Answer {
  const on = platform(f);
  const call = onPlatform[on][route];
  if (call === undefined) throw new Wrong(`platform: there is no ${route} in ${on}`);
  return call(sandbox, f);
}

/** Serves the sandbox's contract (docs/sandbox.md) and, at `/`, how to drive it. Never throws. */
export async function handleApi(sandbox: Sandbox, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const answer = await route(sandbox, req).catch((error: unknown): Answer => {
    const status = error instanceof Wrong ? 400 : 500;
    return { status, body: { ok: false, error: error instanceof Error ? error.message : String(error) } };
  });
  const plain = typeof answer.body === 'string';
  res.writeHead(answer.status, {
    'content-type': plain ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  res.end(plain ? answer.body : `${JSON.stringify(answer.body)}\n`);
}

async function route(sandbox: Sandbox, req: IncomingMessage): Promise<Answer> {
  const [path = '/', query = ''] = (req.url ?? '/').split('?', 2);
  const method = req.method === 'HEAD' ? 'GET' : req.method; // node:http leaves the body away
  if (method === 'GET' && path === '/') return { status: 200, body: intro(sandbox) };
  const call = calls[`${method} ${path}`];
  if (call === undefined) {
    return { status: 404, body: { ok: false, error: `no such call; there is: GET /, ${Object.keys(calls).join(', ')}` } };
  }
  const foreign = method === 'GET' ? null : foreignSite(req.headers);
  if (foreign !== null) return { status: 403, body: { ok: false, error: foreign } };
  return call(sandbox, method === 'GET' ? Object.fromEntries(new URLSearchParams(query)) : await json(req));
}

function intro(sandbox: Sandbox): string {
  const page = sandbox.facts.page;
  const post = (path: string, body: object) =>
    `curl -s ${page}api/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `crdb-access sandbox: stand-ins for Slack, Teams, Entra ID and CockroachDB (on PostgreSQL); the bot is the real one.

Be Alice and ask for access:

  ${post('command', { as: 'alice', platform: 'slack', text: '/crdb-access request analytics because Q4 churn numbers' })}

Be Bob: read what you see, copy the id of the card, approve it:

  curl -s '${page}api/inbox?as=bob&platform=slack'
  ${post('press', { as: 'bob', platform: 'slack', message: '<id of the card>', button: 'Approve' })}

Alice's login command is then in her inbox (${page}api/inbox?as=alice&platform=slack). To run it as it is:

  export PATH=${quote(`${sandbox.facts.dir}/bin`)}:"$PATH" SANDBOX_AS=alice

People: ${sandbox.facts.people.map((p) => p.key).join(', ')}. Everything else: ${sandbox.facts.dir}/sandbox.json.
`;
}

const largestBody = 1_000_000;

/** Reads to the end also what is too large: who is cut off while sending never sees the answer. */
async function json(req: IncomingMessage): Promise<Fields> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= largestBody) parts.push(part);
  }
  if (size > largestBody) throw new Wrong('the body is larger than 1 MB');
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // said below
  }
  throw new Wrong('the body has to be a JSON object, like {"as":"alice"}');
}
