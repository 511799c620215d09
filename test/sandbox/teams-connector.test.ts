/** The connector, held to learn.microsoft.com: "Bot Connector REST API reference", "Messages in bot conversations", "Proactive messages", "Rate limits". */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { people, teamsAppId, teamsChannels, teamsUserId, tenantId } from '../../src/sandbox/people.ts';
import { callRate } from '../../src/sandbox/teams/rate.ts';
import { bench, type Bench, block, card, type Json, message } from './teams-setup.ts';

const alice = people.find(({ key }) => key === 'alice') ?? assert.fail();
const { approvers, admins } = teamsChannels;
const path = (conversation: string, ...rest: readonly string[]): string =>
  ['conversations', encodeURIComponent(conversation), ...rest].join('/');
const code = (answer: { readonly body: Json }): unknown => (answer.body['error'] as Json | undefined)?.['code'];
const hello: Json = { type: 'message', text: 'Hello' };

suite('the connector of the Teams stand-in', () => {
  let b: Bench;
  before(async () => {
    b = await bench({ limits: false });
  });
  after(() => b.end());

  const chatWith = async (member: string): Promise<string> => {
    const { body } = await b.api('POST', 'conversations', { isGroup: false, members: [{ id: member }], tenantId });
    return String(body['id']);
  };

  test('opens the same personal chat by the id of Teams and by the Entra object id ("Get the Microsoft Entra user ID, user ID …")', async () => {
    const by = await b.api('POST', 'conversations', {
      isGroup: false,
      bot: { id: `28:${teamsAppId}` },
      members: [{ id: teamsUserId(alice) }],
      channelData: { tenant: { id: tenantId } },
    });
    assert.equal(by.status, 201);
    assert.equal(by.body['id'], await chatWith(alice.oid));
    assert.match(String(by.body['id']), /^a:1/);
  });

  test('opens no chat without a tenant, in another tenant, with nobody, or with several ("You can\'t create a new group chat")', async () => {
    const open = (body: Json) => b.api('POST', 'conversations', body);
    assert.equal((await open({ members: [{ id: alice.oid }] })).status, 400);
    assert.equal((await open({ members: [{ id: alice.oid }], tenantId: '11111111-2222-4333-8444-555555555555' })).status, 403);
    assert.equal((await open({ members: [{ id: '29:unknown' }], tenantId })).status, 400);
    assert.equal(
      (await open({ members: people.slice(0, 2).map(({ oid }) => ({ id: oid })), isGroup: true, tenantId })).status,
      400,
    );
  });

  test('posts to a channel as a new thread, answers with the id of the message, and replies within the thread', async () => {
    const post = await b.api('POST', path(approvers.id, 'activities'), hello);
    assert.equal(post.status, 201);
    const root = String(post.body['id']);
    await b.api('POST', path(`${approvers.id};messageid=${root}`, 'activities'), { type: 'message', text: 'in the thread' });
    await b.api('POST', path(approvers.id, 'activities', root), { type: 'message', text: 'a reply' });
    const seen = b.teams.screen('bob').messages.slice(-3);
    assert.deepEqual(
      seen.map(({ text, thread }) => [text, thread]),
      [
        ['Hello', null],
        ['in the thread', `${approvers.id}:${root}`],
        ['a reply', `${approvers.id}:${root}`],
      ],
    );
  });

  test('begins a thread by creating a conversation, whose id is the thread ("create a new conversation thread in a channel")', async () => {
    const { status, body } = await b.api('POST', 'conversations', {
      isGroup: true,
      channelData: { channel: { id: approvers.id } },
      activity: hello,
    });
    assert.equal(status, 201);
    assert.equal(body['id'], `${approvers.id};messageid=${String(body['activityId'])}`);
  });

  test('changes and deletes what the bot said, and nothing that a person said', async () => {
    const chat = await chatWith(alice.oid);
    const { body } = await b.api('POST', path(chat, 'activities'), message(card([block('before')])));
    const id = String(body['id']);
    assert.equal((await b.api('PUT', path(chat, 'activities', id), message(card([block('after')])))).status, 200);
    const shown = b.teams.screen('alice').messages.at(-1);
    assert.equal(JSON.stringify(shown?.cards).includes('after'), true);
    assert.equal(shown?.edited, true);
    assert.equal((await b.api('DELETE', path(chat, 'activities', id))).status, 200);
    assert.equal(
      b.teams.screen('alice').messages.some((one) => one.id.endsWith(id)),
      false,
    );
    assert.equal((await b.api('PUT', path(chat, 'activities', id), hello)).status, 404);
    await b.teams.say('alice', 'my own words');
    const hers = b.teams.screen('alice').messages.at(-1)?.id.split(':').at(-1) ?? '';
    assert.equal((await b.api('PUT', path(chat, 'activities', hers), hello)).status, 403);
  });

  test('says who is in a conversation: one, all, and in pages, with the object id ("Fetch the roster or user profile")', async () => {
    const one = await b.api('GET', path(approvers.id, 'members', alice.oid));
    assert.deepEqual([one.status, code(one)], [404, 'MemberNotFoundInConversation']);
    const bob = people.find(({ key }) => key === 'bob') ?? assert.fail();
    const { body } = await b.api('GET', path(approvers.id, 'members', teamsUserId(bob)));
    assert.equal(body['aadObjectId'], bob.oid);
    assert.equal(body['userPrincipalName'], bob.upn);
    assert.equal(body['tenantId'], tenantId);
    const all = (await b.api('GET', path(admins.id, 'members'))).body as unknown as Json[];
    assert.deepEqual(
      all.map(({ name }) => name),
      ['Carol Díaz', 'Grace Lindqvist'],
    );
    const paged = await b.api('GET', path(admins.id, 'pagedmembers?pageSize=50'));
    assert.equal((paged.body['members'] as Json[]).length, 2);
    assert.equal('continuationToken' in paged.body, false);
  });

  test('names a team and its channels, the first one without a name ("Get the list of channels in a team")', async () => {
    const team = await b.api('GET', `teams/${encodeURIComponent(approvers.id)}`);
    assert.equal(team.body['name'], approvers.team);
    const { body } = await b.api('GET', `teams/${encodeURIComponent(approvers.id)}/conversations`);
    assert.deepEqual(body, { conversations: [{ id: approvers.id }] });
  });

  test("takes the bot's own token for the connector alone", async () => {
    for (const token of [null, 'garbage', 'expired', 'of-another-app', 'for-graph', 'of-another-tenant']) {
      const answer = await b.api('POST', path(approvers.id, 'activities'), hello, { token });
      assert.equal(answer.status, 401, String(token));
    }
  });

  test('answers in the connector\'s form what is not there ("Status code responses")', async () => {
    const unknown = await b.api('POST', path('19:0000000000000000@thread.tacv2', 'activities'), hello);
    assert.deepEqual([unknown.status, code(unknown)], [404, 'ConversationNotFound']);
    const thread = await b.api('POST', path(`${approvers.id};messageid=1`, 'activities'), hello);
    assert.deepEqual([thread.status, code(thread)], [404, 'ConversationNotFound']);
    await b.teams.uninstall(approvers.name);
    const out = await b.api('POST', path(approvers.id, 'activities'), hello);
    assert.deepEqual([out.status, code(out)], [403, 'BotNotInConversationRoster']);
    await b.teams.install(approvers.name);
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), hello)).status, 201);
  });

  test('refuses a person who blocked the bot or took it away, and one who never had it and is in no team with it', async () => {
    const chat = await chatWith(alice.oid);
    b.teams.block('alice');
    const blocked = await b.api('POST', path(chat, 'activities'), hello);
    assert.deepEqual([blocked.status, code(blocked)], [403, 'ConversationBlockedByUser']);
    await b.teams.uninstall('alice');
    const gone = await b.api('POST', path(chat, 'activities'), hello);
    assert.equal(gone.status, 403);
    assert.match(String(gone.body['message']), /MessageWritesBlocked/);
    await b.teams.install('alice');
    assert.equal((await b.api('POST', path(chat, 'activities'), hello)).status, 201);
    b.teams.forget('alice');
    assert.equal((await b.api('POST', path(chat, 'activities'), hello)).status, 201, 'she is in a team that has the app');
    await b.teams.uninstall('General');
    const never = await b.api('POST', 'conversations', { isGroup: false, members: [{ id: alice.oid }], tenantId });
    assert.deepEqual([never.status, code(never)], [403, 'BotNotInConversationRoster']);
    await b.teams.install('General');
    await b.teams.install('alice');
  });

  test("refuses all of a bot that the tenant's admin disabled", async () => {
    b.teams.disableBot(true);
    const answer = await b.api('POST', path(approvers.id, 'activities'), hello);
    assert.deepEqual([answer.status, code(answer)], [403, 'BotDisabledByAdmin']);
    b.teams.disableBot(false);
  });

  test('refuses a message of more than 28 KB, and takes one just below', async () => {
    const of = (size: number): string => {
      const text = (length: number): string => JSON.stringify({ type: 'message', text: 'x'.repeat(length) });
      return text(size - text(0).length);
    };
    const big = await b.api('POST', path(approvers.id, 'activities'), undefined, { raw: of(28 * 1024 + 1) });
    assert.deepEqual([big.status, code(big)], [413, 'MessageSizeTooBig']);
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), undefined, { raw: of(28 * 1024) })).status, 201);
  });

  test('refuses bodies that are no JSON, activities that say nothing, and calls that it does not know', async () => {
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), undefined, { raw: '{' })).status, 400);
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), { type: 'message' })).status, 400);
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), { type: 'poem', text: 'x' })).status, 400);
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), { type: 'typing' })).status, 201);
    assert.equal((await b.api('GET', 'conversations')).status, 404);
    assert.equal((await b.api('GET', path('%zz', 'members'))).status, 404);
  });

  test('fails for a while with what is to be tried again ("In addition to … 429, error codes 412, 502, and 504 must also be retried")', async () => {
    b.teams.failNext(412, 2);
    for (const status of [412, 412, 201])
      assert.equal((await b.api('POST', path(approvers.id, 'activities'), hello)).status, status);
    b.teams.failNext(504);
    assert.equal((await b.api('GET', path(approvers.id, 'members'))).status, 504);
  });

  test('remembers what was said and who has the app when it starts again', async () => {
    await b.api('POST', path(admins.id, 'activities'), { type: 'message', text: 'remember me' });
    await b.teams.uninstall('dave');
    await b.restart();
    assert.equal(b.teams.screen('grace').messages.at(-1)?.text, 'remember me');
    assert.equal(b.teams.screen('dave').channels[0]?.hasBot, false);
  });

  test('down resets connections, and 429 asks to wait', async () => {
    b.teams.fault('down');
    await assert.rejects(b.api('POST', path(approvers.id, 'activities'), hello));
    b.teams.fault('429');
    const answer = await b.api('POST', path(approvers.id, 'activities'), hello);
    assert.deepEqual([answer.status, code(answer), answer.headers['retry-after']], [429, 'Throttled', '2']);
    b.teams.fault('none');
    assert.equal((await b.api('POST', path(approvers.id, 'activities'), hello)).status, 201);
  });
});

test('slow answers after seconds, and does not hold up a stop', async () => {
  const b = await bench();
  b.teams.fault('slow');
  const call = b.api('POST', path(approvers.id, 'activities'), hello).then(
    () => 'answered',
    () => 'ended',
  );
  assert.equal(await Promise.race([call, new Promise((go) => setTimeout(go, 300, 'waiting'))]), 'waiting');
  const began = performance.now();
  await b.end();
  assert.equal(await call, 'ended');
  assert.ok(performance.now() - began < 2_000);
});

suite('the connector\'s limits ("Per bot per thread limit")', () => {
  test('seven a second, eight in two, sixty in thirty, in one conversation, and 14 a second for members', async () => {
    let time = Date.now();
    const b = await bench({ now: () => time });
    try {
      const say = async (to: string) => b.api('POST', path(to, 'activities'), hello);
      for (let i = 0; i < 7; i += 1) assert.equal((await say(approvers.id)).status, 201);
      const eighth = await say(approvers.id);
      assert.deepEqual([eighth.status, eighth.headers['retry-after']], [429, '1']);
      assert.equal((await say(admins.id)).status, 201);
      time += 1001;
      assert.equal((await say(approvers.id)).status, 201);
      assert.equal((await say(approvers.id)).status, 429);
      for (let i = 0; i < 14; i += 1) assert.equal((await b.api('GET', path(approvers.id, 'members'))).status, 200);
      assert.equal((await b.api('GET', path(approvers.id, 'members'))).status, 429);
      for (let i = 0; i < 52; i += 1) {
        time += 250;
        if (i % 2 === 0) time += 100;
        await say(approvers.id);
      }
      time += 2000;
      assert.equal((await say(approvers.id)).status, 201);
    } finally {
      await b.end();
    }
  });

  test('60 in thirty seconds and 1800 an hour ("Send to conversation"), whatever the rate, and again when the first of them are as old', () => {
    let time = 0;
    const rate = callRate(() => time);
    const taken: number[] = [];
    for (; time < 3_610_000; time += 250) if (rate('POST', 'one') === 0) taken.push(time);
    const within = (from: number, seconds: number): number =>
      taken.filter((at) => at >= from && at < from + seconds * 1_000).length;
    assert.deepEqual([within(0, 2), within(0, 30), within(0, 3_600)], [8, 60, 1_800]);
    for (const from of taken) assert.ok(within(from, 1) <= 7 && within(from, 2) <= 8 && within(from, 30) <= 60);
    assert.deepEqual([within(29_000, 1), within(30_000, 1), within(3_600_000, 10) > 0], [0, 4, true]);
  });
  test('changes, deletions and what is said in a thread count as messages of the channel ("All requests are subject to the same rate limiting policy")', async () => {
    const time = Date.now();
    const b = await bench({ now: () => time });
    try {
      const { body } = await b.api('POST', path(approvers.id, 'activities'), hello);
      const root = String(body['id']);
      const thread = `${approvers.id};messageid=${root}`;
      for (let i = 0; i < 5; i += 1) assert.equal((await b.api('PUT', path(thread, 'activities', root), hello)).status, 200);
      assert.ok((await b.api('DELETE', path(thread, 'activities', root))).status < 300);
      const eighth = await b.api('POST', path(thread, 'activities'), hello);
      assert.deepEqual([eighth.status, code(eighth), eighth.headers['retry-after']], [429, 'Throttled', '1']);
      assert.equal((await b.api('GET', path(approvers.id, 'members'))).status, 200);
    } finally {
      await b.end();
    }
  });
});
