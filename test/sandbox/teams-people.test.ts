/** What people do in Teams, held to learn.microsoft.com: "Messages in bot conversations", "Universal Actions", "User Specific Views", "Typeahead search", "Conversation events". */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { people, teamsAppId, teamsChannels, teamsUserId, tenantId } from '../../src/sandbox/people.ts';
import { bench, type Bench, block, card, invokeAnswer, type Json, message, until } from './teams-setup.ts';

const person = (key: string) => people.find((one) => one.key === key) ?? assert.fail();
const { approvers, admins } = teamsChannels;

const execute = (verb: string, title: string, more: Json = {}): Json => ({
  type: 'Action.Execute',
  verb,
  title,
  data: { about: 'r1' },
  ...more,
});
const reason: Json = { type: 'Input.Text', id: 'reason', label: 'Reason', isRequired: true, maxLength: 20 };
const approval = card([block('Alice asks')], {
  actions: [
    execute('approve', 'Approve'),
    { type: 'Action.ShowCard', title: 'Deny…', card: card([reason], { actions: [execute('deny', 'Deny request')] }) },
  ],
});

suite('people in Teams', () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench({ limits: false, waits: [20], patienceMs: 300 });
  });
  afterEach(() => b.end());

  const post = async (to: string, activity: Json): Promise<string> => {
    const { status, body } = await b.api('POST', `conversations/${encodeURIComponent(to)}/activities`, activity);
    assert.equal(status, 201, JSON.stringify(body));
    return `${to}:${String(body['id'])}`;
  };
  const personal = (key: string): string => b.teams.screen(key).channels[0]?.id ?? assert.fail();
  const last = (): Json => b.got.at(-1)?.activity ?? assert.fail('the bot was sent nothing');

  test('what is typed in the personal chat reaches the bot, with who it is, where, and a token', async () => {
    assert.deepEqual(await b.teams.say('alice', '/crdb-access request analytics'), { ok: true, status: 200 });
    const { headers, activity } = b.got[0] ?? assert.fail();
    assert.match(String(headers.authorization), /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    const alice = person('alice');
    assert.deepEqual(activity['from'], { id: teamsUserId(alice), name: 'Alice Park', aadObjectId: alice.oid });
    assert.deepEqual(activity['conversation'], { conversationType: 'personal', tenantId, id: personal('alice') });
    assert.deepEqual(activity['recipient'], { id: `28:${teamsAppId}`, name: 'crdb-access' });
    assert.deepEqual(activity['channelData'], { tenant: { id: tenantId } });
    const { type, text, channelId, serviceUrl } = activity;
    assert.deepEqual(
      [type, text, channelId, serviceUrl],
      ['message', '/crdb-access request analytics', 'msteams', b.teams.serviceUrl],
    );
  });

  test('in a channel or group chat the bot hears of a message where it is mentioned, and sees the mention as markup', async () => {
    assert.deepEqual(await b.teams.say('bob', 'good morning', approvers.name), { ok: true, status: 200 });
    assert.equal(b.got.length, 0);
    await b.teams.say('bob', '@crdb-access pending', approvers.id);
    assert.equal(last()['text'], '<at>crdb-access</at> pending');
    const [mention] = last()['entities'] as Json[];
    assert.deepEqual(mention, {
      type: 'mention',
      mentioned: { id: `28:${teamsAppId}`, name: 'crdb-access' },
      text: '<at>crdb-access</at>',
    });
    const conversation = last()['conversation'] as Json;
    assert.equal(conversation['id'], `${approvers.id};messageid=${String(last()['id'])}`);
    assert.equal(conversation['conversationType'], 'channel');
    const { channel, team } = last()['channelData'] as Json;
    assert.deepEqual([channel, team], [{ id: approvers.id }, { id: approvers.id }]);
    await b.teams.say('grace', '@crdb-access pending', admins.id);
    assert.deepEqual(last()['conversation'], { isGroup: true, conversationType: 'groupChat', tenantId, id: admins.id });
  });

  test('a reply in a thread is of that thread, and nobody writes where they are not', async () => {
    const root = await post(approvers.id, { type: 'message', text: 'root' });
    await b.teams.say('bob', '@crdb-access help', approvers.id, root);
    assert.equal((last()['conversation'] as Json)['id'], root.replace(/:(\d+)$/, ';messageid=$1'));
    assert.equal((await b.teams.say('alice', 'hello', approvers.id)).error, 'no_such_channel');
    assert.equal((await b.teams.say('bob', 'hello', approvers.id, `${approvers.id}:1`)).error, 'no_such_thread');
  });

  test('an Action.Execute is an invoke with verb and data, and the card that comes back is seen by whoever pressed alone', async () => {
    const id = await post(approvers.id, message(approval));
    b.answer = invokeAnswer({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: card([block('Bob approved')]),
    });
    assert.deepEqual(await b.teams.press('bob', id, 'approve'), { ok: true, status: 200 });
    const { type, name, replyToId, value, conversation } = last();
    assert.deepEqual([type, name, replyToId], ['invoke', 'adaptiveCard/action', id.split(':').at(-1)]);
    assert.deepEqual(value, { action: { type: 'Action.Execute', verb: 'approve', data: { about: 'r1' } }, trigger: 'manual' });
    assert.equal((conversation as Json)['id'], id.replace(/:(\d+)$/, ';messageid=$1'));
    const shown = (key: string): string => JSON.stringify(b.teams.screen(key).messages.at(-1)?.cards);
    assert.match(shown('bob'), /Bob approved/);
    assert.match(shown('carol'), /Alice asks/);
    await b.api(
      'PUT',
      `conversations/${encodeURIComponent(approvers.id)}/activities/${id.split(':').at(-1)}`,
      message(card([block('Done')])),
    );
    assert.match(shown('bob'), /Done/);
    assert.match(shown('carol'), /Done/);
  });

  test("an invoke may be answered with words, with an error, or not at all; a stranger's answer is none", async () => {
    const id = await post(approvers.id, message(approval));
    b.answer = invokeAnswer({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Recorded' });
    assert.deepEqual(await b.teams.press('bob', id, 'Approve'), { ok: true, status: 200, said: 'Recorded' });
    assert.equal(b.teams.screen('bob').messages.at(-1)?.said, 'Recorded');
    assert.equal(b.teams.screen('carol').messages.at(-1)?.said, '');
    b.answer = invokeAnswer({
      statusCode: 400,
      type: 'application/vnd.microsoft.error',
      value: { code: 'BadRequest', message: 'No.' },
    });
    assert.deepEqual(await b.teams.press('bob', id, 'Approve'), { ok: false, status: 400, error: 'No.' });
    b.answer = invokeAnswer({ statusCode: 200, type: 'application/vnd.microsoft.card.hero', value: {} });
    assert.equal((await b.teams.press('bob', id, 'Approve')).ok, false);
    b.answer = invokeAnswer({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: card([{ type: 'Poem' }]),
    });
    assert.equal((await b.teams.press('bob', id, 'Approve')).ok, false);
    b.answer = (res) => res.writeHead(500).end();
    assert.deepEqual(await b.teams.press('bob', id, 'Approve'), { ok: false, status: 500, error: 'refused' });
    b.answer = () => undefined;
    assert.deepEqual(await b.teams.press('bob', id, 'Approve'), { ok: false, status: 0, error: 'timeout' });
    const sent = b.got.length;
    await new Promise((go) => setTimeout(go, 60));
    assert.equal(b.got.length, sent, 'an invoke is not sent again');
  });

  test('an action that shows a card sends nothing; with a reason, the action on that card is pressed, its inputs in the data', async () => {
    const id = await post(approvers.id, message(approval));
    assert.deepEqual(await b.teams.press('bob', id, 'deny…'), { ok: true, status: 200 });
    assert.equal(b.got.length, 0);
    b.answer = invokeAnswer({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'ok' });
    await b.teams.press('bob', id, 'Deny', { input: { Reason: 'not now' } });
    assert.deepEqual((last()['value'] as Json)['action'], {
      type: 'Action.Execute',
      verb: 'deny',
      data: { about: 'r1', reason: 'not now' },
    });
  });

  test('what does not fit in an input is said by the client, and nothing is sent', async () => {
    const id = await post(approvers.id, message(approval));
    const empty = await b.teams.press('bob', id, 'Deny', { input: {} });
    assert.deepEqual([empty.status, Object.keys(empty.errors ?? {})], [422, ['reason']]);
    assert.equal((await b.teams.press('bob', id, 'Deny', { input: { reason: 'x'.repeat(21) } })).status, 422);
    assert.equal((await b.teams.press('bob', id, 'Deny', { input: { mood: 'good' } })).status, 400);
    assert.equal(b.got.length, 0);
  });

  test('inputs of a card go with its action, those behind another action do not, and Action.Submit is a message with a value', async () => {
    const field = (id: string): Json => ({ type: 'Input.Text', id, value: `${id} at first` });
    const id = await post(
      personal('alice'),
      message(
        card([field('outer')], {
          actions: [
            { type: 'Action.Submit', title: 'Send', data: { verb: 'request', outer: 'overwritten' } },
            {
              type: 'Action.ShowCard',
              title: 'More',
              card: card([field('inner')], { actions: [execute('more', 'More still')] }),
            },
            execute('none', 'Nothing', { associatedInputs: 'none' }),
          ],
        }),
      ),
    );
    await b.teams.press('alice', id, 'Send', { input: { outer: 'filled in' } });
    const { type, value, text, replyToId } = last();
    assert.deepEqual(
      [type, value, text, replyToId],
      ['message', { verb: 'request', outer: 'filled in' }, undefined, id.split(':').at(-1)],
    );
    const dataOf = (action: string): unknown => {
      const { value: pressed } = b.teams.activity('alice', id, action) ?? assert.fail();
      return ((pressed as Json)['action'] as Json)['data'];
    };
    assert.deepEqual(dataOf('More still'), { about: 'r1', outer: 'outer at first', inner: 'inner at first' });
    assert.deepEqual(dataOf('none'), { about: 'r1' });
  });

  test('a choice is looked up by the bot as somebody types ("application/search"), and only what it offers is taken', async () => {
    const choice: Json = {
      type: 'Input.ChoiceSet',
      id: 'entitlement',
      style: 'filtered',
      'choices.data': { type: 'Data.Query', dataset: 'entitlement' },
    };
    const id = await post(personal('alice'), message(card([choice], { actions: [execute('request', 'Send')] })));
    b.answer = (res, activity) =>
      invokeAnswer(
        activity['name'] === 'application/search'
          ? {
              type: 'application/vnd.microsoft.search.searchResponse',
              value: { results: [{ value: 'analytics', title: 'Analytics (read)' }] },
            }
          : { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'ok' },
      )(res);
    assert.deepEqual(await b.teams.suggest('alice', id, 'entitlement', 'ana'), [
      { value: 'analytics', title: 'Analytics (read)' },
    ]);
    assert.deepEqual(last()['value'], {
      queryText: 'ana',
      queryOptions: { skip: 0, top: 15 },
      dataset: 'entitlement',
      kind: 'search',
    });
    assert.equal((await b.teams.press('alice', id, 'Send', { input: { entitlement: 'payroll' } })).status, 400);
    assert.equal((await b.teams.press('alice', id, 'Send', { input: { entitlement: 'Analytics (read)' } })).ok, true);
    assert.equal((((last()['value'] as Json)['action'] as Json)['data'] as Json)['entitlement'], 'analytics');
    await assert.rejects(b.teams.suggest('alice', id, 'nothing', 'ana'), /no typeahead/);
  });

  test('a card refreshes by itself for those it names, or for everybody where it names nobody, once until it changes', async () => {
    b.answer = invokeAnswer({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: card([block('for Bob')]),
    });
    const refresh = (userIds?: readonly string[]): Json => ({
      refresh: { action: execute('refresh', 'Refresh'), ...(userIds === undefined ? {} : { userIds }) },
    });
    await post(approvers.id, message(card([block('base')], refresh([teamsUserId(person('bob'))]))));
    b.teams.screen('carol');
    b.teams.screen('bob');
    await until(() => JSON.stringify(b.teams.screen('bob').messages).includes('for Bob'));
    b.teams.screen('bob');
    assert.equal(b.got.length, 1);
    assert.equal((last()['value'] as Json)['trigger'], 'automatic');
    assert.doesNotMatch(JSON.stringify(b.teams.screen('carol').messages), /for Bob/);
    await post(approvers.id, message(card([block('nobody')], refresh([]))));
    await post(approvers.id, message(card([block('all')], refresh())));
    b.teams.screen('carol');
    await until(() => b.got.length === 2);
    await new Promise((go) => setTimeout(go, 50));
    assert.equal(b.got.length, 2);
  });

  test('a message that the bot did not take is sent again with the same id; what it refused is not', async () => {
    b.answer = (res) => res.writeHead(b.got.length === 1 ? 500 : 200).end();
    await b.teams.say('alice', 'help');
    await until(() => b.got.length === 2);
    assert.equal(b.got[0]?.activity['id'], b.got[1]?.activity['id']);
    b.answer = (res) => res.writeHead(401).end();
    await b.teams.say('alice', 'help');
    await new Promise((go) => setTimeout(go, 60));
    assert.equal(b.got.length, 3);
  });

  test('installing and taking away is told ("installationUpdate", "conversationUpdate")', async () => {
    await b.teams.uninstall('dave');
    assert.deepEqual([last()['type'], last()['action']], ['installationUpdate', 'remove']);
    await b.teams.say('dave', 'anybody there?');
    assert.equal(b.got.length, 1, 'a chat without the app is not heard');
    await b.teams.install('dave');
    const [moved, update] = b.got.slice(-2).map(({ activity }) => activity);
    assert.deepEqual([moved?.['type'], moved?.['membersAdded']], ['conversationUpdate', [{ id: `28:${teamsAppId}` }]]);
    assert.deepEqual([update?.['type'], update?.['action']], ['installationUpdate', 'add']);
    assert.equal((last()['from'] as Json)['aadObjectId'], person('dave').oid);
  });

  test('people see the conversations that they are in, and press what stands in a channel that they have left', async () => {
    const id = await post(approvers.id, message(approval));
    assert.deepEqual(
      b.teams.screen('alice').channels.map(({ kind, name }) => [kind, name]),
      [
        ['personal', 'crdb-access'],
        ['channel', 'General'],
      ],
    );
    assert.equal(b.teams.screen('alice').messages.length, 0);
    assert.equal((await b.teams.press('alice', id, 'Approve')).ok, true);
    assert.equal((last()['from'] as Json)['aadObjectId'], person('alice').oid);
    const hers = await post(personal('carol'), message(approval));
    assert.equal((await b.teams.press('alice', hers, 'Approve')).error, 'no_such_message');
    assert.equal((await b.teams.press('bob', id, 'Dance')).error, 'no_such_action');
  });

  test('an action that has vanished can still be pressed, as from a stale screen', async () => {
    const id = await post(approvers.id, message(approval));
    const path = `conversations/${encodeURIComponent(approvers.id)}/activities/${id.split(':').at(-1)}`;
    await b.api('PUT', path, message(card([block('Done')])));
    assert.equal((await b.teams.press('bob', id, 'Approve')).ok, true);
    assert.equal(((last()['value'] as Json)['action'] as Json)['verb'], 'approve');
  });
});
