// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { installedScopes } from '../../src/sandbox/slack/start.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
afterEach(() => b.end());

const approvers = 'C0APPROVERS';
const metadata = { event_type: 'crdb_access', event_payload: { request_id: 'R1', kind: 'approval' } };
const buttons = [
  {
    type: 'actions',
    elements: [{ type: 'button', action_id: 'approve', value: 'R1', text: { type: 'plain_text', text: 'Approve' } }],
  },
];

// apis/web-api/#authentication
test('a call needs the bot token: not_authed without one, invalid_auth with another', async () => {
  b = await bench();
  assert.equal((await b.api('auth.test', {}, { token: null })).error, 'not_authed');
  assert.equal((await b.api('auth.test', {}, { token: 'xoxb-other' })).error, 'invalid_auth');
  const me = await b.api('auth.test');
  assert.deepEqual([me.ok, me.team_id, me.bot_id], [true, 'T0CONTOSO', 'B0CRDBACCESS']);
  assert.equal((await b.api('no.such')).error, 'unknown_method');
});

// reference/scopes
test('a method without its scope is missing_scope, and says which is needed and which are there', async () => {
  b = await bench({ scopes: ['users:read'] });
  const refused = await b.api('chat.postMessage', { channel: approvers, text: 'x' });
  assert.deepEqual([refused.error, refused.needed, refused.provided], ['missing_scope', 'chat:write', 'users:read']);
  assert.equal((await b.api('conversations.history', { channel: 'D0ALICE' })).needed, 'im:history');
  assert.equal((await b.api('conversations.history', { channel: 'C0ADMINS' })).needed, 'groups:history');
  assert.equal((await b.api('conversations.history', { channel: approvers })).needed, 'channels:history');
});

// reference/methods/users.info, reference/objects/user-object
test('users.info has the flags of the user object, and the address only with users:read.email', async () => {
  b = await bench({ scopes: ['users:read'] });
  const { user } = (await b.api('users.info', { user: 'U0ALICE' })) as unknown as { user: { profile: object } };
  assert.deepEqual(
    { ...user, profile: 0 },
    {
      id: 'U0ALICE',
      team_id: 'T0CONTOSO',
      name: 'alice',
      real_name: 'Alice Park',
      deleted: false,
      is_admin: false,
      is_owner: false,
      is_bot: false,
      is_app_user: false,
      is_restricted: false,
      is_ultra_restricted: false,
      is_email_confirmed: true,
      tz: 'Europe/Amsterdam',
      profile: 0,
    },
  );
  assert.ok(!('email' in user.profile));
  assert.equal((await b.api('users.info', { user: 'U0NONE' })).error, 'user_not_found');
});

// reference/methods/users.lookupByEmail
test('users.lookupByEmail finds a person by address', async () => {
  b = await bench();
  const found = (await b.api('users.lookupByEmail', { email: 'Bob@contoso.com' })) as { user?: { id: string } };
  assert.equal(found.user?.id, 'U0BOB');
  assert.equal((await b.api('users.lookupByEmail', { email: 'x@y.z' })).error, 'users_not_found');
});

// reference/methods/conversations.open, conversations.info, conversations.members
test('direct messages are opened by the id of the user; channels tell their kind and their members', async () => {
  b = await bench({ scopes: [...installedScopes, 'channels:read', 'im:read'] });
  assert.deepEqual((await b.api('conversations.open', { users: 'U0ALICE' })).channel, { id: 'D0ALICE' });
  assert.equal((await b.api('conversations.open', { users: 'U0NONE' })).error, 'user_not_found');
  assert.equal((await b.api('conversations.open')).error, 'users_list_not_supplied');
  assert.deepEqual((await b.api('conversations.members', { channel: approvers })).members, ['U0BOB', 'U0CAROL', 'U0CRDBACCESS']);
  assert.deepEqual((await b.api('conversations.info', { channel: 'D0ALICE' })).channel, {
    id: 'D0ALICE',
    is_im: true,
    user: 'U0ALICE',
  });
  assert.equal((await b.api('conversations.info', { channel: 'C0NONE' })).error, 'channel_not_found');
});

// reference/methods/chat.postMessage
test('a message needs a channel that is there and has the bot, and text or blocks', async () => {
  b = await bench();
  const post = async (args: object) => (await b.api('chat.postMessage', { ...args })).error;
  assert.equal(await post({ channel: 'C0NONE', text: 'x' }), 'channel_not_found');
  assert.equal(await post({ channel: 'C0GENERAL', text: 'x' }), 'not_in_channel');
  assert.equal(await post({ channel: approvers }), 'no_text');
  assert.equal(await post({ channel: approvers, blocks: '[broken' }), 'invalid_blocks_format');
  assert.equal(await post({ channel: approvers, text: 'x', blocks: [{ type: 'header' }] }), 'invalid_blocks');
  assert.equal(await post({ channel: approvers, text: 'x', metadata: '{' }), 'invalid_metadata_format');
  assert.equal(await post({ channel: approvers, text: 'x', metadata: { event_type: 'x' } }), 'invalid_metadata_schema');
});

// apis/web-api/#basics
test('forms and JSON bodies are the same, and a user id posts to direct messages', async () => {
  b = await bench();
  assert.equal((await b.api('chat.postMessage', { channel: 'U0ALICE', text: 'form' })).channel, 'D0ALICE');
  assert.equal((await b.api('chat.postMessage', { channel: 'D0ALICE', text: 'json', metadata }, { json: true })).ok, true);
  assert.deepEqual(
    b.slack.inbox('alice').map((item) => item.text),
    ['form', 'json'],
  );
});

// changelog/2018-04-truncating-really-long-messages; reference/methods/chat.update
test('posted text is cut at 40,000 characters, and updated text of more than 4,000 is msg_too_long', async () => {
  b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: 'D0ALICE', text: 'x'.repeat(50_000) });
  assert.equal(b.slack.inbox('alice')[0]?.text.length, 40_000);
  assert.equal((await b.api('chat.update', { channel: 'D0ALICE', ts, text: 'x'.repeat(4_001) })).error, 'msg_too_long');
});

// messaging/retrieving-messages: a timestamp is unique in its channel
test('every message has a timestamp of its own, also when they come at once', async () => {
  b = await bench({ now: () => 1_795_528_982_000 });
  const posted = await Promise.all(
    Array.from({ length: 10 }, () => b.api('chat.postMessage', { channel: approvers, text: 'x' })),
  );
  assert.equal(new Set(posted.map((p) => p.ts)).size, 10);
  for (const { ts } of posted) assert.match(String(ts), /^\d{10}\.\d{6}$/);
});

// apis/web-api/rate-limits, "Posting messages": one a second and channel, short bursts allowed
test('posting faster than one a second and channel is 429 with Retry-After, after a short burst', async () => {
  let now = 1_795_528_982_000;
  b = await bench({ now: () => now });
  const post = (channel: string) => b.api('chat.postMessage', { channel, text: 'x' });
  for (let i = 0; i < 10; i += 1) assert.equal((await post(approvers)).ok, true);
  const refused = await post(approvers);
  assert.deepEqual([refused.status, refused.error, refused.retryAfter], [429, 'ratelimited', '1']);
  assert.equal((await post('D0ALICE')).ok, true);
  now += 1_000;
  assert.equal((await post(approvers)).ok, true);
  assert.equal((await post(approvers)).status, 429);
  assert.equal(b.slack.inbox('bob').length, 11);
});

// reference/methods/chat.update
test('chat.update changes only messages of its own; ephemerals are not found', async () => {
  b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: approvers, text: 'a', blocks: buttons, metadata });
  const update = (args: object) => b.api('chat.update', { channel: approvers, text: 'b', ...args });
  assert.equal((await update({ ts: '1.000000' })).error, 'message_not_found');
  await b.slack.say('bob', 'crdb-approvals', 'mine');
  const [, mine] = b.slack.inbox('bob');
  assert.equal((await update({ ts: mine?.id.split(':')[1] })).error, 'cant_update_message');
  const { message_ts } = await b.api('chat.postEphemeral', { channel: approvers, user: 'U0BOB', text: 'psst' });
  assert.equal((await update({ ts: message_ts })).error, 'message_not_found');
  assert.equal((await update({ ts })).ok, true);
  assert.deepEqual(b.slack.inbox('bob')[0]?.buttons, []);
});

// reference/methods/chat.postEphemeral
test('an ephemeral is for one member of a channel that has the bot', async () => {
  b = await bench();
  const post = (args: object) => b.api('chat.postEphemeral', { text: 'psst', ...args });
  assert.equal((await post({ channel: 'C0NONE', user: 'U0BOB' })).error, 'channel_not_found');
  assert.equal((await post({ channel: 'C0GENERAL', user: 'U0BOB' })).error, 'not_in_channel');
  assert.equal((await post({ channel: approvers, user: 'U0ALICE' })).error, 'user_not_in_channel');
  assert.equal((await post({ channel: approvers, user: 'U0BOB' })).ok, true);
  assert.deepEqual([b.slack.inbox('bob')[0]?.ephemeral, b.slack.inbox('carol').length], [true, 0]);
});

// reference/methods/conversations.history, messaging/message-metadata
test('history is newest first, in pages, with metadata only when asked for, without ephemerals, within oldest and latest', async () => {
  b = await bench();
  const sent: string[] = [];
  for (const text of ['one', 'two', 'three'])
    sent.push(String((await b.api('chat.postMessage', { channel: approvers, text, metadata })).ts));
  await b.api('chat.postEphemeral', { channel: approvers, user: 'U0BOB', text: 'psst' });
  type Page = {
    messages: { text: string; metadata?: object; bot_id?: string }[];
    has_more: boolean;
    response_metadata: { next_cursor: string };
  };
  const history = async (args: object) =>
    (await b.api('conversations.history', { channel: approvers, ...args })) as unknown as Page;
  const first = await history({ limit: 2 });
  assert.deepEqual(
    [first.messages.map((m) => m.text), first.has_more, first.messages[0]?.metadata],
    [['three', 'two'], true, undefined],
  );
  const rest = await history({ limit: 2, cursor: first.response_metadata.next_cursor, include_all_metadata: true });
  assert.deepEqual([rest.messages.map((m) => m.text), rest.has_more, rest.messages[0]?.metadata], [['one'], false, metadata]);
  assert.deepEqual(
    (await history({ oldest: sent[1] })).messages.map((m) => m.text),
    ['three'],
  );
  assert.deepEqual(
    (await history({ oldest: sent[1], latest: sent[1], inclusive: true })).messages.map((m) => m.text),
    ['two'],
  );
  assert.equal((await b.api('conversations.history', { channel: 'C0GENERAL' })).error, 'not_in_channel');
  assert.equal((await b.api('conversations.history', { channel: approvers, cursor: 'x' })).error, 'invalid_cursor');
});

test('a restart keeps tokens, messages, their buttons past and present, and goes on counting', async () => {
  b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: approvers, text: 'a', blocks: buttons, metadata });
  await b.api('chat.update', { channel: approvers, ts, text: 'decided' });
  const { botToken, signingSecret } = b.slack;
  const before = b.slack.inbox('bob');
  await b.restart();
  assert.deepEqual([b.slack.botToken, b.slack.signingSecret], [botToken, signingSecret]);
  assert.deepEqual(b.slack.inbox('bob'), before);
  assert.equal((await b.slack.press('bob', before[0]?.id ?? '', 'Approve')).ok, true);
  const next = await b.api('chat.postMessage', { channel: approvers, text: 'b' });
  assert.ok(String(next.ts) > String(ts));
  assert.equal((await stat(join(b.dir, 'app.json'))).mode & 0o777, 0o600);
});

test('the fault 429 answers every call with Retry-After 2 and does nothing, until it is switched off', async () => {
  b = await bench();
  b.slack.fault('429');
  const refused = await b.api('chat.postMessage', { channel: approvers, text: 'x' });
  assert.deepEqual([refused.status, refused.retryAfter, b.slack.inbox('bob').length], [429, '2', 0]);
  b.slack.fault('none');
  assert.equal((await b.api('chat.postMessage', { channel: approvers, text: 'x' })).ok, true);
});

test('the fault down resets connections, and they come back after it', async () => {
  b = await bench();
  b.slack.fault('down');
  await assert.rejects(b.api('auth.test'));
  b.slack.fault('none');
  assert.equal((await b.api('auth.test')).ok, true);
});

test('the fault slow takes five seconds a call', async () => {
  b = await bench();
  b.slack.fault('slow');
  const before = Date.now();
  assert.equal((await b.api('auth.test')).ok, true);
  assert.ok(Date.now() - before >= 4_900);
});

test('the watch stands around every call, with channel and request, and is waited for', async () => {
  const seen: unknown[] = [];
  b = await bench({
    watch: async (when, what, facts) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push([when, what, facts.channel, facts.requestId, b.slack.inbox('bob').length]);
    },
  });
  await b.api('chat.postMessage', { channel: approvers, text: 'x', metadata });
  assert.deepEqual(seen, [
    ['before', 'chat.postMessage', approvers, 'R1', 0],
    ['after', 'chat.postMessage', approvers, 'R1', 1],
  ]);
});

// reference/methods/chat.postMessage, chat.postEphemeral, chat.update, conversations.info
test('nothing is posted to an archived channel, and nothing in it changes, until it is brought back', async () => {
  b = await bench({ scopes: [...installedScopes, 'channels:read'] });
  const { ts } = await b.api('chat.postMessage', { channel: approvers, text: 'x' });
  const info = async () => (await b.api('conversations.info', { channel: approvers })).channel as { is_archived: boolean };
  assert.equal((await info()).is_archived, false);
  b.slack.archive('#crdb-approvals');
  assert.equal((await info()).is_archived, true);
  assert.equal((await b.api('chat.postMessage', { channel: approvers, text: 'x' })).error, 'is_archived');
  assert.equal((await b.api('chat.postEphemeral', { channel: approvers, user: 'U0BOB', text: 'x' })).error, 'is_archived');
  assert.equal((await b.api('chat.update', { channel: approvers, ts, text: 'y' })).error, 'is_inactive');
  b.slack.archive(approvers, false);
  assert.equal((await b.api('chat.postMessage', { channel: approvers, text: 'x' })).ok, true);
  assert.throws(() => b.slack.archive('none'), /no channel "none"/);
  assert.throws(() => b.slack.archive('D0ALICE'), /no channel/);
});

// reference/methods/conversations.info, chat.postMessage
test('a bot that was taken out of a channel is not in it; a private one is not even there for it', async () => {
  b = await bench({ scopes: [...installedScopes, 'channels:read', 'groups:read'] });
  const info = (channel: string) => b.api('conversations.info', { channel });
  b.slack.removeBot('crdb-approvals');
  assert.equal(((await info(approvers)).channel as { is_member: boolean }).is_member, false);
  assert.equal((await b.api('chat.postMessage', { channel: approvers, text: 'x' })).error, 'not_in_channel');
  b.slack.removeBot('crdb-admins');
  assert.equal((await info('C0ADMINS')).error, 'channel_not_found');
  assert.equal((await b.api('chat.postMessage', { channel: 'C0ADMINS', text: 'x' })).error, 'channel_not_found');
  b.slack.inviteBot('crdb-admins');
  assert.equal(((await info('C0ADMINS')).channel as { is_member: boolean }).is_member, true);
});

// reference/objects/user-object
test("a person's flags can change while the bot runs", async () => {
  b = await bench({ special: { bob: { is_restricted: true } } });
  const user = async (id: string) => (await b.api('users.info', { user: id })).user as Record<string, unknown>;
  b.slack.flags('alice', { team_id: 'T0OTHER', is_stranger: true });
  b.slack.flags('bob', { deleted: true });
  const [alice, bob] = [await user('U0ALICE'), await user('U0BOB')];
  assert.deepEqual([alice['team_id'], alice['is_stranger']], ['T0OTHER', true]);
  assert.deepEqual([bob['is_restricted'], bob['deleted']], [true, true]);
  assert.throws(() => b.slack.flags('nobody', {}), /nobody here is called "nobody"/);
});

// apis/web-api/rate-limits, "Overview"; reference/methods/conversations.info (tier 3), views.publish (tier 4)
test('with tiers, a method takes the calls a minute that its page says, and then says how long to wait', async () => {
  let now = Date.now();
  b = await bench({ tiers: true, now: () => now });
  const info = () => b.api('conversations.info', { channel: approvers });
  for (let i = 0; i < 50; i += 1) assert.equal((await info()).ok, true);
  const { status, retryAfter, error } = await info();
  assert.deepEqual([status, retryAfter, error], [429, '2', 'ratelimited']);
  const publish = () => b.api('views.publish', { user_id: 'U0ALICE', view: { type: 'home', blocks: [] } });
  for (let i = 0; i < 100; i += 1) assert.equal((await publish()).ok, true);
  assert.equal((await publish()).status, 429);
  now += 2_000;
  assert.equal((await info()).ok, true);
  assert.equal((await info()).status, 429);
});
