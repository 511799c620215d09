import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { readiness } from '../../src/adapters/http/readiness.ts';
import { type HttpServer, httpServer, json } from '../../src/adapters/http/server.ts';
import { Fault } from '../../src/core/errors.ts';
import { recordingLog } from './slack-setup.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const fine = () => Promise.resolve();
const broken = () => Promise.reject(new Error('password authentication failed for postgres://bot:hunter2@db'));
const hanging = () => new Promise<void>(() => undefined);
const throttled = () =>
  Promise.reject(new Fault('directory_unavailable', 'later', 'Graph throttles at https://graph.example/secret'));

async function start(o: Partial<Parameters<typeof httpServer>[0]> = {}): Promise<string> {
  const ready = readiness({ vital: { store: fine, queue: fine }, reported: {} });
  server = httpServer({ port: 0, host: '127.0.0.1', routes: [], ready, log: recordingLog().log, ...o });
  return `http://127.0.0.1:${(await server.listening).port}`;
}
const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('healthz answers as long as the process does, whatever else is down', async () => {
  const url = await start({ ready: readiness({ vital: { store: broken }, reported: {} }) });
  assert.deepEqual(await get(`${url}/healthz`), { status: 200, body: { ok: true } });
});

test('readyz says what whoever operates it must not overlook, ready or not', async () => {
  const warnings = ['TEAMS_DEVELOPMENT_ANONYMOUS is on'];
  const url = await start({ ready: readiness({ vital: { store: fine }, reported: {}, warnings }) });
  assert.deepEqual((await get(`${url}/readyz`)).body, { ready: true, warnings, vital: { store: 'ok' }, reported: {} });
});

test('readyz fails with the store or the queue, and says which', async () => {
  const url = await start({ ready: readiness({ vital: { store: fine, queue: broken }, reported: {} }) });
  assert.deepEqual(await get(`${url}/readyz`), {
    status: 503,
    body: { ready: false, vital: { store: 'ok', queue: 'failed' }, reported: {} },
  });
});

test('readyz stays green while the directory and a cluster are down, and reports them', async () => {
  const ready = readiness({
    vital: { store: fine },
    reported: { directory: throttled, 'cluster prod': hanging },
    timeoutSeconds: 0.2,
  });
  const url = await start({ ready });
  const answer = await get(`${url}/readyz`);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body.reported, { directory: 'directory_unavailable', 'cluster prod': 'slow' });
});

test('readyz takes no longer than its bound when everything hangs, and says no message of a driver', async () => {
  const url = await start({
    ready: readiness({ vital: { store: hanging, queue: broken }, reported: { a: throttled }, timeoutSeconds: 0.2 }),
  });
  const before = Date.now();
  const response = await fetch(`${url}/readyz`);
  const text = await response.text();
  assert.equal(response.status, 503);
  assert.ok(Date.now() - before < 1_000);
  assert.doesNotMatch(text, /hunter2|secret|example/);
});

test('other paths are 404 and other methods 405, as JSON', async () => {
  const url = await start();
  assert.deepEqual(await get(`${url}/nothing`), { status: 404, body: { error: 'not found' } });
  const posted = await fetch(`${url}/healthz`, { method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET']);
});

test('a handler that throws is a 500 without its words, and the server goes on', async () => {
  const boom = { method: 'GET', path: '/boom', handler: () => Promise.reject(new Error('hunter2')) } as const;
  const url = await start({ routes: [boom] });
  assert.deepEqual(await get(`${url}/boom`), { status: 500, body: { error: 'internal error' } });
  assert.equal((await get(`${url}/healthz`)).status, 200);
});

test('closing lets an answer under way finish and takes no new connection', async () => {
  let entered: () => void = () => undefined;
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const slow = {
    method: 'GET',
    path: '/slow',
    handler: async (_: unknown, res: Parameters<typeof json>[0]) => {
      entered();
      await new Promise((resolve) => setTimeout(resolve, 300));
      json(res, 200, { done: true });
    },
  } as const;
  const url = await start({ routes: [slow] });
  const answer = get(`${url}/slow`);
  await inside;
  const closed = server?.close();
  await assert.rejects(fetch(`${url}/healthz`));
  assert.deepEqual(await answer, { status: 200, body: { done: true } });
  await closed;
});

test('closing ends what does not finish in time', async () => {
  const url = await start({ routes: [{ method: 'GET', path: '/never', handler: () => undefined }], graceSeconds: 0.2 });
  const answer = assert.rejects(fetch(`${url}/never`));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = Date.now();
  await server?.close();
  await answer;
  assert.ok(Date.now() - before < 1_500);
});

test('a port that is taken is said to whoever awaits it', async () => {
  const url = await start();
  const second = httpServer({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    routes: [],
    ready: readiness({ vital: {}, reported: {} }),
    log: recordingLog().log,
  });
  await assert.rejects(second.listening, /EADDRINUSE/);
  await second.close();
});

test('a sender that never ends its headers is cut off', async () => {
  const url = await start();
  const before = Date.now();
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n'));
    socket.resume();
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
  assert.ok(Date.now() - before < 8_000);
});
