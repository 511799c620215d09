/** The sandbox's calls about people in Teams, over HTTP, with a bot that is nothing but a recorder. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { handleApi } from '../../src/sandbox/page/api.ts';
import { people, teamsChannels } from '../../src/sandbox/people.ts';
import type { Sandbox } from '../../src/sandbox/running.ts';
import { type Bench, bench, block, card, invokeAnswer, type Json, message } from './teams-setup.ts';

let b: Bench;
let server: Server;
beforeEach(async () => {
  b = await bench({ limits: false });
  const sandbox = { teams: b.teams, facts: { people } } as unknown as Sandbox;
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
}

async function call(path: string, body?: object): Promise<Answer> {
  const res = await fetch(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify({ platform: 'teams', ...body }) },
  );
  return { status: res.status, body: (await res.json()) as Answer['body'] };
}
const inbox = async (as: string): Promise<readonly Json[]> =>
  (await call(`inbox?as=${as}&platform=teams`)).body as unknown as readonly Json[];

async function post(to: string, activity: Json): Promise<string> {
  const { body } = await b.api('POST', `conversations/${encodeURIComponent(to)}/activities`, activity);
  return `${to}:${String(body['id'])}`;
}
const personal = (key: string): string => b.teams.screen(key).channels[0]?.id ?? assert.fail();
const last = (): Json => b.got.at(-1)?.activity ?? assert.fail('the bot was sent nothing');
const dataSent = (): unknown => ((last()['value'] as Json)['action'] as Json)['data'];
const ok = invokeAnswer({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Received.' });

const reason: Json = { type: 'Input.Text', id: 'reason', label: 'Why not', isRequired: true };
const approval = card([block('Alice asks')], {
  actions: [
    { type: 'Action.Execute', verb: 'approve', title: 'Approve', data: { about: 'r1' } },
    {
      type: 'Action.ShowCard',
      id: 'deny',
      title: 'Deny…',
      card: card([reason], { actions: [{ type: 'Action.Execute', verb: 'submit', title: 'Deny', data: { about: 'r1' } }] }),
    },
  ],
});
const form = card(
  [
    block('Ask for access'),
    {
      type: 'Input.ChoiceSet',
      id: 'entitlement',
      label: 'What for',
      'choices.data': { type: 'Data.Query', dataset: 'entitlement' },
    },
    { type: 'Input.Text', id: 'reason', label: 'Because', placeholder: 'Why' },
  ],
  { actions: [{ type: 'Action.Execute', verb: 'submit', title: 'Ask', data: { form: 'request' } }] },
);
/** A bot that acknowledges words, and then sends the form to the personal chat. */
const opening = (): void => {
  b.answer = (res, activity) => {
    if (activity['name'] === 'application/search')
      return invokeAnswer({
        type: 'application/vnd.microsoft.search.searchResponse',
        value: { results: [{ value: 'analytics', title: 'Analytics' }] },
      })(res);
    if (activity['type'] === 'invoke' && JSON.stringify(activity).includes('"verb":"submit"')) return ok(res);
    ok(res);
    setTimeout(() => void post(personal('alice'), message(form)), 50);
  };
};

test('an inbox has every word of a message and its cards, its code and what can be pressed, a denial once', async () => {
  const id = await post(teamsChannels.approvers.id, { ...message(approval), text: 'Look **here**' });
  assert.deepEqual(await inbox('alice'), []);
  const [item] = await inbox('bob');
  const { at, ...rest } = item ?? assert.fail();
  assert.match(String(at), /^\d{4}-.*Z$/);
  assert.deepEqual(rest, {
    id,
    channel: teamsChannels.approvers.id,
    thread: null,
    from: 'crdb-access',
    text: 'Look here\nAlice asks\n[Approve] [Deny…]',
    code: [],
    buttons: [
      { id: 'approve', label: 'Approve', value: 'r1' },
      { id: 'deny', label: 'Deny…', value: 'r1' },
    ],
    said: '',
    ephemeral: false,
  });
});

test('a command that opens a form waits for the message that the form is, looks up its choice and sends it', async () => {
  opening();
  const opened = await call('command', { as: 'alice', text: '/crdb-access' });
  assert.deepEqual(opened, {
    status: 200,
    body: {
      ok: true,
      modal: {
        title: 'Ask for access',
        text: 'Ask for access',
        code: [],
        buttons: [{ id: 'submit', label: 'Ask', value: '' }],
        submit: 'Ask',
        fields: [
          { id: 'entitlement', label: 'What for', type: 'choice', required: false, hint: '', value: '' },
          { id: 'reason', label: 'Because', type: 'text', required: false, hint: 'Why', value: '' },
        ],
      },
    },
  });
  const offered = await call('suggest?as=alice&platform=teams&field=entitlement&typed=ana');
  assert.deepEqual(offered.body, [{ value: 'analytics', label: 'Analytics', says: '' }]);
  assert.equal((await call('suggest?as=alice&platform=teams&field=reason&typed=x')).status, 400);
  const sent = await call('submit', { as: 'alice', input: { 'What for': 'analytics', reason: 'numbers' } });
  assert.deepEqual(sent, { status: 200, body: { ok: true, said: 'Received.' } });
  assert.deepEqual(dataSent(), { form: 'request', entitlement: 'analytics', reason: 'numbers' });
  assert.equal((await call('submit', { as: 'alice', input: {} })).status, 404, 'it was sent');
});

test('a button that opens a form gives it, and with input the form is filled in and sent too', async () => {
  opening();
  const ask = { type: 'Action.Execute', verb: 'ask', title: 'Ask for access', data: { about: '' } };
  const id = await post(personal('alice'), message(card([block('Welcome')], { actions: [ask] })));
  const pressed = await call('press', { as: 'alice', message: id, button: 'ask' });
  assert.equal((pressed.body['modal'] as Json | undefined)?.['title'], 'Ask for access');
  assert.deepEqual((await call('dismiss', { as: 'alice' })).body, { ok: true });
  assert.deepEqual((await call('modal?as=alice&platform=teams')).body, { modal: null });
  const sent = await call('press', { as: 'alice', message: id, button: 'Ask for access', input: { entitlement: 'analytics' } });
  assert.deepEqual(sent.body, { ok: true, said: 'Received.' });
  assert.deepEqual(dataSent(), { form: 'request', entitlement: 'analytics', reason: '' });
});

test('a form with nothing to fill in is the message that its button brought, as it stands when it has been looked up', async () => {
  const looking = card([block('Plan for prod'), block('Looking.')]);
  const apply: Json = { type: 'Action.Execute', verb: 'submit', title: 'Apply', data: { form: 'plan', about: 'prod 1a2b' } };
  const found = card([block('Plan for prod'), block('One key is missing.')], { actions: [apply] });
  b.answer = (res, activity) => {
    ok(res);
    if (!JSON.stringify(activity).includes('"verb":"plan"')) return;
    setTimeout(() => {
      void post(personal('carol'), message(looking)).then((id) => {
        const own = personal('carol');
        const path = `conversations/${encodeURIComponent(own)}/activities/${id.slice(own.length + 1)}`;
        setTimeout(() => void b.api('PUT', path, message(found)), 100);
      });
    }, 50);
  };
  const plan = { type: 'Action.Execute', verb: 'plan', title: 'Plan', data: { about: 'prod' } };
  const id = await post(personal('carol'), message(card([block('prod: attention')], { actions: [plan] })));
  const pressed = await call('press', { as: 'carol', message: id, button: 'Plan' });
  const { title, text, submit, fields } = pressed.body['modal'] as Json;
  assert.deepEqual([title, text, submit, fields], ['Plan for prod', 'Plan for prod\nOne key is missing.', 'Apply', []]);
  const sent = await call('submit', { as: 'carol', input: {} });
  assert.deepEqual(sent, { status: 200, body: { ok: true, said: 'Received.' } });
  assert.deepEqual(dataSent(), { form: 'plan', about: 'prod 1a2b' });
  assert.deepEqual((await call('modal?as=carol&platform=teams')).body, { modal: null });
});

test('a form that came later is the open one, whatever a button brought before', async () => {
  b.answer = ok;
  const checks = { type: 'Action.Execute', verb: 'checks', title: 'All checks', data: { about: 'prod' } };
  const id = await post(personal('alice'), message(card([block('prod: healthy')], { actions: [checks] })));
  const pressing = call('press', { as: 'alice', message: id, button: 'All checks' });
  await new Promise((go) => setTimeout(go, 50));
  await post(personal('alice'), message(card([block('All checks of prod')])));
  assert.equal(((await pressing).body['modal'] as Json)['title'], 'All checks of prod');
  opening();
  const opened = await call('command', { as: 'alice', text: 'request' });
  assert.equal((opened.body['modal'] as Json)['title'], 'Ask for access');
});

test('a denial opens on the card and is sent from there, at once or as a form', async () => {
  b.answer = ok;
  const id = await post(teamsChannels.approvers.id, message(approval));
  const opened = await call('press', { as: 'bob', message: id, button: 'deny' });
  const { title, submit, fields } = opened.body['modal'] as Json;
  assert.deepEqual([title, submit, (fields as Json[]).map((f) => f['id'])], ['Deny…', 'Deny', ['reason']]);
  assert.equal(b.got.length, 0);
  const empty = await call('submit', { as: 'bob', input: {} });
  assert.deepEqual([empty.status, Object.keys(empty.body['errors'] as Json)], [422, ['reason']]);
  assert.equal((await call('submit', { as: 'bob', input: { reason: 'no' } })).status, 200);
  assert.deepEqual(dataSent(), { about: 'r1', reason: 'no' });
  assert.equal((await call('submit', { as: 'bob', input: { reason: 'no' } })).status, 404);
  await call('press', { as: 'carol', message: id, button: 'Deny', input: { reason: 'never' } });
  assert.deepEqual(dataSent(), { about: 'r1', reason: 'never' });
});

test('what the bot refuses or does not answer is 502, what is not there 404, what makes no sense 400', async () => {
  const id = await post(teamsChannels.approvers.id, message(approval));
  b.answer = (res) => res.writeHead(500).end();
  assert.equal((await call('press', { as: 'bob', message: id, button: 'approve' })).status, 502);
  assert.equal((await call('press', { as: 'bob', message: id, button: 'dance' })).status, 404);
  assert.equal((await call('press', { as: 'bob', message: 'nothing', button: 'approve' })).status, 404);
  assert.equal((await call('press', { as: 'bob', message: id, button: 'deny', input: { mood: 'x' } })).status, 400);
  assert.equal((await call('command', { as: 'mallory', text: 'help' })).status, 400);
  assert.equal((await call('command', { as: 'alice', text: 'help', channel: 'crdb-approvals' })).status, 404);
  assert.match(String((await call('home?as=alice&platform=teams')).body['error']), /no GET \/api\/home in teams/);
});

test('the app is given and taken away', async () => {
  assert.equal((await call('uninstall', { as: 'dave' })).status, 200);
  assert.equal(last()['action'], 'remove');
  assert.equal((await call('install', { as: 'dave' })).status, 200);
  assert.equal(last()['action'], 'add');
  assert.match(
    String((await call('install', { as: 'dave', platform: 'slack' })).body['error']),
    /no POST \/api\/install in slack/,
  );
});
