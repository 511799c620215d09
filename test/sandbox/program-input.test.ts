/** What the sandbox says to arguments and calls that it can't take. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { collect, endOf, type Program, remove, run, scratch, startProgram, type Start } from './program-rig.ts';

const dir = scratch();
let program: Program;
before(async () => {
  program = await startProgram({ dir: join(dir, 'data'), args: ['--cockroach-version', '24.1.8'] });
});
after(async () => {
  await program.end();
  remove(dir);
});

async function runToEnd(args: readonly string[], o: Omit<Start, 'dir'> = {}) {
  const child = run(args, o);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  return { ...(await endOf(child)), out: out(), err: err() };
}

const wrongArguments: readonly (readonly [readonly string[], RegExp])[] = [
  [['--port', 'x'], /--port: "x" is no port; write a number from 0 to 65535/],
  [['--port', ''], /--port: "" is no port/],
  [['--port', '65536'], /--port: "65536" is no port/],
  [['--port=-1'], /--port: "-1" is no port/],
  [['--data', ''], /--data: write the path of a folder/],
  [['--cockroach-version', 'banana'], /--cockroach-version: "banana" is no version of CockroachDB; write one as v24\.1\.8/],
  [['--cockroach-version', ''], /--cockroach-version: "" is no version/],
  [['--cockroach-version', 'v22.2.0'], /--cockroach-version: "v22\.2\.0" is older than the stand-in plays: v23\.1\.0 and later/],
  [['--date', 'x'], /Unknown option '--date'/],
  [['somewhere'], /Unexpected argument 'somewhere'/],
];
for (const [args, said] of wrongArguments) {
  test(`the arguments ${JSON.stringify(args)} end it at once with exit code 2 and how to write them`, async () => {
    const { code, out, err } = await runToEnd(args);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, said);
    assert.match(err, /npm run sandbox -- \[--port N\] \[--data DIR\]/);
  });
}

test('CockroachDB is played as the version that was asked for', async () => {
  const client = new pg.Client({ connectionString: program.facts().cockroach.adminUrl });
  await client.connect();
  const { rows } = await client.query<{ version: string }>('SELECT version() AS version');
  await client.end();
  assert.match(rows[0]?.version ?? '', /^CockroachDB CCL v24\.1\.8 /);
});

test('--help says how to use it, on standard output', async () => {
  const { code, out, err } = await runToEnd(['--help']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /--port N/);
});

test('a port that is taken ends it with exit code 1 and what to do, before anything is started', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const data = join(dir, 'taken');
  const { code, out, err } = await runToEnd(['--port', String(port), '--data', data]);
  server.close();
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, new RegExp(`port ${port} is taken: stop what listens there, or start with --port N --data DIR`));
  assert.equal(existsSync(join(data, 'store')), false);
});

test('a folder that cannot be written ends it with exit code 1 and what to do', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const closed = join(dir, 'closed');
  mkdirSync(closed, { mode: 0o500 });
  chmodSync(dir, 0o755);
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;
  for (const data of [file, join(file, 'below'), closed, join(closed, 'below')]) {
    const { code, out, err } = await runToEnd(['--port', '0', '--data', data], { user });
    assert.deepEqual([code, out], [1, ''], data);
    assert.match(err, /can't be written \(E[A-Z]+\): name another folder with --data DIR/, data);
  }
});

test('a folder that was there keeps its mode; a new one is closed to others', async () => {
  assert.equal(statSync(program.dir).mode & 0o777, 0o700);
  const open = join(dir, 'open');
  mkdirSync(open);
  chmodSync(open, 0o755);
  const other = await startProgram({ dir: open });
  await other.end();
  assert.equal(statSync(open).mode & 0o777, 0o755);
});

const command = { as: 'alice', platform: 'slack', text: '/crdb-access help' };
const wrongCalls: readonly (readonly [string, object, number, RegExp])[] = [
  ['command', { ...command, as: 'mallory' }, 400, /^as: nobody here is called "mallory"; write one of alice, bob/],
  ['command', { ...command, as: 7 }, 400, /^as: write a string/],
  ['command', { platform: 'slack', text: 'x' }, 400, /^as: write a string/],
  ['command', { ...command, platform: 'irc' }, 400, /^platform: write "slack"/],
  ['command', { as: 'alice', text: 'x' }, 400, /^platform: write "slack"/],
  ['command', { as: 'alice', platform: 'slack' }, 400, /^text: write a string/],
  ['command', { ...command, text: '' }, 400, /^text: write a string, it can't be empty/],
  ['command', { ...command, text: '/unknown' }, 404, /not_a_command/],
  ['press', { as: 'bob', platform: 'slack', button: 'Approve' }, 400, /^message: write a string/],
  ['press', { as: 'bob', platform: 'slack', message: 'C0APPROVERS:1.2' }, 400, /^button: write a string/],
  ['press', { as: 'bob', platform: 'slack', message: 'C0APPROVERS:1.2', button: 'Approve' }, 404, /no_such_message/],
  [
    'chaos',
    { target: 'moon', fault: 'down' },
    400,
    /^target: "moon" is unknown; write one of graph, slack, teams, cockroach, queue, bot/,
  ],
  ['chaos', { target: 'constructor', fault: 'name' }, 400, /^target: "constructor" is unknown/],
  ['chaos', { fault: 'down' }, 400, /^target: write a string/],
  [
    'chaos',
    { target: 'cockroach', fault: '429' },
    400,
    /^fault: cockroach can't have "429"; write one of down, hang, slow, none/,
  ],
  ['chaos', { target: 'bot', fault: 'toString' }, 400, /^fault: bot can't have "toString"; write one of kill, down, none/],
  ['chaos', { target: 'graph' }, 400, /^fault: write a string/],
  ...[0, -1, 86_401, '5', null].map(
    (seconds) =>
      ['chaos', { target: 'graph', fault: 'down', seconds }, 400, /^seconds: write a number above 0, at most 86400/] as const,
  ),
  ['nothing', {}, 404, /no such call; there is: GET \/, POST \/api\/command/],
];
for (const [path, body, status, said] of wrongCalls) {
  test(`POST api/${path} ${JSON.stringify(body)} is answered with ${status} and what would do`, async () => {
    const answer = await program.post(path, body);
    assert.equal(answer.status, status);
    assert.equal(answer.body['ok'], false);
    assert.match(String(answer.body['error']), said);
  });
}

const api = (path: string, init?: RequestInit) => fetch(`${program.facts().page}${path}`, init);

test('a body that is no JSON object, or is larger than 1 MB, is answered with 400', async () => {
  for (const body of ['', '{', '[]', '"x"', 'null', 'as=alice']) {
    const res = await api('api/command', { method: 'POST', body });
    assert.deepEqual([res.status, /JSON object/.test(await res.text())], [400, true], body);
  }
  const res = await api('api/command', { method: 'POST', body: JSON.stringify({ ...command, text: 'x'.repeat(8_000_000) }) });
  assert.deepEqual([res.status, await res.json()], [400, { ok: false, error: 'the body is larger than 1 MB' }]);
});

test('the content type of a body does not matter', async () => {
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    const res = await api('api/command', { method: 'POST', body: JSON.stringify(command), headers: { 'content-type': type } });
    assert.deepEqual([res.status, await res.json()], [200, { ok: true }], type);
  }
});

test('an inbox of nobody, or of another platform, is answered with 400', async () => {
  for (const [query, said] of [
    ['as=mallory&platform=slack', /^as: /],
    ['as=alice', /^platform: /],
    ['platform=slack', /^as: /],
    ['as=%&platform=slack', /^as: /],
  ] as const) {
    const res = await api(`api/inbox?${query}`);
    assert.equal(res.status, 400, query);
    assert.match(String(((await res.json()) as { error: string }).error), said);
  }
});

test('unknown paths and methods are answered with 404 and what there is, HEAD as GET without a body', async () => {
  for (const [method, path] of [
    ['GET', 'nothing'],
    ['GET', 'api/command'],
    ['DELETE', 'api/inbox'],
    ['POST', ''],
  ] as const) {
    const res = await api(path, { method });
    assert.equal(res.status, 404, `${method} ${path}`);
    assert.match(await res.text(), /no such call; there is/);
  }
  for (const path of ['', 'api/inbox?as=alice&platform=slack']) {
    const res = await api(path, { method: 'HEAD' });
    assert.deepEqual([res.status, await res.text()], [200, ''], path);
  }
});

test('a request line that no browser sends does not take the sandbox down', async () => {
  const port = Number(new URL(program.facts().page).port);
  for (const target of ['//', 'http://[', '*', '/?%', 'http://other/api/inbox']) {
    const socket = connect(port, '127.0.0.1');
    const said = collect(socket);
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await new Promise((done) => socket.once('close', done));
    assert.match(said(), /^HTTP\/1\.1 (200|400|404) /, target);
  }
  assert.equal((await api('')).status, 200);
});

test('a fault with seconds mends itself, and one that is switched off is off', async () => {
  assert.equal((await program.post('chaos', { target: 'slack', fault: 'down', seconds: 0.3 })).status, 200);
  const call = () =>
    fetch(`${program.facts().slack.apiUrl}api.test`, { method: 'POST' }).then(
      (r) => r.status,
      () => 0,
    );
  assert.equal(await call(), 0);
  await new Promise((go) => setTimeout(go, 600));
  assert.notEqual(await call(), 0);
  await program.post('chaos', { target: 'slack', fault: 'down' });
  assert.equal(await call(), 0);
  await program.post('chaos', { target: 'slack', fault: 'none' });
  assert.notEqual(await call(), 0);
});

test('what a person does while the bot is down is answered with 502, as in Slack it would fail', async () => {
  await program.post('chaos', { target: 'bot', fault: 'down' });
  const answer = await program.post('command', command);
  assert.deepEqual([answer.status, answer.body['ok']], [502, false]);
  await program.post('chaos', { target: 'bot', fault: 'none' });
});
