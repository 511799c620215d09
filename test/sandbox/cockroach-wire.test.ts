/** The protocol itself, byte by byte (PostgreSQL docs, "Message Flow" and "Message Formats"). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { errorOf } from '../../src/sandbox/cockroach/backend.ts';
import { type Frame, Frames } from '../../src/sandbox/cockroach/wire/frames.ts';
import { frame, parse, query, startupMessage, sync } from '../../src/sandbox/cockroach/wire/messages.ts';
import { rig, rows } from './cockroach-rig.ts';

const r = await rig();
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const int16 = (n: number): Buffer => Buffer.from([n >> 8, n & 255]);
const bind = (values: readonly string[], formats: readonly number[] = []): Buffer =>
  frame(
    'B',
    '\0\0',
    int16(0),
    int16(values.length),
    ...values.flatMap((value) => [Buffer.from([0, 0, 0, value.length]), value]),
    int16(formats.length),
    ...formats.map(int16),
  );
const describe = (kind: 'S' | 'P'): Buffer => frame('D', `${kind}\0`);
const execute = frame('E', '\0', Buffer.alloc(4));

async function plain(): Promise<Socket> {
  const socket = connect(r.cluster.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

/** A session as `user`, ready for queries. */
async function session(user: string, database: string): Promise<{ socket: tls.TLSSocket; frames: Frames }> {
  const raw = await plain();
  raw.write(sslRequest);
  await new Promise((resolve) => raw.once('data', resolve));
  const { certFile, keyFile } = await r.ca.client(user);
  const socket = tls.connect({
    socket: raw,
    servername: 'localhost',
    ca: r.ca.caPem,
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('secureConnect', resolve));
  const frames = new Frames(socket);
  socket.write(startupMessage({ user, database }));
  while ((await frames.next())?.type !== 'Z');
  return { socket, frames };
}

async function untilReady(frames: Frames): Promise<Frame[]> {
  const found: Frame[] = [];
  for (let got = await frames.next(); got !== null; got = await frames.next()) {
    found.push({ type: got.type, body: Buffer.from(got.body) });
    if (got.type === 'Z') break;
  }
  return found;
}
const typesOf = (found: readonly Frame[]): string => found.map((f) => f.type).join('');

/** Whether the server ends the connection by itself. */
async function closed(socket: Socket): Promise<boolean> {
  return await Promise.race([
    new Promise<boolean>((resolve) => socket.once('close', () => resolve(true))),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 2000).unref()),
  ]);
}

test('A pipeline of PostgreSQL’s and the stand-in’s own statements is answered in order, with one ReadyForQuery at its Sync.', async () => {
  const { socket, frames } = await session('root', 'analytics');
  const one = (sql: string, values: string[] = []): Buffer[] => [parse('', sql, []), bind(values), describe('P'), execute];
  socket.write(
    Buffer.concat([
      ...one('SELECT $1::text', ['a']),
      ...one('SHOW CLUSTER SETTING cluster.organization'),
      ...one('SELECT 2'),
      sync,
    ]),
  );
  assert.equal(typesOf(await untilReady(frames)), '12TDC12TDC12TDCZ');
  socket.destroy();
});

test('An error of the stand-in’s own undoes what the same pipeline did before, and what comes after it up to Sync is left out.', async () => {
  const { socket, frames } = await session('root', 'analytics');
  const steps = [`INSERT INTO customers VALUES (77, 'x', 'x')`, 'CREATE USER app', `INSERT INTO customers VALUES (78, 'x', 'x')`];
  socket.write(Buffer.concat([...steps.flatMap((sql) => [parse('', sql, []), bind([]), execute]), sync]));
  const found = await untilReady(frames);
  assert.equal(typesOf(found), '12C12EZ');
  assert.equal(errorOf((found[5] as Frame).body).sqlstate, '42710');
  socket.write(query('SELECT count(*)::int FROM customers WHERE id > 70'));
  assert.match((await untilReady(frames)).find((f) => f.type === 'D')?.body.toString('latin1') ?? '', /0$/);
  socket.destroy();
});

test('Describe tells the parameters of the stand-in’s own statements, and results come in binary where that is asked for.', async () => {
  const { socket, frames } = await session('root', 'defaultdb');
  socket.write(Buffer.concat([parse('', 'SET CLUSTER SETTING cluster.organization = $1', []), describe('S'), sync]));
  const described = await untilReady(frames);
  assert.equal(typesOf(described), '1tnZ');
  assert.deepEqual([...(described[1] as Frame).body], [0, 1, 0, 0, 0, 25]);
  socket.write(
    Buffer.concat([
      parse('', 'SHOW CLUSTER SETTING server.jwt_authentication.enabled', []),
      bind([], [1]),
      describe('P'),
      execute,
      sync,
    ]),
  );
  const shown = await untilReady(frames);
  assert.deepEqual([...(shown.find((f) => f.type === 'D') as Frame).body], [0, 1, 0, 0, 0, 1, 0]);
  socket.destroy();
});

test('Bytes in clear that were slipped in behind the request for TLS end the connection (CVE-2021-23214).', async () => {
  const socket = await plain();
  socket.write(Buffer.concat([sslRequest, startupMessage({ user: 'root', database: 'defaultdb' })]));
  assert.equal(await closed(socket), true);
});

for (const [name, bytes] of [
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a packet that says it is two gigabytes long', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0])],
  ['a packet shorter than its own length field', Buffer.from([0, 0, 0, 1])],
] as const) {
  test(`Not this protocol: ${name} ends the connection, and the cluster goes on.`, async () => {
    const socket = await plain();
    socket.resume();
    socket.write(bytes);
    assert.equal(await closed(socket), true);
    const client = await r.connect('app');
    assert.deepEqual(await rows(client, 'SELECT 1'), [[1]]);
  });
}

test('Messages that the stand-in does not take are refused and the session stays in step.', async () => {
  const { socket, frames } = await session('root', 'defaultdb');
  socket.write(Buffer.concat([frame('F', Buffer.alloc(10)), sync]));
  const found = await untilReady(frames);
  assert.equal(typesOf(found), 'EZ');
  assert.equal(errorOf((found[0] as Frame).body).sqlstate, '0A000');
  socket.write(query('SELECT 1'));
  assert.equal(typesOf(await untilReady(frames)), 'TDCZ');
  socket.write(query(' ; -- nothing\n'));
  assert.equal(typesOf(await untilReady(frames)), 'IZ');
  socket.destroy();
});
