/** What people do in Teams, in the core's words: durable before it is answered, once however often it is delivered. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { Card } from '../../src/core/messages/card.ts';
import type { Form } from '../../src/core/messages/form.ts';
import { askForm } from '../../src/core/messages/forms.ts';
import type { Interaction, ReplyTo } from '../../src/core/ports.ts';
import { teamsChannels } from '../../src/sandbox/people.ts';
import { doorOf, type Setup, setUp } from './teams-setup.ts';

let b: Setup;
let receive: () => Promise<void> = () => Promise.resolve();
const asked: unknown[][] = [];
const approvals = teamsChannels.approvers.id;

before(async () => {
  b = await setUp({
    receive: () => receive(),
    waits: [50, 50],
    suggest: (...question) => {
      asked.push(question);
      return Promise.resolve(
        Array.from({ length: 40 }, (_, i) => ({ value: `role-${i}`, label: `Role ${i}`, says: i === 0 ? 'read 14 tables' : '' })),
      );
    },
    present: (door, about) => {
      if (about === 'BROKEN') throw new Error('the store is away');
      return Promise.resolve(about === 'R1' ? { title: [`as it is for ${door.user}`], blocks: [] } : null);
    },
  });
});
after(() => b.end());
beforeEach(() => {
  b.received.length = 0;
  receive = () => Promise.resolve();
});

const only = (): Interaction => {
  assert.equal(b.received.length, 1);
  return b.received[0] as Interaction;
};
/** The place of a person who typed something in their own chat. */
async function replyOf(as: string): Promise<ReplyTo> {
  await b.standIn.say(as, 'help');
  const { door, reply } = b.received.pop() as Interaction;
  return { door, token: reply };
}

suite('something typed', () => {
  const same: readonly string[] = [
    'request analytics because of Q4',
    '/crdb-access request analytics because of Q4',
    'crdb-access request analytics because of Q4',
    '/Crdb-Access   request analytics because of Q4',
    '  request analytics because of Q4\u00a0',
  ];
  for (const text of same) {
    test(`is the command after the name, typed or not: ${JSON.stringify(text)}`, async () => {
      assert.deepEqual(await b.standIn.say('alice', text), { ok: true, status: 200 });
      const typed = only();
      assert.equal(typed.kind === 'command' && typed.text, 'request analytics because of Q4');
      assert.deepEqual(typed.door, doorOf('alice'));
    });
  }
  for (const text of ['status prod', '/crdb-status prod', 'crdb-status  prod', '/crdb-access status prod', '/CRDB-Status prod']) {
    test(`asks for a cluster's status by any of its names: ${JSON.stringify(text)}`, async () => {
      await b.standIn.say('carol', text);
      const typed = only();
      assert.equal(typed.kind === 'command' && typed.text.replace(/ +/, ' '), 'status prod');
    });
  }
  test('asks for every cluster’s status where a channel mentions the bot with nothing but the command’s name', async () => {
    await b.standIn.say('bob', '@crdb-access /crdb-status', approvals);
    const typed = only();
    assert.equal(typed.kind === 'command' && typed.text, 'status');
  });
  for (const text of ['crdb-accessories', '/crdb-statuses prod']) {
    test(`that only begins like a name is left as it is: ${text}`, async () => {
      await b.standIn.say('alice', text);
      const typed = only();
      assert.equal(typed.kind === 'command' && typed.text, text);
    });
  }
  test('of several lines keeps them', async () => {
    await b.standIn.say('alice', 'request analytics because one\ntwo');
    const typed = only();
    assert.equal(typed.kind === 'command' && typed.text, 'request analytics because one\ntwo');
  });
  test('in a channel counts where the bot is mentioned, without the mention', async () => {
    await b.standIn.say('bob', '@crdb-access request billing', approvals);
    const typed = only();
    assert.equal(typed.kind === 'command' && typed.text, 'request billing');
    assert.equal(JSON.parse(typed.reply).isPersonal, false);
  });
  test('in a channel that mentions somebody else is left', async () => {
    const activity = b.standIn.words('bob', 'list') as { conversation: object };
    const shared = { ...activity, conversation: { ...activity.conversation, id: approvals, conversationType: 'channel' } };
    const somebody = [{ type: 'mention', mentioned: { id: '29:1someone', name: 'crdb-access' }, text: '<at>crdb-access</at>' }];
    assert.equal((await b.standIn.forge({ ...shared, text: '<at>crdb-access</at> list', entities: somebody })).status, 200);
    assert.equal((await b.standIn.forge({ ...shared, text: '<at>crdb-access</at> list', entities: [] })).status, 200);
    assert.equal(b.received.length, 0);
  });
  test('by somebody without an Entra object id is nobody, whatever they type', async () => {
    for (const aadObjectId of [undefined, '', 'alice@contoso.com', 7]) {
      const activity = b.standIn.words('alice', 'list') as { from: object };
      assert.equal((await b.standIn.forge({ ...activity, from: { ...activity.from, aadObjectId } })).status, 200);
    }
    assert.equal(b.received.length, 0);
  });
  test('delivered again has the same key', async () => {
    const activity = b.standIn.words('alice', 'list');
    for (let i = 0; i < 3; i += 1) assert.equal((await b.standIn.forge(activity)).status, 200);
    assert.equal(new Set(b.received.map(({ key }) => key)).size, 1);
  });
  test('by two people at the same moment has two keys', async () => {
    const [one, two] = [b.standIn.words('alice', 'list'), b.standIn.words('bob', 'list')];
    await b.standIn.forge({ ...one, id: '1700000000000' });
    await b.standIn.forge({ ...two, id: '1700000000000' });
    assert.equal(new Set(b.received.map(({ key }) => key)).size, 2);
  });
});

suite('what can not be recorded', () => {
  test('is said to whoever typed it, and nothing is delivered again', async () => {
    receive = () => Promise.reject(new Error('the store is away'));
    assert.deepEqual(await b.standIn.say('dave', 'list'), { ok: true, status: 200 });
    const last = b.seen('dave').at(-1);
    assert.ok(last?.isBot);
    assert.match(last.summary, /could not be recorded, so nothing was done/);
    assert.equal(b.received.length, 1);
  });
  test('is said at a press where it was pressed', async () => {
    const id = await posted('R1');
    receive = () => Promise.reject(new Error('the store is away'));
    const said = await b.standIn.press('bob', id, 'approve');
    assert.deepEqual([said.ok, said.status], [false, 503]);
    assert.match(said.error ?? '', /could not be recorded, so nothing was done/);
  });
  test('or takes too long, is said after three seconds at the most', async () => {
    let done = (): void => undefined;
    receive = () => new Promise((go) => (done = go));
    const began = performance.now();
    const id = await posted('R1');
    const said = await b.standIn.press('bob', id, 'approve');
    done();
    assert.match(said.error ?? '', /takes unusually long/);
    assert.ok(performance.now() - began < 4000);
  });
});

const card = (about: string): Card => ({
  title: ['Alice Park asks for analytics on prod'],
  blocks: [
    {
      kind: 'buttons',
      buttons: [
        { id: 'approve', label: 'Approve', look: 'primary', about },
        { id: 'deny', label: 'Deny', look: 'danger', about },
        { id: 'details', label: 'Details', about },
      ],
    },
  ],
});
/** Posts an approvers' card; its id on the stand-in's screens. */
async function posted(about: string): Promise<string> {
  const place = await b.teams.chat.post({ channel: approvals }, card(about), { requestId: about, kind: 'approval' }, false);
  return `${place.channel}:${place.message}`;
}

suite('a press', () => {
  test('is the button, what it is about, and where it stands', async () => {
    const id = await posted('R1');
    assert.deepEqual(await b.standIn.press('bob', id, 'approve'), { ok: true, status: 200, said: 'Received.' });
    const pressed = only();
    assert.ok(pressed.kind === 'press');
    assert.deepEqual([pressed.button, pressed.about, pressed.door], ['approve', 'R1', doorOf('bob')]);
    assert.deepEqual(pressed.place, { platform: 'teams', channel: approvals, message: id.split(':').at(-1) });
  });
  test('by a client that knows no Action.Execute is the same', async () => {
    const id = await posted('R1');
    const execute = b.standIn.activity('bob', id, 'approve') as { value: { action: { data: object } } };
    const submit = {
      ...execute,
      type: 'message',
      name: undefined,
      id: '1700000000001',
      text: '',
      value: execute.value.action.data,
    };
    assert.deepEqual(await b.standIn.forge(submit).then(({ status, body }) => [status, body]), [200, '']);
    const pressed = only();
    assert.ok(pressed.kind === 'press');
    assert.deepEqual([pressed.button, pressed.about], ['approve', 'R1']);
    assert.equal(pressed.place?.message, id.split(':').at(-1));
  });
  test('delivered again has the same key; pressed again it has another', async () => {
    const id = await posted('R1');
    const activity = b.standIn.activity('bob', id, 'approve') ?? {};
    await b.standIn.forge(activity);
    await b.standIn.forge(activity);
    await b.standIn.press('bob', id, 'approve');
    assert.equal(new Set(b.received.map(({ key }) => key)).size, 2);
  });
  test('of what is none of ours is refused, and nothing is recorded', async () => {
    const id = await posted('R1');
    const activity = b.standIn.activity('bob', id, 'approve') as { value: { action: object } };
    for (const action of [
      { type: 'Action.Execute', verb: 'grant', data: { about: 'R1' } },
      { type: 'Action.Execute', verb: 'toString', data: {} },
      { type: 'Action.Execute', data: {} },
      { type: 'Action.Execute', verb: 'submit', data: { form: 'sql' } },
      { type: 'Action.Execute', verb: 'submit', data: { form: 'deny', about: 'R1', place: {} } },
      { type: 'Action.Execute', verb: { verb: 'approve' } },
      'approve',
      null,
    ]) {
      const { status, body } = await b.standIn.forge({ ...activity, value: { action, trigger: 'manual' } });
      assert.equal(status, 200);
      assert.deepEqual([JSON.parse(body).statusCode, JSON.parse(body).type], [400, 'application/vnd.microsoft.error'], body);
    }
    // One that stands on no message could be believed to come from a page of the person's own.
    const { body } = await b.standIn.forge({ ...activity, replyToId: undefined });
    assert.equal(JSON.parse(body).statusCode, 400, body);
    assert.equal((await b.standIn.forge({ ...activity, value: undefined })).status, 200);
    assert.equal(b.received.length, 0);
  });
});

suite('a form', () => {
  test("behind a button of the card is sent from there, about the card's request and from its place", async () => {
    const id = await posted('R1');
    const said = await b.standIn.press('bob', id, 'deny', { input: { reason: 'Not this quarter' } });
    assert.deepEqual(said, { ok: true, status: 200, said: 'Sent.' });
    const sent = only();
    assert.ok(sent.kind === 'submit');
    assert.deepEqual([sent.form, sent.about, sent.values], ['deny', 'R1', { reason: 'Not this quarter' }]);
    assert.deepEqual(sent.place, { platform: 'teams', channel: approvals, message: id.split(':').at(-1) });
  });
  test('with nothing in a field leaves it out', async () => {
    const id = await posted('R1');
    await b.standIn.press('bob', id, 'deny', { input: {} });
    const sent = only();
    assert.deepEqual(sent.kind === 'submit' && sent.values, {});
  });
  test('that is a message of its own comes with what was filled in, is sent once, and then closes', async () => {
    const to = await replyOf('alice');
    await b.teams.chat.open(to, askForm(null));
    const message = b.seen('alice').at(-1);
    assert.ok(message);
    const activity = b.standIn.activity('alice', message.id, 'submit', { input: { entitlement: 'role-7', reason: 'Q4' } }) ?? {};
    const pressed = await b.standIn.press('alice', message.id, 'submit', { input: { entitlement: 'Role 7', reason: 'Q4' } });
    assert.deepEqual(pressed, { ok: true, status: 200, said: 'Sent.' });
    const sent = only();
    assert.ok(sent.kind === 'submit');
    assert.deepEqual([sent.form, sent.place, sent.values], ['request', null, { entitlement: 'role-7', reason: 'Q4' }]);
    await b.standIn.forge(activity);
    assert.equal(b.received[1]?.key, sent.key, 'a second one, from another device, is the same');
    await until(() => (b.seen('alice').find(({ id }) => id === message.id)?.summary ?? '').startsWith('Sent'));
  });
  test('that a button opened carries where that stood', async () => {
    const id = await posted('R1');
    await b.standIn.press('bob', id, 'details');
    const { door, reply } = b.received.pop() as Interaction;
    await b.teams.chat.open({ door, token: reply }, { ...askForm(null), about: 'R1' });
    const message = b.seen('bob').find(({ summary }) => summary.startsWith('Ask for access'));
    await b.standIn.press('bob', message?.id ?? '', 'submit', { input: { entitlement: 'Role 1' } });
    const sent = only();
    assert.ok(sent.kind === 'submit');
    assert.deepEqual([sent.about, sent.place?.channel, sent.place?.message], ['R1', approvals, id.split(':').at(-1)]);
  });
});

suite('a form without fields', () => {
  const status: Card = {
    title: ['prod: attention'],
    blocks: [{ kind: 'buttons', buttons: [{ id: 'plan', label: 'Plan', about: 'prod' }] }],
  };
  const plan: Form = { id: 'plan', title: 'Plan for prod', blocks: [], fields: [], submit: null, about: 'prod' };

  test('opened from an answer and changed while it is open, is sent once with what it is about, and then closes', async () => {
    await b.teams.chat.answer(await replyOf('carol'), status);
    await b.standIn.press('carol', b.seen('carol').at(-1)?.id ?? '', 'plan');
    const pressed = only();
    assert.ok(pressed.kind === 'press');
    assert.deepEqual([pressed.button, pressed.about], ['plan', 'prod']);
    const form = await b.teams.chat.open({ door: pressed.door, token: pressed.reply }, plan);
    const id = b.seen('carol').at(-1)?.id ?? '';
    assert.equal(b.standIn.actionIn('carol', id, 'submit'), null, 'there is nothing to send yet');
    await form?.change({ ...plan, blocks: [{ kind: 'code', code: 'SET …' }], submit: 'Apply', about: 'prod 1a2b' });
    b.received.length = 0;
    assert.deepEqual(await b.standIn.press('carol', id, 'Apply'), { ok: true, status: 200, said: 'Sent.' });
    const sent = only();
    assert.ok(sent.kind === 'submit');
    assert.deepEqual([sent.form, sent.about, sent.values], ['plan', 'prod 1a2b', {}]);
    await until(() => (b.seen('carol').find((message) => message.id === id)?.summary ?? '').startsWith('Sent'));
    assert.doesNotMatch(JSON.stringify(b.seen('carol').find((message) => message.id === id)?.cards), /Action\./);
  });
});

suite('a choice', () => {
  test('is offered what the core suggests for what was typed, fifteen at the most', async () => {
    const to = await replyOf('alice');
    await b.teams.chat.open(to, askForm(null));
    const message = b.seen('alice').at(-1)?.id ?? '';
    const offered = await b.standIn.suggest('alice', message, 'entitlement', 'rol');
    assert.equal(offered.length, 15);
    assert.deepEqual(offered.slice(0, 2), [
      { value: 'role-0', title: 'Role 0: read 14 tables' },
      { value: 'role-1', title: 'Role 1' },
    ]);
    assert.deepEqual(asked.at(-1), [doorOf('alice'), 'entitlement', 'rol']);
    assert.equal(b.received.length, 0, 'it is not recorded');
  });
});

suite('whoever looks at a card', () => {
  test('sees it as it is then', async () => {
    const id = await posted('R1');
    assert.deepEqual((await b.standIn.refresh('bob', id)).ok, true);
    const seen = b.seen('bob').find((message) => message.id === id);
    assert.match(JSON.stringify(seen?.cards), new RegExp(`as it is for ${doorOf('bob').user}`));
    assert.match(JSON.stringify(seen?.cards), /"refresh"/, 'and again the next time');
    assert.equal(b.received.length, 0);
  });
  test('of which nothing is to be seen, or nothing can be had, sees it as it stood', async () => {
    for (const about of ['R2', 'BROKEN']) {
      const id = await posted(about);
      assert.deepEqual((await b.standIn.refresh('bob', id)).ok, true, about);
      assert.match(JSON.stringify(b.seen('bob').find((message) => message.id === id)?.cards), /Alice Park asks/);
    }
  });
});

/** Resolves when it is so; throws after five seconds. */
async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error('it did not come to that within five seconds');
    await new Promise((go) => setTimeout(go, 10));
  }
}
