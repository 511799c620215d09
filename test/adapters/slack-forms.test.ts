import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { modal } from '../../src/adapters/slack/form.ts';
import { carried, carry, replyAddress } from '../../src/adapters/slack/reply.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Card } from '../../src/core/messages/card.ts';
import type { Form, Option } from '../../src/core/messages/form.ts';
import type { Interaction, Suggest } from '../../src/core/ports.ts';
import { approverCard } from './slack-cards.ts';
import { type Setup, setUp } from './slack-setup.ts';

let setup: Setup | undefined;
afterEach(async () => {
  await setup?.end();
  setup = undefined;
});

const tag = { requestId: '7F3KQ2ZN', kind: 'approval' };
const alice = { platform: 'slack', team: 'T0CONTOSO', user: 'U0ALICE' };
const bob = { platform: 'slack', team: 'T0CONTOSO', user: 'U0BOB' };

const ask: Form = {
  id: 'request',
  title: 'Ask for access',
  blocks: [{ kind: 'text', text: ['Choose what you need.'] }],
  fields: [
    { kind: 'choice', id: 'entitlement', label: 'What', hint: 'Type to search', chosen: null },
    { kind: 'text', id: 'reason', label: 'Why', hint: '', required: false, lines: 'many', most: 10_000 },
  ],
  submit: 'Ask',
  about: '',
};
const deny: Form = {
  id: 'deny',
  title: 'Deny',
  blocks: [],
  fields: [{ kind: 'text', id: 'reason', label: 'Why', hint: '', required: true, lines: 'many', most: 1000 }],
  submit: 'Deny',
  about: '7F3KQ2ZN',
};
const details: Form = { id: 'details', title: 'Details', blocks: [], fields: [], submit: null, about: '7F3KQ2ZN' };
const status: Card = {
  title: ['prod: attention'],
  blocks: [
    {
      kind: 'buttons',
      buttons: [
        { id: 'checks', label: 'All checks', about: 'prod' },
        { id: 'plan', label: 'Plan', about: 'prod' },
      ],
    },
  ],
};
const plan: Form = { id: 'plan', title: 'Plan for prod', blocks: [], fields: [], submit: null, about: 'prod' };
const home: Card = {
  title: ['Your access'],
  blocks: [{ kind: 'buttons', buttons: [{ id: 'ask', label: 'Ask for access', look: 'primary', about: '' }] }],
};
const offered: readonly Option[] = [
  { value: 'analytics', label: 'analytics: Analytics (read)', says: 'on prod' },
  { value: 'billing', label: 'billing: Billing', says: '' },
];
const suggest: Suggest = (_door, _field, typed) => Promise.resolve(offered.filter(({ value }) => value.includes(typed)));

const last = <K extends Interaction['kind']>(standing: Setup, kind: K) => {
  const found = standing.received.at(-1);
  assert.equal(found?.kind, kind);
  return found as Interaction & { kind: K };
};
async function opened(standing: Setup, form: Form) {
  await standing.standIn.command('alice', '/crdb-access');
  return await standing.slack.chat.open({ door: alice, token: last(standing, 'command').reply }, form);
}

test('a command opens a form; it is found by typing, filled in, sent, and received with its values', async () => {
  setup = await setUp({ suggest });
  assert.notEqual(await opened(setup, ask), null);
  const { modal: shown } = setup.standIn.screen('alice');
  assert.deepEqual([shown?.title, shown?.submit, shown?.close], ['Ask for access', 'Ask', 'Cancel']);
  assert.deepEqual(await setup.standIn.suggest('alice', 'entitlement', 'anal'), [offered[0]]);
  const sent = await setup.standIn.submit('alice', { entitlement: 'analytics', reason: '<!channel> for the board' });
  assert.deepEqual(sent, { ok: true, status: 200 });
  assert.equal(setup.standIn.screen('alice').modal, null);
  const { form, about, place, values, door, key } = last(setup, 'submit');
  assert.deepEqual([form, about, place, door], ['request', '', null, alice]);
  assert.deepEqual(values, { entitlement: 'analytics', reason: '<!channel> for the board' });
  assert.match(key, /^slack:submit:V/);
});

test('a field that is left empty is missing from what is received', async () => {
  setup = await setUp({ suggest });
  await opened(setup, ask);
  await setup.standIn.submit('alice', { entitlement: 'billing' });
  assert.deepEqual(last(setup, 'submit').values, { entitlement: 'billing' });
});

test('what was chosen before is chosen in the form', async () => {
  setup = await setUp();
  const [entitlement, reason] = ask.fields;
  assert.ok(entitlement?.kind === 'choice' && reason !== undefined);
  await opened(setup, { ...ask, fields: [{ ...entitlement, chosen: offered[0] ?? null }, reason] });
  await setup.standIn.submit('alice', { reason: 'x' });
  assert.deepEqual(last(setup, 'submit').values, { entitlement: 'analytics', reason: 'x' });
});

test('a form that a button of a card opened comes back with the request and the place of the card, and its answer goes there', async () => {
  setup = await setUp();
  const place = await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  await setup.standIn.press('bob', `${place.channel}:${place.message}`, 'deny');
  await setup.slack.chat.open({ door: bob, token: last(setup, 'press').reply }, deny);
  await setup.standIn.submit('bob', { reason: 'not now' });
  const sent = last(setup, 'submit');
  assert.deepEqual([sent.form, sent.about, sent.place], ['deny', '7F3KQ2ZN', place]);
  await setup.slack.chat.answer({ door: bob, token: sent.reply }, { title: ['Denied.'], blocks: [] });
  const answer = setup.standIn.inbox('bob').find((item) => item.ephemeral);
  assert.deepEqual([answer?.channel, answer?.text], ['C0APPROVERS', 'Denied.']);
});

test('a form without fields, opened from an answer that one person sees and changed while it is open, is sent and answered there', async () => {
  setup = await setUp();
  await setup.standIn.command('bob', '/crdb-status', 'crdb-approvals');
  const typed = last(setup, 'command');
  await setup.slack.chat.answer({ door: bob, token: typed.reply }, status);
  const answer = setup.standIn.inbox('bob').at(-1);
  assert.deepEqual([answer?.ephemeral, answer?.buttons.map(({ label }) => label)], [true, ['All checks', 'Plan']]);
  await setup.standIn.press('bob', answer?.id ?? '', 'Plan');
  const pressed = last(setup, 'press');
  assert.deepEqual([pressed.button, pressed.about], ['plan', 'prod']);
  const form = await setup.slack.chat.open({ door: bob, token: pressed.reply }, plan);
  assert.equal(setup.standIn.screen('bob').modal?.submit, null);
  await form?.change({ ...plan, blocks: [{ kind: 'code', code: 'SET …' }], submit: 'Apply', about: 'prod 1a2b' });
  assert.equal(setup.standIn.screen('bob').modal?.submit, 'Apply');
  assert.deepEqual(await setup.standIn.submit('bob', {}), { ok: true, status: 200 });
  const sent = last(setup, 'submit');
  assert.deepEqual([sent.form, sent.about, sent.values], ['plan', 'prod 1a2b', {}]);
  await setup.slack.chat.answer({ door: bob, token: sent.reply }, { title: ['Applied.'], blocks: [] });
  const said = setup.standIn.inbox('bob').at(-1);
  assert.deepEqual([said?.text, said?.ephemeral, said?.channel], ['Applied.', true, 'C0APPROVERS']);
});

test('a form that a button of the home opened comes back without a place, and its answer comes as a direct message', async () => {
  setup = await setUp();
  await setup.slack.chat.home(bob, home);
  const button = { type: 'button', action_id: 'ask', block_id: 'b', text: { type: 'plain_text', text: 'Ask' } };
  const press = {
    type: 'block_actions',
    user: { id: 'U0BOB', team_id: 'T0CONTOSO' },
    team: { id: 'T0CONTOSO' },
    container: { type: 'view', view_id: 'V1' },
    view: { id: 'V1', type: 'home' },
    trigger_id: '1.2.3',
    actions: [button],
  };
  assert.equal((await setup.standIn.forge(press)).status, 200);
  const pressed = last(setup, 'press');
  assert.deepEqual([pressed.button, pressed.about, pressed.place], ['ask', '', null]);
  await setup.slack.chat.answer({ door: bob, token: pressed.reply }, { title: ['Hello.'], blocks: [] });
  assert.deepEqual(
    setup.standIn.inbox('bob').map(({ channel, ephemeral }) => [channel, ephemeral]),
    [['D0BOB', false]],
  );
});

test('a button on the home is pressed there, and opens its form', async () => {
  setup = await setUp({ suggest });
  await setup.slack.chat.home(bob, home);
  assert.deepEqual(await setup.standIn.press('bob', 'home', 'Ask for access'), { ok: true, status: 200 });
  const pressed = last(setup, 'press');
  assert.deepEqual([pressed.button, pressed.about, pressed.place], ['ask', '', null]);
  assert.notEqual(await setup.slack.chat.open({ door: bob, token: pressed.reply }, ask), null);
  assert.equal(setup.standIn.screen('bob').modal?.title, 'Ask for access');
});

test('a form over a form comes back to the one below it', async () => {
  setup = await setUp();
  await opened(setup, { ...details, blocks: approverCard.blocks });
  await setup.standIn.press('alice', 'modal', 'deny');
  await setup.slack.chat.open({ door: alice, token: last(setup, 'press').reply }, deny);
  assert.equal(setup.standIn.screen('alice').modal?.title, 'Deny');
  await setup.standIn.dismiss('alice');
  assert.equal(setup.standIn.screen('alice').modal?.title, 'Details');
});

test('a form that stands open shows something else, and nothing happens when it was closed meanwhile', async () => {
  setup = await setUp();
  const form = await opened(setup, details);
  await form?.change({ ...details, title: 'More' });
  assert.equal(setup.standIn.screen('alice').modal?.title, 'More');
  await setup.standIn.dismiss('alice');
  await form?.change({ ...details, title: 'Even more' });
  assert.equal(setup.standIn.screen('alice').modal, null);
});

test('what an open form is about changes with it', async () => {
  setup = await setUp();
  const form = await opened(setup, { ...deny, about: '' });
  await form?.change(deny);
  await setup.standIn.submit('alice', { reason: 'x' });
  assert.equal(last(setup, 'submit').about, '7F3KQ2ZN');
});

test('a form that is opened too late, or twice, is none, and no fault', async () => {
  let now = Date.now();
  setup = await setUp({ now: () => now });
  await opened(setup, ask);
  const again = { door: alice, token: last(setup, 'command').reply };
  assert.equal(await setup.slack.chat.open(again, ask), null);
  await setup.standIn.command('alice', '/crdb-access');
  now += 3_500;
  assert.equal(await setup.slack.chat.open({ door: alice, token: last(setup, 'command').reply }, ask), null);
});

test('a form that Slack does not open because it is down is a fault', async () => {
  setup = await setUp();
  await setup.standIn.command('alice', '/crdb-access');
  setup.standIn.fault('down');
  const open = setup.slack.chat.open({ door: alice, token: last(setup, 'command').reply }, ask);
  await assert.rejects(open, (error) => error instanceof Fault && error.code === 'chat_unavailable');
});

test('a form that can not be recorded stays open and says so beside its first field; sent again, it is received under one key', async () => {
  let down = true;
  setup = await setUp({
    suggest,
    receive: ({ kind }) => (kind === 'submit' && down ? Promise.reject(new Error('store is down')) : Promise.resolve()),
  });
  await opened(setup, ask);
  const refused = await setup.standIn.submit('alice', { entitlement: 'analytics' });
  assert.equal(refused.ok, false);
  assert.match(refused.errors?.entitlement ?? '', /could not be recorded, so nothing was done/);
  assert.notEqual(setup.standIn.screen('alice').modal, null);
  down = false;
  assert.equal((await setup.standIn.submit('alice', { entitlement: 'analytics' })).ok, true);
  const keys = setup.received.filter(({ kind }) => kind === 'submit').map(({ key }) => key);
  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 1);
});

test('a form without fields that can not be recorded is covered by a sentence, and still there below it', async () => {
  setup = await setUp({ receive: ({ kind }) => (kind === 'submit' ? Promise.reject(new Error('down')) : Promise.resolve()) });
  await opened(setup, { ...details, submit: 'Go on' });
  await setup.standIn.submit('alice', {});
  assert.match(JSON.stringify(setup.standIn.screen('alice').modal?.blocks), /could not be recorded/);
  await setup.standIn.dismiss('alice');
  assert.equal(setup.standIn.screen('alice').modal?.title, 'Details');
});

test('a form of another program is answered with a sentence and not received', async () => {
  setup = await setUp();
  await opened(setup, ask);
  const view = { id: 'V1', callback_id: 'survey', private_metadata: '', state: { values: {} }, blocks: [] };
  const who = { user: { id: 'U0ALICE' }, team: { id: 'T0CONTOSO' } };
  const acked = await setup.standIn.forge({ type: 'view_submission', ...who, trigger_id: '1', view });
  assert.equal(acked.status, 200);
  assert.equal(setup.received.length, 1);
});

test('nothing is offered when the core fails, and nothing falls over', async () => {
  setup = await setUp({ suggest: () => Promise.reject(new Error('the directory is down')) });
  await opened(setup, ask);
  assert.deepEqual(await setup.standIn.suggest('alice', 'entitlement', 'a'), []);
  assert.ok(setup.lines.some((line) => line.level === 'warn' && line.facts.error === 'the directory is down'));
});

test('nothing is offered when the core takes longer than Slack waits', async () => {
  setup = await setUp({ suggest: () => new Promise((resolve) => setTimeout(resolve, 4_000, offered)) });
  await opened(setup, ask);
  const before = Date.now();
  assert.deepEqual(await setup.standIn.suggest('alice', 'entitlement', 'a'), []);
  assert.ok(Date.now() - before < 3_000);
});

test('500 things are offered 100 at a time, and one of them is found by typing', async () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ value: `team-${i}`, label: `team-${i}: Team`, says: '' }));
  setup = await setUp({ suggest: (_door, _field, typed) => Promise.resolve(many.filter(({ value }) => value.includes(typed))) });
  await opened(setup, ask);
  assert.equal((await setup.standIn.suggest('alice', 'entitlement', '')).length, 100);
  assert.deepEqual(await setup.standIn.suggest('alice', 'entitlement', 'team-417'), [many[417]]);
});

test('the same person who types the same again within a minute is not looked up again; somebody else is', async () => {
  const asked: string[] = [];
  setup = await setUp({
    suggest: (door, field, typed) => {
      asked.push(`${door.user} ${field} ${typed}`);
      return Promise.resolve(offered);
    },
  });
  await opened(setup, ask);
  for (const typed of ['', 'a', '', 'a']) await setup.standIn.suggest('alice', 'entitlement', typed);
  assert.deepEqual(asked, ['U0ALICE entitlement ', 'U0ALICE entitlement a']);
  await setup.standIn.command('bob', '/crdb-access');
  await setup.slack.chat.open({ door: bob, token: last(setup, 'command').reply }, ask);
  await setup.standIn.suggest('bob', 'entitlement', '');
  assert.equal(asked.length, 3);
});

test('somebody who looks at the home is received, once an event', async () => {
  setup = await setUp();
  await setup.standIn.openHome('carol');
  await setup.standIn.openHome('carol');
  assert.deepEqual(
    setup.received.map(({ kind, door }) => [kind, door.user]),
    [
      ['home', 'U0CAROL'],
      ['home', 'U0CAROL'],
    ],
  );
  assert.match(setup.received[0]?.key ?? '', /^slack:home:Ev/);
  assert.notEqual(setup.received[0]?.key, setup.received[1]?.key);
});

test('a look at the home that can not be recorded is not acknowledged, and Slack comes again with the same key', async () => {
  let fails = 1;
  setup = await setUp({
    receive: () => (fails-- > 0 ? Promise.reject(new Error('store is down')) : Promise.resolve()),
    waits: { events_api: [20, 50, 100] },
  });
  await setup.standIn.openHome('carol');
  await until(() => (setup?.received.length ?? 0) >= 2);
  assert.equal(setup.received[0]?.key, setup.received[1]?.key);
});

test('the home is published for one person and shows what the card says', async () => {
  setup = await setUp();
  await setup.slack.chat.home(alice, home);
  await setup.slack.chat.home(alice, { ...home, title: ['Your access, later'] });
  assert.match(JSON.stringify(setup.standIn.screen('alice').home?.blocks), /Your access, later/);
  assert.equal(setup.standIn.screen('bob').home, null);
});

test('a reply token fits into what a form carries, whatever it is about; one that does not goes without its response URL', () => {
  const reply = replyAddress(JSON.stringify({ user: 'U1', responseUrl: `https://hooks.slack.com/${'x'.repeat(2_900)}` }));
  const about = 'R'.repeat(200);
  const form = { ...deny, about };
  const view = modal(form, carry(about, reply));
  assert.ok((view.private_metadata?.length ?? 0) <= 3000);
  assert.equal(carried(view.private_metadata ?? '')?.about, about);
  assert.equal(carried(view.private_metadata ?? '')?.reply.responseUrl, null);
});

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(done(), 'it did not come');
}
