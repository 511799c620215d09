// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { modal, textField } from './slack-forms-setup.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
afterEach(() => b.end());

interface Envelope {
  readonly type: string;
  readonly envelope_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}
interface Connection {
  readonly socket: WebSocket;
  readonly got: Envelope[];
  /** What it acknowledges with; null: not at all. */
  answer: (envelope: Envelope) => object | null;
}

const address = async (): Promise<string> => String((await b.api('apps.connections.open', {}, { token: b.slack.appToken })).url);

async function until(isSo: () => boolean, milliseconds = 8_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!isSo()) {
    assert.ok(Date.now() < end, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function connected(url?: string): Promise<Connection> {
  const socket = new WebSocket(url ?? (await address()));
  const made: Connection = { socket, got: [], answer: () => ({}) };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Envelope;
    made.got.push(message);
    if (message.envelope_id === undefined) return;
    const payload = made.answer(message);
    if (payload !== null) socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload }));
  });
  await once(socket, 'open');
  await until(() => made.got.length > 0);
  return made;
}

// reference/methods/apps.connections.open; authentication/tokens
test('connections are opened with the token of the app, which is good for nothing else', async () => {
  b = await bench({ socketMode: true });
  assert.equal((await b.api('apps.connections.open')).error, 'not_allowed_token_type');
  assert.equal((await b.api('auth.test', {}, { token: b.slack.appToken })).error, 'not_allowed_token_type');
  assert.match(await address(), /^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=[0-9a-f]{24}&app_id=A0CRDBACCESS$/);
  assert.match(b.slack.appToken, /^xapp-/);
});

// apis/events-api/using-socket-mode
test('an address is good for one connection, which begins with hello', async () => {
  b = await bench({ socketMode: true });
  const url = await address();
  const { got } = await connected(url);
  const [{ type, num_connections, connection_info } = assert.fail('no hello')] = got;
  assert.deepEqual([type, num_connections, connection_info], ['hello', 1, { app_id: 'A0CRDBACCESS' }]);
  const second = new WebSocket(url);
  const refused = await Promise.race([once(second, 'error'), once(second, 'open')]);
  assert.match(String(refused[0]), /401/);
  assert.equal(b.slack.sockets.count(), 1);
});

test('ten connections are taken; the eleventh is told that there are too many', async () => {
  b = await bench({ socketMode: true });
  for (let i = 0; i < 10; i += 1) await connected();
  const { got } = await connected();
  assert.deepEqual([got[0]?.type, got[0]?.reason], ['disconnect', 'too_many_websockets']);
  assert.equal(b.slack.sockets.count(), 10);
});

test('without Socket Mode a connection is told that the link is disabled, and deliveries go over HTTP', async () => {
  b = await bench();
  const { got } = await connected();
  assert.deepEqual([got[0]?.type, got[0]?.reason], ['disconnect', 'link_disabled']);
  assert.equal((await b.slack.command('alice', '/crdb-access help')).ok, true);
  assert.equal(b.got.length, 1);
});

test('a command comes as an envelope to one of the connections, and its acknowledgment can carry an answer', async () => {
  b = await bench({ socketMode: true });
  const [first, second] = [await connected(), await connected()];
  for (const c of [first, second]) c.answer = () => ({ text: 'here you are' });
  for (let i = 0; i < 4; i += 1) assert.equal((await b.slack.command('alice', '/crdb-access help')).ok, true);
  const envelopes = [first, second].flatMap(({ got }) => got.slice(1));
  assert.deepEqual([first.got.length, second.got.length], [3, 3]);
  const [{ type, accepts_response_payload, payload, retry_attempt } = assert.fail('nothing came')] = envelopes;
  assert.deepEqual([type, accepts_response_payload, retry_attempt], ['slash_commands', true, undefined]);
  assert.deepEqual([payload.command, payload.text, payload.user_id], ['/crdb-access', 'help', 'U0ALICE']);
  assert.equal(new Set(envelopes.map((e) => e.envelope_id)).size, 4);
  assert.equal(b.slack.inbox('alice')[0]?.text, 'here you are');
  assert.equal(b.got.length, 0);
});

test('forms, presses and typeaheads come as interactive envelopes, and an empty acknowledgment closes a form', async () => {
  b = await bench({ socketMode: true });
  const c = await connected();
  await b.slack.command('alice', '/crdb-access');
  const { trigger_id } = c.got[1]?.payload ?? {};
  await b.api('views.open', { trigger_id, view: modal([textField('why')]) });
  c.answer = () => ({ response_action: 'errors', errors: { why_block: 'Too vague.' } });
  assert.deepEqual((await b.slack.submit('alice', { why: 'x' })).errors, { why: 'Too vague.' });
  c.answer = () => ({});
  assert.equal((await b.slack.submit('alice', {})).ok, true);
  assert.equal(b.slack.screen('alice').modal, null);
  assert.deepEqual(
    c.got.slice(2).map(({ type, payload }) => [type, payload.type]),
    [
      ['interactive', 'view_submission'],
      ['interactive', 'view_submission'],
    ],
  );
});

test('an event comes with how often it was told before; the answer to it is not looked at', async () => {
  b = await bench({ socketMode: true });
  const c = await connected();
  await b.slack.openHome('alice');
  const { type, accepts_response_payload, retry_attempt, retry_reason, payload } = c.got[1] ?? assert.fail('nothing came');
  assert.deepEqual([type, accepts_response_payload, retry_attempt, retry_reason], ['events_api', false, 0, '']);
  assert.equal((payload.event as { type: string }).type, 'app_home_opened');
});

test('what is not acknowledged in three seconds has failed for the person, and comes again as a retry', async () => {
  b = await bench({ socketMode: true });
  const c = await connected();
  c.answer = () => null;
  assert.equal((await b.slack.command('alice', '/crdb-access help')).error, 'operation_timeout');
  assert.equal(b.slack.inbox('alice')[0]?.text, '/crdb-access failed with the error "operation_timeout"');
  c.answer = () => ({});
  await until(() => c.got.length === 3);
  const [, first, second] = c.got;
  assert.deepEqual(second?.payload, first?.payload);
  assert.deepEqual([second?.retry_attempt, second?.retry_reason], [1, 'timeout']);
  // Late, and no longer looked at.
  c.socket.send(JSON.stringify({ envelope_id: first?.envelope_id, payload: { text: 'late' } }));
  c.socket.send('{broken');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(c.got.length, 3);
  assert.equal(b.slack.inbox('alice').length, 1);
});

test('a bot without a connection gets nothing, and an event once it is there again', async () => {
  b = await bench({ socketMode: true, waits: { events_api: [400] } });
  assert.equal((await b.slack.command('alice', '/crdb-access help')).error, 'dispatch_failed');
  await b.slack.openHome('alice');
  const c = await connected();
  await until(() => c.got.length === 2);
  assert.deepEqual([c.got[1]?.type, c.got[1]?.retry_attempt], ['events_api', 1]);
});

test('what a connection took with it unacknowledged comes again over another', async () => {
  b = await bench({ socketMode: true });
  const first = await connected();
  first.answer = () => {
    first.socket.terminate();
    return null;
  };
  const second = await connected();
  assert.equal((await b.slack.command('alice', '/crdb-access help')).error, 'dispatch_failed');
  await until(() => second.got.length === 2);
  assert.equal(second.got[1]?.payload.text, 'help');
});

test('a connection is asked to make way and gets nothing more, while what it already has can still be acknowledged', async () => {
  b = await bench({ socketMode: true });
  const old = await connected();
  const held: Envelope[] = [];
  old.answer = (envelope) => {
    held.push(envelope);
    return null;
  };
  const typed = b.slack.command('alice', '/crdb-access help');
  await until(() => held.length === 1);
  b.slack.sockets.refresh();
  await until(() => old.got.length === 3);
  assert.deepEqual([old.got[2]?.type, old.got[2]?.reason], ['disconnect', 'refresh_requested']);
  const fresh = await connected();
  old.socket.send(JSON.stringify({ envelope_id: held[0]?.envelope_id }));
  assert.equal((await typed).ok, true);
  await b.slack.command('alice', '/crdb-access list');
  assert.deepEqual([old.got.length, fresh.got.length], [3, 2]);
});

test('when Slack is down, connections break and none can be opened', async () => {
  b = await bench({ socketMode: true });
  const { socket } = await connected();
  const closed = once(socket, 'close');
  b.slack.fault('down');
  await closed;
  await assert.rejects(address());
  b.slack.fault('none');
  await connected();
  assert.equal(b.slack.sockets.count(), 1);
});

test('stopping ends the connections', async () => {
  b = await bench({ socketMode: true });
  const { socket } = await connected();
  const closed = once(socket, 'close');
  await b.slack.stop();
  await closed;
});

test('a request line that no bot sends takes nothing down', async () => {
  b = await bench({ socketMode: true });
  const port = Number(new URL(b.slack.apiUrl).port);
  for (const target of ['//', 'http://[', '*', '/link/?%', '/link/']) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const [said] = (await once(socket, 'data')) as [Buffer];
    assert.match(said.toString(), /^HTTP\/1\.1 401 /, target);
    socket.destroy();
  }
  await connected();
});
