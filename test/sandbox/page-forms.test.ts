/** The sandbox's calls about forms and the home, over HTTP, with a bot that is nothing but a recorder. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { handleApi } from '../../src/sandbox/page/api.ts';
import type { Sandbox } from '../../src/sandbox/running.ts';
import { people } from '../../src/sandbox/people.ts';
import { button, choiceField, home, json, modal, plain, says, sent, textField, trigger } from './slack-forms-setup.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
let server: Server;
beforeEach(async () => {
  b = await bench();
  const sandbox = { slack: b.slack, facts: { people } } as unknown as Sandbox;
  server = createServer((req, res) => void handleApi(sandbox, req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await b.end();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

async function call(path: string, body?: object): Promise<Answer> {
  const began = performance.now();
  const res = await fetch(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify({ platform: 'slack', ...body }) },
  );
  return { status: res.status, body: (await res.json()) as Answer['body'], ms: performance.now() - began };
}

/** A bot that acknowledges, and a moment later opens this form with the trigger that it was given. */
const opening =
  (view: object, then?: (id: string) => Promise<unknown>): Bench['answer'] =>
  (res) => {
    res.end();
    const form = b.got.at(-1)?.form;
    const id = form?.get('trigger_id') ?? sent(b).trigger_id;
    const open = async (): Promise<void> => {
      const { view: made } = await b.api('views.open', { trigger_id: id, view });
      await then?.((made as { id: string }).id);
    };
    setTimeout(() => void open(), 100);
  };
const ask = () => modal([choiceField('entitlement'), textField('reason', {}, { optional: true, hint: plain('Why') })]);
const offered = { options: [{ text: plain('Analytics'), value: 'analytics' }] };
const card = (...elements: object[]) =>
  b.api('chat.postMessage', { channel: 'C0APPROVERS', text: 'x', blocks: [{ type: 'actions', elements }] });
const idOf = async (posted: Promise<Readonly<Record<string, unknown>>>) => `C0APPROVERS:${String((await posted)['ts'])}`;

test('a command that opens a form answers with its title, text and fields', async () => {
  b.answer = opening({ ...ask(), blocks: [says('The approvers are asked.'), ...ask().blocks] });
  const { status, body } = await call('command', { as: 'alice', text: '/crdb-access' });
  assert.equal(status, 200);
  assert.deepEqual(body, {
    ok: true,
    modal: {
      title: 'Ask',
      text: 'The approvers are asked.',
      code: [],
      buttons: [],
      submit: 'Send',
      fields: [
        { id: 'entitlement', label: 'ENTITLEMENT', type: 'choice', required: true, hint: '', value: '' },
        { id: 'reason', label: 'REASON', type: 'text', required: false, hint: 'Why', value: '' },
      ],
    },
  });
});

test('only a command that may open a form is waited for, three seconds and no longer', async () => {
  assert.ok((await call('command', { as: 'alice', text: '/crdb-access help' })).ms < 1_000);
  assert.ok((await call('command', { as: 'alice', text: '/crdb-access request analytics' })).ms < 1_000);
  const none = await call('command', { as: 'alice', text: '/crdb-access request ' });
  assert.deepEqual([none.status, none.body], [200, { ok: true }]);
  assert.ok(none.ms >= 2_900 && none.ms < 4_500, String(none.ms));
});

test('a form that stood open before is not taken for the one that was opened', async () => {
  await b.api('views.open', { trigger_id: await trigger(b), view: modal(undefined, { title: plain('Before') }) });
  b.answer = opening(ask());
  const { body } = await call('command', { as: 'alice', text: '/crdb-access request' });
  assert.equal((body.modal as { title: string }).title, 'Ask');
});

test('a form without anything to send is answered when the bot has put into it what it looked up', async () => {
  const bare = (words: string) => modal([says(words)], { submit: undefined });
  b.answer = opening(bare('Looking'), (id) => b.api('views.update', { view_id: id, view: bare('Found') }));
  const id = await idOf(card(button('details', 'R1', 'Details')));
  const { body } = await call('press', { as: 'bob', message: id, button: 'Details' });
  assert.deepEqual(body.modal, { title: 'Ask', text: 'Found', code: [], buttons: [], submit: null, fields: [] });
});

test('a button is pressed by id or label, in any case and without its dots; one that opens nothing is not waited for', async () => {
  const id = await idOf(card(button('deny', 'R1', 'Deny…'), button('approve', 'R1', 'Approve')));
  assert.ok((await call('press', { as: 'bob', message: id, button: 'approve' })).ms < 1_000);
  b.answer = opening(modal([textField('reason', {}, { optional: true })]));
  const { body } = await call('press', { as: 'bob', message: id, button: 'DENY' });
  assert.deepEqual((body.modal as { fields: object[] }).fields.length, 1);
  assert.equal((await call('press', { as: 'bob', message: id, button: 'nothing' })).status, 404);
});

test('with input, a press fills the form in and sends it', async () => {
  const id = await idOf(card(button('deny', 'R1', 'Deny')));
  let stage = 0;
  const open = opening(modal([textField('reason')]));
  b.answer = (res) => (stage++ === 0 ? open(res) : res.end());
  const { status, body } = await call('press', { as: 'bob', message: id, button: 'Deny', input: { reason: 'too broad' } });
  assert.deepEqual([status, body], [200, { ok: true }]);
  assert.deepEqual(sent(b).view.state.values, { reason_block: { reason: { type: 'plain_text_input', value: 'too broad' } } });
  assert.equal(b.slack.screen('bob').modal, null);
  const approve = await idOf(card(button('approve', 'R1', 'Approve')));
  const refused = await call('press', { as: 'bob', message: approve, button: 'Approve', input: { reason: 'x' } });
  assert.deepEqual([refused.status, refused.body.error], [400, 'input: "Approve" opens no form; leave input out']);
});

test('what is filled in is a string for each field; a form that is not open is 404', async () => {
  const { status, body } = await call('submit', { as: 'alice', input: { reason: 'x' } });
  assert.deepEqual([status, body.error], [404, 'no form is open']);
  for (const input of [undefined, null, [], 'x', { reason: 1 }])
    assert.equal((await call('submit', { as: 'alice', input })).status, 400);
  assert.equal((await call('dismiss', { as: 'alice' })).status, 404);
  assert.equal((await call('suggest?as=alice&platform=slack&field=x')).status, 404);
  assert.deepEqual((await call('modal?as=alice&platform=slack')).body, { modal: null });
});

test('an unknown field and a choice that is not offered are 400, what the bot finds wrong is 422 by field', async () => {
  await b.api('views.open', { trigger_id: await trigger(b), view: ask() });
  const submit = (input: object) => call('submit', { as: 'alice', input });
  b.answer = (res) =>
    (sent(b).type === 'block_suggestion'
      ? json(offered)
      : json({ response_action: 'errors', errors: { reason_block: 'Too long.' } }))(res);
  assert.deepEqual((await submit({ other: 'x' })).body.error, 'no field "other" in this form; there is: entitlement, reason');
  assert.equal((await submit({ entitlement: 'everything' })).status, 400);
  const found = await submit({ Entitlement: 'Analytics', reason: 'x' });
  assert.deepEqual([found.status, found.body.errors], [422, { reason: 'Too long.' }]);
  const stands = (await call('modal?as=alice&platform=slack')).body.modal as { fields: { id: string; value: string }[] };
  assert.deepEqual(
    stands.fields.map(({ id, value }) => [id, value]),
    [
      ['entitlement', 'analytics'],
      ['reason', 'x'],
    ],
  );
  b.answer = (res) => res.writeHead(500).end();
  assert.equal((await submit({})).status, 502);
  b.answer = (res) => res.end();
  assert.deepEqual((await submit({})).body, { ok: true });
});

test('a choice tells what it offers, also to whoever typed nothing; other fields are none', async () => {
  await b.api('views.open', { trigger_id: await trigger(b), view: ask() });
  b.answer = json(offered);
  const suggest = (query: string) => call(`suggest?as=alice&platform=slack&${query}`);
  assert.deepEqual((await suggest('field=entitlement&typed=ana')).body, [{ value: 'analytics', label: 'Analytics', says: '' }]);
  assert.equal((await suggest('field=entitlement')).status, 200);
  const none = await suggest('field=reason&typed=x');
  assert.deepEqual([none.status, none.body.error], [400, 'field: "reason" is no choice of this form; write one of entitlement']);
  b.answer = (res) => res.writeHead(500).end();
  assert.equal((await suggest('field=entitlement&typed=ana')).status, 502);
});

test('the home is opened, waited for and read as a message is; a bot that publishes none is 502', async () => {
  const none = await call('home?as=alice&platform=slack');
  assert.deepEqual([none.status, none.body.error], [502, 'the bot published no home within three seconds']);
  const view = home(says('Your access'), { type: 'actions', elements: [button('connect', 'G1', 'Login command')] });
  b.answer = (res) => {
    res.end();
    setTimeout(() => void b.api('views.publish', { user_id: 'U0ALICE', view }), 100);
  };
  const { body } = await call('home?as=alice&platform=slack');
  assert.deepEqual(
    [body.text, body.code, body.buttons],
    ['Your access\n[Login command]', [], [{ id: 'connect', label: 'Login command', value: 'G1' }]],
  );
  assert.ok(!Number.isNaN(Date.parse(String(body.at))));
  b.answer = (res) => res.end();
  assert.equal((await call('press', { as: 'alice', message: 'home', button: 'connect', value: 'G1' })).status, 200);
  assert.equal((await call('press', { as: 'alice', message: 'home', button: 'connect', value: 'G2' })).status, 404);
});

test("an admin can archive the approvers' channel, until another fault or none", async () => {
  const archived = () => b.slack.screen('bob').channels.find(({ name }) => name === 'crdb-approvals')?.archived;
  assert.equal((await call('chaos', { target: 'slack', fault: 'archive-approvers' })).status, 200);
  assert.equal(archived(), true);
  await call('chaos', { target: 'slack', fault: '429' });
  assert.deepEqual([archived(), (await b.api('auth.test')).status], [false, 429]);
  await call('chaos', { target: 'slack', fault: 'archive-approvers' });
  assert.equal((await b.api('chat.postMessage', { channel: 'C0APPROVERS', text: 'x' })).error, 'is_archived');
  await call('chaos', { target: 'slack', fault: 'none' });
  assert.equal(archived(), false);
});
