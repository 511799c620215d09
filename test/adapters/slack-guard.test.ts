import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { signatureGuard } from '../../src/adapters/slack/guard.ts';
import { type Setup, setUp } from './slack-setup.ts';

let setup: Setup;
before(async () => {
  setup = await setUp();
});
after(() => setup.end());

const form = 'application/x-www-form-urlencoded';
let nonce = 0;

interface Sent {
  readonly body: string | Buffer;
  readonly contentType?: string;
  readonly shift?: number;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
}

/** Signs and sends whatever it is given, and says how long the answer took. */
async function send({
  body,
  contentType = form,
  shift = 0,
  secret,
  headers,
}: Sent): Promise<{ status: number; text: string; ms: number }> {
  const timestamp = String(Math.floor(Date.now() / 1000) + shift);
  const hmac = createHmac('sha256', secret ?? setup.standIn.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest('hex');
  const started = Date.now();
  const response = await fetch(setup.url, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac}`,
      ...headers,
    },
    body,
  });
  return { status: response.status, text: await response.text(), ms: Date.now() - started };
}

function command(more: Record<string, string> = {}): string {
  nonce += 1;
  return new URLSearchParams({
    command: '/crdb-access',
    text: 'help',
    team_id: 'T0CONTOSO',
    user_id: 'U0ALICE',
    channel_id: 'D0ALICE',
    trigger_id: `${nonce}.guard`,
    response_url: `${new URL(setup.standIn.apiUrl).origin}/actions/response/none`,
    ...more,
  }).toString();
}

const payload = (value: unknown) => `payload=${encodeURIComponent(JSON.stringify(value))}`;
const who = { user: { id: 'U0BOB' }, team: { id: 'T0CONTOSO' } };
const press = {
  type: 'block_actions',
  ...who,
  trigger_id: '1.x',
  container: { type: 'message' },
  actions: [{ type: 'button', action_id: 'approve' }],
};
const view = { id: 'V1', callback_id: 'deny', private_metadata: '{}', state: { values: {} }, blocks: [] };
const submission = { type: 'view_submission', ...who, view };
const ask = { type: 'block_suggestion', ...who, action_id: 'a', block_id: 'b', value: '' };
const opened = { type: 'event_callback', event_id: 'Ev1', team_id: 'T0CONTOSO', event: { type: 'app_home_opened', tab: 'home' } };
const event = (value: unknown): Sent => ({ body: JSON.stringify(value), contentType: 'application/json' });

/** Signed with the right secret, and still nothing that Slack would send. */
const hostile: readonly (readonly [string, Sent, number])[] = [
  ['payload=null', { body: 'payload=null' }, 400],
  ['a payload that is a number', { body: 'payload=1' }, 400],
  ['a payload that is a text', { body: payload('x') }, 400],
  ['a payload that is a list', { body: payload([press]) }, 400],
  ['a payload that is not JSON', { body: 'payload=%7Bbroken' }, 400],
  ['an empty payload', { body: 'payload=' }, 400],
  ['a payload without a type', { body: payload({ actions: [] }) }, 400],
  ['a press without actions', { body: payload({ ...press, actions: [] }) }, 400],
  ['a press whose actions are null', { body: payload({ ...press, actions: [null] }) }, 400],
  ['a press whose actions are no list', { body: payload({ ...press, actions: { length: 1 } }) }, 400],
  ['a press without a user', { body: payload({ ...press, user: null }) }, 400],
  ['a press without a team', { body: payload({ ...press, team: undefined }) }, 400],
  ['a press without a trigger', { body: payload({ ...press, trigger_id: 7 }) }, 400],
  ['a press that is an event too', { body: payload({ ...press, event: null }) }, 400],
  ['a press that is a command too', { body: payload({ ...press, command: '/crdb-access' }) }, 400],
  ['a press without a container', { body: payload({ ...press, container: undefined }) }, 400],
  ['a button whose value is a number', { body: payload({ ...press, actions: [{ ...press.actions[0], value: 7 }] }) }, 400],
  ['a press by nobody of no team at all', { body: payload({ ...press, team: null }) }, 400],
  ['a submission without a view', { body: payload({ ...submission, view: undefined }) }, 400],
  ['a submission whose view has no id', { body: payload({ ...submission, view: { ...view, id: '' } }) }, 400],
  ['a submission without values', { body: payload({ ...submission, view: { ...view, state: {} } }) }, 400],
  [
    'a submission with values that are null',
    { body: payload({ ...submission, view: { ...view, state: { values: { a: null } } } }) },
    400,
  ],
  ['a submission without a user', { body: payload({ ...submission, user: {} }) }, 400],
  ['a question without a field', { body: payload({ ...ask, action_id: undefined }) }, 400],
  ['a question without a text', { body: payload({ ...ask, value: null }) }, 400],
  ['a question without a team', { body: payload({ ...ask, team: {} }) }, 400],
  ['an event without an event', event({ ...opened, event: undefined }), 400],
  ['an event without an id', event({ ...opened, event_id: undefined }), 400],
  ['a home that nobody opened', event(opened), 400],
  ['two payloads', { body: `${payload(press)}&${payload(press)}` }, 400],
  ['an empty body', { body: '' }, 400],
  ['an empty form', { body: 'a=b' }, 400],
  ['JSON null', { body: 'null', contentType: 'application/json' }, 400],
  ['JSON that breaks off', { body: '{"type":', contentType: 'application/json' }, 400],
  ['JSON without a type', { body: '{}', contentType: 'application/json' }, 400],
  ['another media type', { body: 'hello', contentType: 'text/plain' }, 400],
  ['bytes that are not UTF-8', { body: Buffer.from([0x61, 0x3d, 0xff, 0xfe]) }, 400],
  ['2 MB', { body: `text=${'x'.repeat(2 * 1024 * 1024)}` }, 413],
  ['a timestamp six minutes old', { body: 'a=b', shift: -360 }, 401],
  ['a timestamp 15 minutes ahead', { body: 'a=b', shift: 900 }, 401],
  ['a signature with another secret', { body: 'a=b', secret: 'another' }, 401],
  ['a signature of another version', { body: 'a=b', headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } }, 401],
  ['a signature that is too short', { body: 'a=b', headers: { 'x-slack-signature': 'v0=00' } }, 401],
  ['a timestamp that is no number', { body: 'a=b', headers: { 'x-slack-request-timestamp': '1e9' } }, 401],
];

for (const [name, sent, status] of hostile) {
  test(`${name} is answered with ${status} at once, and the process lives`, async () => {
    const answer = await send(sent);
    assert.equal(answer.status, status);
    assert.ok(answer.ms < 1_000, `it took ${answer.ms} ms`);
    assert.equal((await send({ body: command() })).status, 200);
  });
}

test('nothing of the hostile bodies was received', () => {
  assert.ok(setup.received.every((interaction) => interaction.key.endsWith('.guard')));
  assert.equal(setup.received.length, hostile.length);
});

test('a question that is asked again within the second is answered; five seconds later its signature is refused', async () => {
  let seconds = 1_700_000_000;
  const guard = signatureGuard('secret', () => seconds * 1000);
  const timestamp = String(seconds);
  const hmac = createHmac('sha256', 'secret').update(`v0:${timestamp}:x`).digest('hex');
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${hmac}` };
  assert.equal(guard.check(headers, Buffer.from('x')), null);
  assert.equal(guard.check(headers, Buffer.from('x'))?.status, 409);
  guard.mayRepeat(headers);
  seconds += 1;
  assert.equal(guard.check(headers, Buffer.from('x')), null);
  seconds += 4;
  assert.equal(guard.check(headers, Buffer.from('x'))?.status, 409);
  const asked = { body: payload({ ...ask, nonce: 'same' }) };
  assert.deepEqual([(await send(asked)).status, (await send(asked)).status], [200, 200]);
});

test('a request that is sent a second time with its signature is refused', async () => {
  const body = command();
  const count = setup.received.length;
  assert.equal((await send({ body })).status, 200);
  assert.equal((await send({ body })).status, 409);
  assert.equal(setup.received.length, count + 1);
});

test('a request without any signature is refused', async () => {
  const response = await fetch(setup.url, { method: 'POST', headers: { 'content-type': form }, body: command() });
  assert.equal(response.status, 401);
});

test('a command that lacks a field is refused, and a foreign command is answered with a sentence', async () => {
  assert.equal((await send({ body: command({ trigger_id: '' }) })).status, 400);
  const foreign = await send({ body: command({ command: '/other' }) });
  assert.equal(foreign.status, 200);
  assert.match(foreign.text, /answers to \/crdb-access and \/crdb-status\./);
});

test('a content type with a charset is a form all the same', async () => {
  assert.equal((await send({ body: command(), contentType: `${form}; charset=utf-8` })).status, 200);
});

// docs.slack.dev/reference/events/url_verification
test('the check of the address for events is answered with its challenge', async () => {
  const answer = await send({
    body: JSON.stringify({ type: 'url_verification', challenge: 'c1' }),
    contentType: 'application/json',
  });
  assert.deepEqual([answer.status, answer.text], [200, '{"challenge":"c1"}']);
});

test('an unsigned ssl_check is answered, and carries nothing in with it', async () => {
  const count = setup.received.length;
  const response = await fetch(setup.url, {
    method: 'POST',
    headers: { 'content-type': form },
    body: `ssl_check=1&${command()}`,
  });
  assert.equal(response.status, 200);
  assert.equal(setup.received.length, count);
});

test('a sender that goes away in the middle of its body harms nobody', async () => {
  const { port } = new URL(setup.url);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write('POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\npayload=');
      setTimeout(() => socket.destroy(), 50);
    });
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
  assert.equal((await send({ body: command() })).status, 200);
});
