import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { approverCard } from './slack-cards.ts';
import { type Setup, setUp } from './slack-setup.ts';

let setup: Setup | undefined;
afterEach(async () => {
  await setup?.end();
  setup = undefined;
});

const tag = { requestId: '7F3KQ2ZN', kind: 'approval' };

test('a typed command is received once, with who typed it and what, and acknowledged with an empty answer', async () => {
  setup = await setUp();
  const acked = await setup.standIn.command('alice', '/crdb-access request analytics because <!channel> & co');
  assert.deepEqual(acked, { ok: true, status: 200 });
  assert.equal(setup.received.length, 1);
  const [typed] = setup.received;
  assert.equal(typed?.kind, 'command');
  assert.deepEqual(typed?.door, { platform: 'slack', team: 'T0CONTOSO', user: 'U0ALICE' });
  assert.equal(typed?.kind === 'command' && typed.text, 'request analytics because <!channel> & co');
  assert.match(typed?.key ?? '', /^slack:command:\d/);
  assert.deepEqual(setup.standIn.inbox('alice'), []);
});

test('the second command is received as the word that it stands for, and its answer is seen by the typer alone, where they typed', async () => {
  setup = await setUp();
  for (const text of ['/crdb-status', '/crdb-status prod', '/crdb-access status prod'])
    assert.deepEqual(await setup.standIn.command('carol', text, 'crdb-admins'), { ok: true, status: 200 });
  const words = setup.received.map((typed) => typed.kind === 'command' && typed.text);
  assert.deepEqual(words, ['status', 'status prod', 'status prod']);
  assert.equal(new Set(setup.received.map(({ key }) => key)).size, 3);
  const [typed] = setup.received;
  assert.ok(typed);
  await setup.slack.chat.answer({ door: typed.door, token: typed.reply }, { title: ['prod: healthy'], blocks: [] });
  const [answer] = setup.standIn.inbox('carol');
  assert.deepEqual([answer?.text, answer?.ephemeral, answer?.channel], ['prod: healthy', true, 'C0ADMINS']);
  assert.deepEqual(setup.standIn.inbox('grace'), []);
});

test('a press is received with its button, its request and the place where the card stands', async () => {
  setup = await setUp();
  const place = await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const [card] = setup.standIn.inbox('bob');
  assert.equal(card?.id, `${place.channel}:${place.message}`);
  assert.deepEqual(await setup.standIn.press('bob', card?.id ?? '', 'aPPROVE'), { ok: true, status: 200 });
  const [pressed] = setup.received;
  assert.ok(pressed?.kind === 'press');
  assert.equal(pressed.button, 'approve');
  assert.equal(pressed.about, '7F3KQ2ZN');
  assert.deepEqual(pressed.place, place);
  assert.equal(pressed.door.user, 'U0BOB');
  assert.equal(typeof pressed.reply, 'string');
});

test('two presses of one button have two keys, and the same delivery twice has one', async () => {
  setup = await setUp();
  await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const id = setup.standIn.inbox('bob')[0]?.id ?? '';
  const payload = setup.standIn.payload('bob', id, 'deny') ?? {};
  await setup.standIn.forge(payload);
  await setup.standIn.forge({ ...payload, extra: 1 });
  await setup.standIn.press('bob', id, 'deny');
  const keys = setup.received.map((interaction) => interaction.key);
  assert.equal(keys.length, 3);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[0], keys[2]);
});

test('200 presses at once are all acknowledged in time, each received once under a key of its own', async () => {
  setup = await setUp({ receive: () => new Promise((resolve) => setTimeout(resolve, 20)) });
  await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const { standIn } = setup;
  const id = standIn.inbox('bob')[0]?.id ?? '';
  const acked = await Promise.all(
    Array.from({ length: 200 }, (_, i) => standIn.press(i % 2 === 0 ? 'bob' : 'carol', id, 'approve')),
  );
  assert.ok(acked.every(({ ok }) => ok));
  assert.equal(new Set(setup.received.map(({ key }) => key)).size, 200);
  assert.equal(setup.received.length, 200);
});

test('it is acknowledged only after it is durable: receive takes 300 ms, the answer comes after', async () => {
  let durableAt = 0;
  setup = await setUp({
    receive: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      durableAt = Date.now();
    },
  });
  const before = Date.now();
  const acked = await setup.standIn.command('alice', '/crdb-access help');
  assert.equal(acked.ok, true);
  assert.ok(durableAt > 0, 'receive had resolved before the answer came');
  assert.ok(Date.now() - before >= 300);
});

test('whoever typed what could not be recorded is told at once that nothing was done', async () => {
  setup = await setUp({ receive: () => Promise.reject(new Error('store is down')) });
  const acked = await setup.standIn.command('alice', '/crdb-access request analytics');
  assert.equal(acked.status, 200);
  const [answer] = setup.standIn.inbox('alice');
  assert.match(answer?.text ?? '', /could not be recorded, so nothing was done\. Try again/);
  assert.equal(answer?.ephemeral, true);
  assert.ok(setup.lines.some((line) => line.level === 'error' && line.facts.error === 'store is down'));
});

test('whoever pressed what could not be recorded is told at once that nothing was done', async () => {
  setup = await setUp({ receive: () => Promise.reject(new Error('store is down')) });
  await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const id = setup.standIn.inbox('bob')[0]?.id ?? '';
  await setup.standIn.press('bob', id, 'approve');
  const told = await until(() => setup?.standIn.inbox('bob').find((item) => item.ephemeral));
  assert.match(told.text, /could not be recorded, so nothing was done/);
  assert.equal(setup.standIn.inbox('carol').filter((item) => item.ephemeral).length, 0);
});

test('a store that hangs is said within the three seconds that Slack gives, without claiming that nothing was done', async () => {
  setup = await setUp({ receive: () => new Promise((resolve) => setTimeout(resolve, 4_000)) });
  const before = Date.now();
  const acked = await setup.standIn.command('alice', '/crdb-access help');
  assert.equal(acked.status, 200);
  assert.ok(Date.now() - before < 3_000);
  assert.match(setup.standIn.inbox('alice')[0]?.text ?? '', /takes unusually long/);
  assert.doesNotMatch(setup.standIn.inbox('alice')[0]?.text ?? '', /nothing was done/);
});

test('a press is taken and recorded while the Web API of Slack is down', async () => {
  setup = await setUp();
  await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const id = setup.standIn.inbox('bob')[0]?.id ?? '';
  setup.standIn.fault('down');
  assert.deepEqual(await setup.standIn.press('bob', id, 'approve'), { ok: true, status: 200 });
  assert.equal(setup.received.length, 1);
});

test('a button that the bot does not know is answered with a sentence and not received', async () => {
  setup = await setUp();
  await setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false);
  const payload = setup.standIn.payload('bob', setup.standIn.inbox('bob')[0]?.id ?? '', 'approve') as { actions: object[] };
  const actions = [{ ...payload.actions[0], action_id: 'explode' }];
  assert.equal((await setup.standIn.forge({ ...payload, actions })).status, 200);
  const told = await until(() => setup?.standIn.inbox('bob').find((item) => item.ephemeral));
  assert.match(told.text, /belongs to nothing that the bot knows/);
  assert.equal(setup.received.length, 0);
});

test('other kinds of interactions and events are acknowledged and not received', async () => {
  setup = await setUp();
  for (const type of ['view_closed', 'shortcut', 'message_action', 'workflow_step_edit']) {
    const before = Date.now();
    assert.equal((await setup.standIn.forge({ type, trigger_id: '1', user: { id: 'U0BOB' } })).status, 200);
    assert.ok(Date.now() - before < 1_000, `${type} is answered at once`);
  }
  assert.equal(setup.received.length, 0);
});

test('closing waits for what is under way and refuses what comes after', async () => {
  setup = await setUp({ receive: () => new Promise((resolve) => setTimeout(resolve, 300)) });
  const typed = setup.standIn.command('alice', '/crdb-access help');
  await until(() => setup?.received[0]);
  const closed = setup.slack.close();
  assert.equal((await setup.standIn.command('bob', '/crdb-access help')).status, 503);
  await closed;
  assert.deepEqual(await typed, { ok: true, status: 200 });
});

test('nothing that was logged holds the token, the signing secret or a response URL', async () => {
  setup = await setUp({ receive: () => Promise.reject(new Error('store is down')) });
  await setup.standIn.command('alice', '/crdb-access help');
  setup.standIn.fault('down');
  await assert.rejects(setup.slack.chat.post({ channel: 'C0APPROVERS' }, approverCard, tag, false));
  const all = JSON.stringify(setup.lines);
  assert.ok(all.length > 2);
  for (const secret of [setup.standIn.botToken, setup.standIn.signingSecret, '/actions/response/'])
    assert.ok(!all.includes(secret));
});

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 100; i += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come');
}
