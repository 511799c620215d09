/** `npm run sandbox` as other programs use it: docs/sandbox.md, "Driving it". */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { SandboxFacts } from '../../src/sandbox/facts.ts';
import {
  answers,
  checkout,
  collect,
  endOf,
  login,
  mainJob,
  type Program,
  remove,
  scratch,
  startProgram,
  until,
} from './program-rig.ts';

const dir = scratch();
let program: Program;
before(async () => {
  program = await startProgram({ dir });
});
after(async () => {
  await program.end();
  remove(dir);
});

/** Fields of an object, and of the objects in it, by their dotted names. */
const fields = (value: object, under = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? fields(inner, `${under}${name}.`)
      : [`${under}${name}`],
  );

const withoutPid = ({ bot: { pid: _, ...bot }, ...facts }: SandboxFacts): unknown => ({ ...facts, bot });

async function asRoot(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: program.facts().cockroach.adminUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('standard output holds one line, the address of the page, and standard error what is being started', () => {
  assert.equal(program.out(), `sandbox ready ${program.facts().page}\n`);
  for (const part of ['slack', 'teams', 'entra', 'store', 'cockroach', 'bot'])
    assert.match(program.err(), new RegExp(`^ {2}${part} is up`, 'm'));
  assert.doesNotMatch(program.err(), /LOG:/);
  assert.match(readFileSync(join(dir, 'store.log'), 'utf8'), /ready to accept connections/);
});

test('sandbox.json has every field of the contract, for its owner alone', () => {
  const { people, dir: at, ...facts } = program.facts();
  assert.equal(at, dir);
  assert.deepEqual(fields(facts).sort(), [
    ...['bot.healthUrl', 'bot.metricsUrl', 'bot.pid', 'bot.readyUrl', 'bot.slackUrl', 'bot.teamsUrl', 'bot.url'],
    ...['cockroach.adminUrl', 'cockroach.caFile', 'cockroach.database', 'cockroach.host', 'cockroach.port', 'cockroach.version'],
    ...[
      'entra.audience',
      'entra.authority',
      'entra.caFile',
      'entra.clientId',
      'entra.graphUrl',
      'entra.jwksUrl',
      'entra.tenantId',
    ],
    'page',
    ...['slack.apiUrl', 'slack.botToken', 'slack.signingSecret', 'slack.teamId'],
    ...['teams.appId', 'teams.serviceUrl', 'teams.tenantId'],
  ]);
  assert.deepEqual(people.map((p) => p.key).sort(), [
    'admin',
    'alice',
    'alice2',
    'bob',
    'carol',
    'dave',
    'erin',
    'frank',
    'grace',
    'obrien',
  ]);
  for (const person of people) assert.deepEqual(Object.keys(person), ['key', 'name', 'upn', 'oid', 'slackUserId', 'teamsUserId']);
  for (const name of ['sandbox.json', 'bot.env']) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600, name);
});

test('the bot answers on its health and readiness addresses, and slackUrl takes what is signed and nothing else', async () => {
  const { bot } = program.facts();
  assert.equal((await fetch(bot.healthUrl)).status, 200);
  assert.equal((await fetch(bot.readyUrl)).status, 200);
  assert.equal((await fetch(bot.slackUrl, { method: 'POST', body: 'command=%2Fcrdb-access' })).status, 401);
});

test('adminUrl opens in node-postgres as it is, as root', async () => {
  assert.deepEqual(await asRoot('SELECT current_user AS who'), [{ who: 'root' }]);
});

test('the page tells a newcomer how to drive it, and its lines run as they are', async () => {
  const page = await (await fetch(program.facts().page)).text();
  const line = page.split('\n').find((l) => l.includes('api/command')) ?? '';
  assert.equal(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }), '{"ok":true}\n');
  const path = page.split('\n').find((l) => l.includes('export PATH=')) ?? '';
  assert.equal(execFileSync('/bin/sh', ['-c', `${path}; command -v az`], { encoding: 'utf8' }).trim(), join(dir, 'bin', 'az'));
  assert.equal((await fetch(program.facts().page, { method: 'HEAD' })).status, 200);
  await until(async () => (await program.inbox('bob')).some((m) => m.buttons.length > 0), 20_000);
});

test('DIR/bot.env starts the bot by hand in another folder, on the same addresses, and it does the main job', async () => {
  assert.equal((await program.post('chaos', { target: 'bot', fault: 'down' })).status, 200);
  const { bot } = program.facts();
  assert.equal(await answers(Number(new URL(bot.url).port)), false);
  const child = spawn(
    '/bin/sh',
    ['-c', 'set -a; . "$1"; exec "$2" "$3"', 'sh', join(dir, 'bot.env'), process.execPath, join(checkout, 'dist/main.js')],
    {
      cwd: tmpdir(),
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said = collect(child.stdout);
  const ended = endOf(child);
  try {
    await until(async () => (await fetch(bot.readyUrl).catch(() => null))?.ok === true, 30_000, said);
    assert.match(await mainJob(program), /^alice$/m);
    assert.match(said(), /crdb-access is listening/);
  } finally {
    child.kill('SIGTERM');
  }
  assert.equal((await ended).code, 0);
  await program.post('chaos', { target: 'bot', fault: 'none' });
  await until(async () => (await fetch(bot.readyUrl).catch(() => null))?.ok === true, 30_000);
});

test('the command line tools run with DIR/bot.env', () => {
  const line = 'set -a; . "$1"; exec "$2" "$3" policy check "$POLICY_FILE"';
  const said = execFileSync(
    '/bin/sh',
    ['-c', line, 'sh', join(dir, 'bot.env'), process.execPath, join(checkout, 'dist/cli.js')],
    {
      cwd: tmpdir(),
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    },
  );
  assert.match(said, /policy\.yaml is good/);
});

test('bot.env leaves PATH as it was, so that the stand-in programs stay first in it', () => {
  assert.doesNotMatch(readFileSync(join(dir, 'bot.env'), 'utf8'), /^PATH=/m);
});

test('a bot that is killed, by chaos or by hand, comes back on the same addresses, with its new pid in sandbox.json', async () => {
  const first = program.facts();
  const seen = new Set([first.bot.pid]);
  const kills = [
    () => program.post('chaos', { target: 'bot', fault: 'kill' }),
    async () => process.kill(program.facts().bot.pid, 'SIGKILL'),
  ];
  for (const kill of kills) {
    await kill();
    await until(() => !seen.has(program.facts().bot.pid), 10_000);
    const now = program.facts();
    seen.add(now.bot.pid);
    assert.deepEqual(withoutPid(now), withoutPid(first));
    await until(async () => (await fetch(now.bot.readyUrl).catch(() => null))?.ok === true, 20_000);
  }
});

test('the queue can be flushed while the bot works, and the bot goes on', async () => {
  assert.deepEqual(await program.post('chaos', { target: 'queue', fault: 'flush' }), {
    status: 200,
    body: { ok: true, target: 'queue', fault: 'flush' },
  });
  await program.post('command', { as: 'carol', platform: 'slack', text: '/crdb-access request reporting' });
  await until(async () => (await program.inbox('carol')).some((m) => m.code.some((c) => c.includes('PGPASSWORD='))), 40_000);
});

test('a second sandbox on the same folder is refused, and the first one goes on', async () => {
  await assert.rejects(startProgram({ dir }), /a sandbox already runs in .* stop it, or start with --port N --data DIR/);
  assert.equal((await fetch(program.facts().bot.readyUrl)).status, 200);
});

test('a second sandbox with a port and a folder of its own runs beside the first, and does the main job', async () => {
  const other = scratch();
  // A name that a shell, a URL and YAML each want to have their way with.
  const second = await startProgram({ dir: join(other, "it's a #2 & co") });
  try {
    const before = await program.inbox('alice');
    assert.match(await mainJob(second), /^alice$/m);
    assert.deepEqual(await program.inbox('alice'), before);
  } finally {
    await second.end();
    remove(other);
  }
});

test('with --socket-mode the bot is reached over WebSockets that it opens, has no signing secret, and does the main job', async () => {
  const other = scratch();
  const second = await startProgram({ dir: join(other, 'data'), args: ['--socket-mode'] });
  try {
    const env = readFileSync(join(second.dir, 'bot.env'), 'utf8');
    assert.match(env, /^SLACK_APP_TOKEN=/m);
    assert.doesNotMatch(env, /SLACK_SIGNING_SECRET/);
    assert.match(await mainJob(second), /^alice$/m);
  } finally {
    await second.end();
    remove(other);
  }
});

test('after a stop and a new start on the same folder everything is as it was: addresses, messages, users and settings', async () => {
  const facts = program.facts();
  const inbox = await program.inbox('alice');
  const settings = await asRoot('SHOW CLUSTER SETTING server.jwt_authentication.issuers.configuration');
  assert.ok(inbox.length > 0 && JSON.stringify(settings).includes(facts.entra.tenantId));
  assert.equal((await program.end()).code, 0);
  program = await startProgram({ dir });
  assert.deepEqual(withoutPid(program.facts()), withoutPid(facts));
  assert.notEqual(program.facts().bot.pid, facts.bot.pid);
  assert.deepEqual(await program.inbox('alice'), inbox);
  assert.deepEqual(await asRoot('SHOW CLUSTER SETTING server.jwt_authentication.issuers.configuration'), settings);
  const command = inbox.flatMap((m) => m.code).find((c) => c.includes('PGPASSWORD=')) ?? '';
  assert.match(login(dir, 'alice', command), /^alice$/m);
});
