import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { clock } from '../../src/adapters/clock/clock.ts';
import { readBody } from '../../src/adapters/http/body.ts';
import { slack } from '../../src/adapters/slack/app.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Form } from '../../src/core/messages/form.ts';
import type { Interaction } from '../../src/core/ports.ts';
import { approverCard } from './slack-cards.ts';
import { recordingLog, type Setup, setUp } from './slack-setup.ts';

let setup: Setup | undefined;
afterEach(async () => {
  await setup?.end();
  setup = undefined;
});

type Options = NonNullable<Parameters<typeof setUp>[0]>;
async function connected(o: Options = {}): Promise<Setup> {
  setup = await setUp({ ...o, socketMode: true });
  await until(isConnected);
  return setup;
}
const isConnected = async () =>
  (await setup?.slack.probe().then(
    () => true,
    () => false,
  )) === true;
const tag = { requestId: '7F3KQ2ZN', kind: 'approval' };
const alice = { platform: 'slack', team: 'T0CONTOSO', user: 'U0ALICE' };
const ask: Form = {
  id: 'request',
  title: 'Ask for access',
  blocks: [],
  fields: [{ kind: 'choice', id: 'entitlement', label: 'What', hint: '', chosen: null }],
  submit: 'Ask',
  about: '',
};

test('commands, presses, forms, questions and looks at the home come over the socket, and nothing over HTTP', async () => {
  const { standIn, slack, received } = await connected({
    suggest: () => Promise.resolve([{ value: 'analytics', label: 'analytics', says: '' }]),
  });
  assert.equal(slack.handler, null);
  assert.deepEqual(await standIn.command('alice', '/crdb-access'), { ok: true, status: 200 });
  await slack.chat.open({ door: alice, token: received[0]?.reply ?? '' }, ask);
  assert.equal((await standIn.suggest('alice', 'entitlement', 'a')).length, 1);
  assert.deepEqual(await standIn.submit('alice', { entitlement: 'analytics' }), { ok: true, status: 200 });
  const place = await slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  assert.deepEqual(await standIn.press('bob', `${place.channel}:${place.message}`, 'approve'), { ok: true, status: 200 });
  await standIn.openHome('carol');
  assert.deepEqual(
    received.map(({ kind, door }) => [kind, door.user]),
    [
      ['command', 'U0ALICE'],
      ['submit', 'U0ALICE'],
      ['press', 'U0BOB'],
      ['home', 'U0CAROL'],
    ],
  );
});

test('the second command comes over the socket as the word that it stands for', async () => {
  const { standIn, received } = await connected({});
  assert.deepEqual(await standIn.command('alice', '/crdb-status prod'), { ok: true, status: 200 });
  const [typed] = received;
  assert.equal(typed?.kind === 'command' && typed.text, 'status prod');
});

test('it is acknowledged only after it is durable', async () => {
  let durable = false;
  const { standIn } = await connected({
    receive: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      durable = true;
    },
  });
  assert.equal((await standIn.command('alice', '/crdb-access help')).ok, true);
  assert.equal(durable, true);
});

test('what can not be recorded is said over the socket, too', async () => {
  const { standIn } = await connected({ receive: () => Promise.reject(new Error('store is down')) });
  await standIn.command('alice', '/crdb-access help');
  assert.match(standIn.inbox('alice')[0]?.text ?? '', /could not be recorded, so nothing was done/);
});

test('a form that can not be recorded stays open over the socket, too', async () => {
  const { standIn, slack, received } = await connected({
    suggest: () => Promise.resolve([{ value: 'analytics', label: 'analytics', says: '' }]),
    receive: ({ kind }) => (kind === 'submit' ? Promise.reject(new Error('store is down')) : Promise.resolve()),
  });
  await standIn.command('alice', '/crdb-access');
  await slack.chat.open({ door: alice, token: received[0]?.reply ?? '' }, ask);
  assert.match((await standIn.submit('alice', { entitlement: 'analytics' })).errors?.entitlement ?? '', /nothing was done/);
});

test('an event whose acknowledgment does not come is delivered again under the same key', async () => {
  let fails = 1;
  const { standIn, received } = await connected({
    receive: () => (fails-- > 0 ? Promise.reject(new Error('store is down')) : Promise.resolve()),
    waits: { events_api: [20, 50, 100] },
  });
  await standIn.openHome('carol');
  await until(() => received.length >= 2);
  assert.equal(received[0]?.key, received[1]?.key);
});

test('a press whose acknowledgment was lost with its connection comes again under the same key', async () => {
  let first = true;
  const slow: Setup = await connected({
    waits: { interactive: [500, 1_000, 1_000] },
    receive: async () => {
      if (!first) return;
      first = false;
      slow.standIn.fault('down');
      slow.standIn.fault('none');
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  });
  const place = await slow.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  await slow.standIn.press('bob', `${place.channel}:${place.message}`, 'approve');
  await until(() => slow.received.length === 2);
  assert.equal(new Set(slow.received.map(({ key }) => key)).size, 1);
});

test('when Slack asks to connect anew, it is connected again within the second, and stays so', async () => {
  const { standIn, received } = await connected();
  const before = Date.now();
  standIn.sockets.refresh();
  await until(() => standIn.sockets.count() === 1);
  assert.ok(Date.now() - before < 1_000);
  for (let i = 0; i < 3; i += 1) assert.equal((await standIn.command('alice', `/crdb-access help ${i}`)).ok, true);
  assert.equal(received.length, 3);
  standIn.sockets.refresh();
  standIn.sockets.refresh();
  await until(() => standIn.sockets.count() === 1);
  assert.equal((await standIn.command('alice', '/crdb-access help')).ok, true);
});

test('what is under way when Slack asks to connect anew is still answered', async () => {
  const { standIn } = await connected({ receive: () => new Promise((resolve) => setTimeout(resolve, 800)) });
  const typed = standIn.command('alice', '/crdb-access help');
  standIn.sockets.refresh();
  assert.deepEqual(await typed, { ok: true, status: 200 });
});

test('a connection that broke is opened again, and the state of the socket is told', async () => {
  const { standIn, slack, received } = await connected();
  standIn.fault('down');
  await until(async () => !(await isConnected()));
  await assert.rejects(slack.probe(), (error) => error instanceof Fault && error.code === 'chat_unavailable');
  standIn.fault('none');
  await until(isConnected);
  assert.equal((await standIn.command('alice', '/crdb-access help')).ok, true);
  assert.equal(received.length, 1);
});

test('an app-level token that Slack does not take is said with what to do, and the bot lives', async () => {
  setup = await setUp({ socketMode: true, appToken: 'xapp-wrong' });
  await until(() => setup?.lines.some(({ facts }) => facts.fault === 'chat_refused') === true);
  const said = setup.lines.find(({ facts }) => facts.fault === 'chat_refused');
  assert.match(String(said?.facts.says), /invalid_auth \(set SLACK_APP_TOKEN/);
  await assert.rejects(setup.slack.probe(), (error) => error instanceof Fault && error.code === 'chat_refused');
  assert.ok(!JSON.stringify(setup.lines).includes('xapp-wrong'));
});

test('closing answers what is under way, takes no more, and leaves no connection', async () => {
  const { standIn, slack, received } = await connected({
    receive: () => new Promise((resolve) => setTimeout(resolve, 300)),
    waits: { slash_commands: [] },
  });
  const typed = standIn.command('alice', '/crdb-access help');
  await until(() => received.length === 1);
  const closed = slack.close();
  const late = standIn.command('bob', '/crdb-access help');
  await closed;
  assert.deepEqual(await typed, { ok: true, status: 200 });
  assert.equal((await late).ok, false);
  assert.equal(received.length, 1);
  await until(() => standIn.sockets.count() === 0);
});

test('nothing that was logged holds a token or a ticket', async () => {
  const { standIn, lines } = await connected();
  standIn.fault('down');
  await until(() => lines.length > 2);
  const all = JSON.stringify(lines);
  for (const secret of [standIn.botToken, standIn.appToken, 'ticket=']) assert.ok(!all.includes(secret), all);
});

/** Nothing that Slack would send, beside what it does: the bot must neither fall over nor acknowledge it. */
const hostile: readonly (string | Buffer)[] = [
  'null',
  '[]',
  '7',
  '{',
  '{}',
  Buffer.from([0xff, 0xfe]),
  '{"type":"interactive"}',
  '{"type":"interactive","envelope_id":"h1"}',
  '{"type":"interactive","envelope_id":"h2","payload":null}',
  '{"type":"interactive","envelope_id":"h3","payload":{"type":"block_actions"}}',
  '{"type":"interactive","envelope_id":"h4","payload":{"type":"view_submission","user":{"id":"U"},"team":{"id":"T"}}}',
  '{"type":"slash_commands","envelope_id":"h5","payload":"x"}',
  '{"type":"slash_commands","envelope_id":"h6","payload":{"command":"/crdb-access"}}',
  '{"type":"events_api","envelope_id":"h7","payload":{"type":"event_callback"}}',
  '{"type":"events_api","envelope_id":"h8","payload":{"type":"event_callback","event":null}}',
  '{"type":"events_api","envelope_id":"h9","payload":null}',
];
const harmless = [
  { type: 'app_rate_limited', envelope_id: 'i1', payload: {} },
  { type: 'events_api', envelope_id: 'i2', payload: { type: 'app_rate_limited' } },
  { type: 'interactive', envelope_id: 'i3', payload: { type: 'view_closed' } },
  {
    type: 'events_api',
    envelope_id: 'i4',
    payload: { type: 'event_callback', event_id: 'Ev1', event: { type: 'disconnected' } },
  },
];
const command = {
  command: '/crdb-access',
  text: 'help',
  team_id: 'T0CONTOSO',
  user_id: 'U0ALICE',
  channel_id: 'D0ALICE',
  trigger_id: '1.2.3',
  response_url: 'https://hooks.slack.com/x',
};

test('envelopes that are not whole are refused without an acknowledgment, unknown ones are acknowledged, and the next command is taken', async () => {
  const acked: string[] = [];
  const slackSide = createServer((_, res) => {
    const { port } = slackSide.address() as AddressInfo;
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link/?ticket=1` }));
  });
  const sockets = new WebSocketServer({ server: slackSide });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => acked.push((JSON.parse(data.toString()) as { envelope_id: string }).envelope_id));
    socket.send('{"type":"hello"}');
    for (const frame of hostile) socket.send(frame);
    for (const envelope of harmless) socket.send(JSON.stringify(envelope));
    socket.send(JSON.stringify({ type: 'slash_commands', envelope_id: 'good', payload: command }));
  });
  await new Promise<void>((resolve) => slackSide.listen(0, '127.0.0.1', resolve));
  const received: Interaction[] = [];
  const { log, lines } = recordingLog();
  const bot = await slack({
    botToken: 'xoxb-1234',
    deliveries: { appToken: 'xapp-1234' },
    apiUrl: `http://127.0.0.1:${(slackSide.address() as AddressInfo).port}/api/`,
    log,
    clock,
    readBody,
    record: (interaction) => {
      received.push(interaction);
      return Promise.resolve('kept');
    },
    suggest: () => Promise.resolve([]),
  });
  await until(() => acked.includes('good'));
  await bot.close();
  sockets.close();
  await new Promise((resolve) => slackSide.close(resolve));
  assert.deepEqual(acked, ['i1', 'i2', 'i3', 'i4', 'good']);
  assert.equal(received.length, 1);
  assert.equal(lines.filter(({ message }) => message === 'refused what came over Socket Mode').length, hostile.length);
});

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come');
}
