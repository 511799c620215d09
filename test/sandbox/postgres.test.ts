import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Postgres, startPostgres } from '../../src/sandbox/postgres/postgres.ts';

/** mkdtemp makes it with mode 0700: the hard case under root. */
const dir = mkdtempSync(join(tmpdir(), 'pg-test-'));
const closers: (() => Promise<unknown> | unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
after(async () => {
  for (const close of closers.toReversed()) await close();
});
const quiet = (): void => undefined;

async function start(name: string, listen: 'tcp' | 'socket'): Promise<Postgres> {
  const postgres = await startPostgres({ dir, name, listen, log: quiet });
  closers.push(() => postgres.stop());
  return postgres;
}

async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('It runs from a folder of mode 0700, over TCP with a password, not as root, and keeps its data and its port over a restart.', async () => {
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  const first = await start('store', 'tcp');
  await first.createDatabase('bot');
  await first.createDatabase('bot');
  await ask(first.url('bot'), 'CREATE TABLE t AS SELECT 7 AS n');
  const wrong = first.url('bot').replace(/:[^:@]*@/, ':wrong@');
  await assert.rejects(ask(wrong, 'SELECT 1'), { code: '28P01' });
  if (process.platform === 'linux') assert.notEqual(statSync(`/proc/${first.pid}`).uid, 0);
  await first.stop();
  await first.stop();
  assert.equal(alive(first.pid), false);
  const second = await start('store', 'tcp');
  assert.equal(second.url('bot'), first.url('bot'));
  assert.deepEqual(await ask(second.url('bot'), 'SELECT n FROM t'), [[7]]);
  await second.stop();
});

test('Two run side by side, and the one with a socket only listens on no port and is serializable by default.', async () => {
  const [tcp, socket] = await Promise.all([start('store', 'tcp'), start('cluster', 'socket')]);
  assert.equal(statSync(socket.socketDir).mode & 0o777, 0o700);
  assert.deepEqual(await ask(socket.url('postgres'), 'SHOW transaction_isolation'), [['serializable']]);
  assert.deepEqual(await ask(socket.url('postgres'), 'SHOW listen_addresses'), [['']]);
  assert.deepEqual(await ask(tcp.url('postgres'), 'SELECT 1'), [[1]]);
  await Promise.all([tcp.stop(), socket.stop()]);
});

test('What was committed before a kill -9 is there after it, and the stale pid file is no obstacle.', async () => {
  const first = await start('killed', 'socket');
  await ask(first.url('postgres'), 'CREATE TABLE t AS SELECT 1 AS n');
  process.kill(first.pid, 'SIGKILL');
  const second = await start('killed', 'socket');
  assert.deepEqual(await ask(second.url('postgres'), 'SELECT n FROM t'), [[1]]);
  await second.stop();
});

test('A PostgreSQL that a killed sandbox left running is ended, and its data are taken over.', async () => {
  const orphan = await start('orphan', 'socket');
  await ask(orphan.url('postgres'), 'CREATE TABLE t AS SELECT 2 AS n');
  const next = await start('orphan', 'socket');
  assert.equal(alive(orphan.pid), false);
  assert.deepEqual(await ask(next.url('postgres'), 'SELECT n FROM t'), [[2]]);
  await next.stop();
});

test('A pid file that names a process of somebody else is not believed, and that process is left alone.', async () => {
  const first = await start('borrowed', 'socket');
  const data = ((await ask(first.url('postgres'), 'SHOW data_directory'))[0] ?? [])[0] as string;
  await first.stop();
  const bystander = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
  closers.push(() => bystander.kill('SIGKILL'));
  const file = join(data, 'postmaster.pid');
  writeFileSync(file, `${bystander.pid}\n${data}\n`);
  if (process.getuid?.() === 0) chmodSync(file, 0o644);
  const second = await start('borrowed', 'socket');
  assert.deepEqual(await ask(second.url('postgres'), 'SELECT 1'), [[1]]);
  assert.deepEqual([bystander.exitCode, bystander.signalCode], [null, null]);
  assert.equal(alive(bystander.pid ?? 0), true);
  await second.stop();
});

test('It is in a process group of its own, so that Ctrl-C in the terminal does not end it.', async () => {
  const postgres = await start('group', 'socket');
  if (process.platform === 'linux') {
    const [, group] = /\) \S (?:\d+) (\d+)/.exec(readFileSync(`/proc/${postgres.pid}/stat`, 'utf8')) ?? [];
    assert.equal(Number(group), postgres.pid);
  }
  await postgres.stop();
});

test('When whoever started it is killed with kill -9, PostgreSQL ends too.', async () => {
  const script = `import('${new URL('../../src/sandbox/postgres/postgres.ts', import.meta.url).href}')
    .then(({ startPostgres }) => startPostgres({ dir: ${JSON.stringify(dir)}, name: 'left', listen: 'socket', log: () => {} }))
    .then(({ pid }) => { process.stdout.write(String(pid)); setInterval(() => {}, 1000); });`;
  const starter = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => starter.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) =>
    starter.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  assert.equal(alive(pid), true);
  starter.kill('SIGKILL');
  for (let i = 0; i < 100 && alive(pid); i++) await sleep(50);
  assert.equal(alive(pid), false);
});

test('A folder whose sandbox is gone is swept from the temporary folder at the next first start.', async () => {
  const lost = mkdtempSync(join(tmpdir(), 'pg-lost-'));
  const postgres = await startPostgres({ dir: lost, name: 'x', listen: 'socket', log: quiet });
  await postgres.stop();
  const place = join(postgres.socketDir, '..');
  rmSync(lost, { recursive: true });
  await sleep(10);
  const next = await start('sweeper', 'socket');
  await next.stop();
  assert.equal(existsSync(place), false);
});
