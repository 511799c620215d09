import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import { approverCard, decidedCard, directMessage } from './slack-cards.ts';
import { type Setup, setUp } from './slack-setup.ts';

let setup: Setup | undefined;
afterEach(async () => {
  await setup?.end();
  setup = undefined;
});

const tag = { requestId: '7F3KQ2ZN', kind: 'approval' };
const outcome = { requestId: '7F3KQ2ZN', kind: 'outcome' };
const alice = { platform: 'slack', team: 'T0CONTOSO', user: 'U0ALICE' };
const approvers = { channel: 'C0APPROVERS' };
const fault = (code: string, retry: string) => (error: unknown) =>
  error instanceof Fault && error.code === code && error.retry === retry;

test('a person is known by name and confirmed address', async () => {
  setup = await setUp();
  assert.deepEqual(await setup.slack.chat.whoIs(alice), {
    displayName: 'Alice Park',
    mail: 'alice@contoso.com',
    oid: null,
    outsider: null,
  });
});

test('an address that is not confirmed counts as none', async () => {
  setup = await setUp({ special: { alice: { is_email_confirmed: false } } });
  assert.equal((await setup.slack.chat.whoIs(alice)).mail, null);
});

const outsiders = [
  ['bot', { is_bot: true }],
  ['deleted', { deleted: true }],
  ['stranger', { is_stranger: true }],
  ['stranger', { team_id: 'T0PARTNER' }],
  ['guest', { is_restricted: true }],
  ['guest', { is_ultra_restricted: true }],
] as const;
for (const [outsider, special] of outsiders) {
  test(`${JSON.stringify(special)} makes a ${outsider}`, async () => {
    setup = await setUp({ special: { alice: special } });
    assert.equal((await setup.slack.chat.whoIs(alice)).outsider, outsider);
  });
}

test('somebody whom Slack does not know is a stranger, and no fault', async () => {
  setup = await setUp();
  const nobody = await setup.slack.chat.whoIs({ ...alice, user: 'U0NOBODY' });
  assert.deepEqual([nobody.outsider, nobody.mail], ['stranger', null]);
});

test('a card is posted to a channel, updated in place, and loses its buttons', async () => {
  setup = await setUp();
  const place = await setup.slack.chat.post(approvers, approverCard, tag, false);
  await setup.slack.chat.update(place, decidedCard, tag);
  const [item, ...more] = setup.standIn.inbox('bob');
  assert.deepEqual(more, []);
  assert.match(item?.text ?? '', /^Approved by Bob Ito at <!date\^1795528982\^\{time\}\|14:03 UTC>\n/);
  assert.deepEqual(item?.buttons, []);
});

test('what may be there already is looked for before it is posted, by request and kind', async () => {
  setup = await setUp();
  const first = await setup.slack.chat.post({ door: alice }, directMessage, outcome, false);
  assert.deepEqual(await setup.slack.chat.post({ door: alice }, directMessage, outcome, true), first);
  await setup.slack.chat.post({ door: alice }, directMessage, { ...outcome, kind: 'note' }, true);
  await setup.slack.chat.post({ door: alice }, directMessage, { ...outcome, requestId: 'OTHER' }, true);
  assert.equal(setup.standIn.inbox('alice').length, 3);
});

test('it is found below 250 newer messages too, and after it was updated', async () => {
  setup = await setUp();
  const first = await setup.slack.chat.post({ door: alice }, directMessage, outcome, false);
  await setup.slack.chat.update(first, decidedCard, outcome);
  for (let i = 0; i < 250; i += 1) await setup.standIn.say('alice', 'D0ALICE', `message ${i}`);
  assert.deepEqual(await setup.slack.chat.post({ door: alice }, directMessage, outcome, true), first);
});

test('a message that was posted while its answer got lost is not posted again, but found', async () => {
  let lose = true;
  const lost: Setup = await setUp({
    watch: (when, what) => {
      if (when === 'after' && what === 'chat.postMessage' && lose) lost.standIn.fault('down');
    },
  });
  setup = lost;
  await assert.rejects(
    lost.slack.chat.post({ door: alice }, directMessage, outcome, false),
    fault('chat_unavailable', 'unknown'),
  );
  lose = false;
  lost.standIn.fault('none');
  await lost.slack.chat.post({ door: alice }, directMessage, outcome, true);
  assert.equal(lost.standIn.inbox('alice').length, 1);
});

test('twelve cards at once go to a channel one a second; those whose turn is far off are for later, and none is lost or throttled', async () => {
  const at: number[] = [];
  setup = await setUp({
    watch: (when, what) => {
      if (when === 'before' && what === 'chat.postMessage') at.push(Date.now());
    },
  });
  const { chat } = setup.slack;
  let later = 0;
  async function persist(requestId: string): Promise<void> {
    try {
      await chat.post(approvers, approverCard, { ...tag, requestId }, false);
    } catch (error) {
      assert.ok(fault('chat_unavailable', 'later')(error), String(error));
      later += 1;
      await new Promise((resolve) => setTimeout(resolve, ((error as Fault).retryAfter ?? 0) * 1000));
      await persist(requestId);
    }
  }
  await Promise.all(Array.from({ length: 12 }, (_, i) => persist(`R${i}`)));
  assert.equal(setup.standIn.inbox('bob').length, 12);
  assert.equal(at.length, 12, 'each was sent once');
  for (const [i, when] of at.entries()) if (i > 0) assert.ok(when - (at[i - 1] ?? 0) >= 900, 'a second apart');
  assert.ok(later > 0);
});

test('direct messages to different people do not wait for each other', async () => {
  setup = await setUp();
  const { chat } = setup.slack;
  const users = ['U0ALICE', 'U0BOB', 'U0CAROL'];
  const before = Date.now();
  await Promise.all(users.map((user) => chat.post({ door: { ...alice, user } }, directMessage, outcome, false)));
  assert.ok(Date.now() - before < 900);
});

const reaches = [
  ['ok', (standing: Setup) => standing],
  ['archived', (standing: Setup) => standing.standIn.archive('crdb-approvals')],
  ['not_in', (standing: Setup) => standing.standIn.removeBot('crdb-approvals')],
] as const;
for (const [reach, make] of reaches) {
  test(`whether a channel can be reached is read from Slack: ${reach}`, async () => {
    setup = await setUp({ scopes: ['channels:read'] });
    make(setup);
    assert.equal(await setup.slack.chat.reach('C0APPROVERS'), reach);
  });
}

test('a channel that is not there is gone, and an outage is a fault', async () => {
  setup = await setUp({ scopes: ['channels:read'] });
  assert.equal(await setup.slack.chat.reach('C0NONE'), 'gone');
  setup.standIn.fault('down');
  await assert.rejects(setup.slack.chat.reach('C0APPROVERS'), fault('chat_unavailable', 'later'));
});

test('throttling that does not end is a fault for later, with the seconds to wait', async () => {
  setup = await setUp();
  setup.standIn.fault('429');
  await assert.rejects(
    setup.slack.chat.post(approvers, approverCard, tag, false),
    (error) => fault('chat_unavailable', 'later')(error) && (error as Fault).retryAfter === 2,
  );
  await assert.rejects(setup.slack.chat.whoIs(alice), fault('chat_unavailable', 'later'));
});

test('Slack being down is a fault for later where a second try does no harm, and for reading again where it does', async () => {
  setup = await setUp();
  const place = await setup.slack.chat.post(approvers, approverCard, tag, false);
  setup.standIn.fault('down');
  await assert.rejects(setup.slack.chat.post(approvers, approverCard, tag, false), fault('chat_unavailable', 'unknown'));
  await assert.rejects(setup.slack.chat.update(place, decidedCard, tag), fault('chat_unavailable', 'later'));
  await assert.rejects(setup.slack.chat.whoIs(alice), fault('chat_unavailable', 'later'));
});

test('a slow Slack is waited for', async () => {
  setup = await setUp();
  await setup.slack.chat.whoIs(alice);
  setup.standIn.fault('slow');
  assert.equal((await setup.slack.chat.whoIs(alice)).outsider, null);
});

const refusals = [
  ['a channel that is not there', { to: { channel: 'C0NONE' } }, /channel_not_found \(check the channel id/],
  ['a channel without the bot', { to: { channel: 'C0GENERAL' } }, /not_in_channel \(invite the bot/],
  ['a token that is not valid', { botToken: 'xoxb-wrong' }, /invalid_auth \(set SLACK_BOT_TOKEN/],
  ['a scope that is missing', { scopes: ['users:read'] }, /missing_scope \(add the scope/],
] as const;
for (const [name, how, message] of refusals) {
  test(`${name} is refused for good, with what to do`, async () => {
    const { to = approvers, ...options } = how as { to?: typeof approvers; botToken?: string; scopes?: string[] };
    setup = await setUp(options);
    await assert.rejects(setup.slack.chat.post(to, approverCard, tag, false), (error) => {
      assert.ok(fault('chat_refused', 'never')(error));
      assert.match((error as Fault).message, message);
      return true;
    });
  });
}

async function replyOf(standing: Setup, channel?: string): Promise<string> {
  await standing.standIn.command('bob', '/crdb-access help', channel);
  return standing.received.at(-1)?.reply ?? '';
}
const bob = { platform: 'slack', team: 'T0CONTOSO', user: 'U0BOB' };
const answers = (standing: Setup) => standing.standIn.inbox('bob').map(({ channel, ephemeral }) => [channel, ephemeral]);

test('an answer goes where the person spoke, for that person alone', async () => {
  setup = await setUp();
  await setup.slack.chat.answer({ door: bob, token: await replyOf(setup, 'crdb-approvals') }, decidedCard);
  assert.deepEqual(answers(setup), [['C0APPROVERS', true]]);
  assert.deepEqual(setup.standIn.inbox('carol'), []);
});

test('when the response URL is used up, the answer still comes beside it', async () => {
  setup = await setUp();
  const token = await replyOf(setup, 'crdb-approvals');
  for (let i = 0; i < 7; i += 1) await setup.slack.chat.answer({ door: bob, token }, decidedCard);
  assert.deepEqual(answers(setup), Array(7).fill(['C0APPROVERS', true]));
});

test('when the response URL is too old and the bot is not in the channel, the answer comes as a direct message', async () => {
  let now = Date.now();
  setup = await setUp({ now: () => now });
  const token = await replyOf(setup, 'general');
  await setup.slack.chat.answer({ door: bob, token }, decidedCard);
  now += 31 * 60 * 1000;
  await setup.slack.chat.answer({ door: bob, token }, decidedCard);
  assert.deepEqual(answers(setup), [
    ['C0GENERAL', true],
    ['D0BOB', false],
  ]);
});

test('an answer while Slack is down is a fault for later', async () => {
  setup = await setUp();
  const token = await replyOf(setup);
  setup.standIn.fault('down');
  await assert.rejects(setup.slack.chat.answer({ door: bob, token }, decidedCard), fault('chat_unavailable', 'later'));
});

test('a response URL of a foreign host is never called', async () => {
  setup = await setUp();
  let called = 0;
  const foreign = createServer((_, res) => {
    called += 1;
    res.end('ok');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  const { port } = foreign.address() as AddressInfo;
  const token = JSON.stringify({ responseUrl: `http://127.0.0.1:${port}/x`, channel: 'D0BOB', user: 'U0BOB' });
  await setup.slack.chat.answer({ door: bob, token }, decidedCard);
  await new Promise((resolve) => foreign.close(resolve));
  assert.equal(called, 0);
  assert.deepEqual(answers(setup), [['D0BOB', true]]);
});
