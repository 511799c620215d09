/** A cluster that hangs: for programs that must notice it. Nothing is answered, whatever was open, and everything once it is over. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type pg from 'pg';
import { rig, rows } from './cockroach-rig.ts';

const r = await rig();
const root = await r.connect('root');
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Whether it is still open after a while that would be long for an answer. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  promise.then(
    () => (open = false),
    () => (open = false),
  );
  await pause(400);
  return open;
}

async function hanging(work: () => Promise<void>): Promise<void> {
  r.cluster.fault('hang');
  try {
    await work();
  } finally {
    r.cluster.fault('none');
  }
}

test('What is asked over an open connection, simple or prepared, is answered when it is over.', async () => {
  const app = await r.connect('app', 'analytics');
  const asked: Promise<pg.QueryResult>[] = [];
  await hanging(async () => {
    asked.push(root.query('SELECT 1 AS n'), app.query('SELECT $1::int8 AS n', [2]));
    for (const answer of asked) assert.equal(await isOpen(answer), true);
  });
  assert.deepEqual(
    (await Promise.all(asked)).map(({ rows: [row] }) => String((row as { n: unknown }).n)),
    ['1', '2'],
  );
});

test('A new connection is taken, and hears nothing: not even whether there is TLS.', async () => {
  const socket = connect(r.cluster.port, '127.0.0.1');
  let heard = 0;
  socket.on('data', (data) => (heard += data.length));
  let later: Promise<pg.Client> | undefined;
  await hanging(async () => {
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    later = r.connect('app', 'analytics');
    assert.equal(await isOpen(later), true);
    assert.equal(heard, 0);
    assert.equal(socket.readyState, 'open');
  });
  assert.deepEqual(await rows((await later) as pg.Client, 'SELECT current_user'), [['app']]);
  for (let i = 0; i < 200 && heard === 0; i++) await pause(10);
  assert.equal(heard, 1, 'the S, late');
  socket.destroy();
});

test('A statement that was under way when it began is not answered either.', async () => {
  const sleeping = root.query('SELECT pg_sleep(0.2)');
  await pause(100);
  await hanging(async () => {
    await pause(200);
    assert.equal(await isOpen(sleeping), true);
  });
  await sleeping;
});

test('What somebody asked who has left meanwhile is not done.', async () => {
  const leaving = await r.connect('root');
  await hanging(async () => {
    const made = leaving.query('CREATE USER t_left');
    await pause(100);
    await Promise.all([made.catch(() => undefined), leaving.end()]);
  });
  await pause(200);
  const users = (await rows(root, 'SHOW USERS')).map(([name]) => name);
  assert.equal(users.includes('t_left'), false);
  assert.equal(users.includes('app'), true);
});

test('It can go down while it hangs, come back, and be stopped while it hangs.', async () => {
  const cut = await r.connect('root');
  r.cluster.fault('hang');
  const asked = cut.query('SELECT 1');
  assert.equal(await isOpen(asked), true);
  r.cluster.fault('down');
  await assert.rejects(asked);
  r.cluster.fault('none');
  const again = await r.connect('root');
  assert.equal((await rows(again, 'SELECT 1')).length, 1);
  r.cluster.fault('hang');
  const last = again.query('SELECT 1');
  last.catch(() => undefined);
  await pause(50);
  await r.restart();
  await assert.rejects(last);
  assert.equal((await rows(await r.connect('root'), 'SELECT 1')).length, 1);
});
