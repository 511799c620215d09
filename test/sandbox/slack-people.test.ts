// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { parse } from 'yaml';
import { installedScopes } from '../../src/sandbox/slack/start.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
afterEach(() => b.end());

const approvers = 'C0APPROVERS';
const buttons = (...ids: string[]) => [
  {
    type: 'actions',
    elements: ids.map((id) => ({
      type: 'button',
      action_id: id,
      value: 'R1',
      text: { type: 'plain_text', text: id.toUpperCase() },
    })),
  },
];
const post = (blocks: object[]) => b.api('chat.postMessage', { channel: approvers, text: 'x', blocks });
const payloadOf = (i: number) =>
  JSON.parse(b.got[i]?.form.get('payload') ?? '') as Record<string, unknown> & { actions: Record<string, unknown>[] };
const respond = async (url: string, body: object) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return [response.status, await response.text()] as const;
};

// interactivity/implementing-slash-commands
test("a command is a form with Slack's fields, typed in the direct messages unless told a channel", async () => {
  b = await bench();
  assert.deepEqual(await b.slack.command('alice', '/crdb-access  request analytics '), { ok: true, status: 200 });
  const { response_url, trigger_id, ...fields } = Object.fromEntries(b.got[0]?.form ?? []);
  assert.deepEqual(fields, {
    token: 'deprecated',
    team_id: 'T0CONTOSO',
    team_domain: 'contoso',
    channel_id: 'D0ALICE',
    channel_name: 'directmessage',
    user_id: 'U0ALICE',
    user_name: 'alice',
    command: '/crdb-access',
    text: 'request analytics',
    api_app_id: 'A0CRDBACCESS',
    is_enterprise_install: 'false',
  });
  assert.match(trigger_id ?? '', /^\d+\.\d+\.[0-9a-f]{32}$/);
  assert.ok(response_url?.startsWith('http://127.0.0.1:'));
  await b.slack.command('bob', '/crdb-access help', '#crdb-approvals');
  assert.equal(b.got[1]?.form.get('channel_id'), approvers);
  assert.equal((await b.slack.command('alice', '/crdb-access help', 'crdb-approvals')).status, 404);
});

// authentication/verifying-requests-from-slack
test('what is sent is signed with v0 over timestamp and body', async () => {
  b = await bench();
  await b.slack.command('alice', '/crdb-access help');
  const { headers, raw } = b.got[0] ?? assert.fail('nothing was sent');
  const timestamp = String(headers['x-slack-request-timestamp']);
  assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 5);
  const expected = createHmac('sha256', b.slack.signingSecret).update(`v0:${timestamp}:${raw}`).digest('hex');
  assert.equal(headers['x-slack-signature'], `v0=${expected}`);
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
});

// interactivity/implementing-slash-commands, "Responding to commands"
test('the body of a 200 is an answer for the typer alone, as text or JSON; an empty one is none', async () => {
  b = await bench();
  await b.slack.command('bob', '/crdb-access help', 'crdb-approvals');
  b.answer = (res) => res.end('plain');
  await b.slack.command('bob', '/crdb-access help', 'crdb-approvals');
  b.answer = (res) => res.setHeader('content-type', 'application/json').end('{"text":"json"}');
  await b.slack.command('bob', '/crdb-access help', 'crdb-approvals');
  b.answer = (res) => res.setHeader('content-type', 'application/json').end('{"text":"all","response_type":"in_channel"}');
  await b.slack.command('bob', '/crdb-access help', 'crdb-approvals');
  assert.deepEqual(
    b.slack.inbox('bob').map(({ text, ephemeral }) => [text, ephemeral]),
    [
      ['plain', true],
      ['json', true],
      ['all', false],
    ],
  );
  assert.deepEqual(
    b.slack.inbox('carol').map(({ text }) => text),
    ['all'],
  );
});

test('a bot that answers 500 is dispatch_failed for the typer, and not asked again', async () => {
  b = await bench();
  b.answer = (res) => res.writeHead(500).end();
  assert.deepEqual(await b.slack.command('alice', '/crdb-access help'), { ok: false, status: 500, error: 'dispatch_failed' });
  const [told] = b.slack.inbox('alice');
  assert.deepEqual(
    [told?.text, told?.from, told?.ephemeral],
    ['/crdb-access failed with the error "dispatch_failed"', 'Slackbot', true],
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(b.got.length, 1);
});

test('a bot that is not there is dispatch_failed, one that takes more than three seconds operation_timeout, neither sent again', async () => {
  b = await bench({ botUrl: () => 'http://127.0.0.1:1/' });
  assert.equal((await b.slack.command('alice', '/crdb-access help')).error, 'dispatch_failed');
  await b.end();
  b = await bench();
  b.answer = () => undefined;
  const before = Date.now();
  assert.equal((await b.slack.command('alice', '/crdb-access help')).error, 'operation_timeout');
  assert.ok(Date.now() - before >= 2_900 && Date.now() - before < 4_000);
  assert.equal(b.slack.inbox('alice')[0]?.text, '/crdb-access failed with the error "operation_timeout"');
  assert.equal(b.got.length, 1);
});

test('a command that nobody registered does not reach the bot', async () => {
  b = await bench();
  assert.equal((await b.slack.command('alice', '/other help')).error, 'not_a_command');
  assert.equal((await b.slack.command('nobody', '/crdb-access help')).error, 'no_such_person');
  assert.equal(b.got.length, 0);
});

// reference/interaction-payloads/block_actions-payload
test('a press is a block_actions payload with its container, message, action and a trigger of its own', async () => {
  b = await bench();
  const { ts } = await post(buttons('approve', 'deny'));
  const id = b.slack.inbox('bob')[0]?.id ?? '';
  assert.equal(id, `${approvers}:${String(ts)}`);
  assert.equal((await b.slack.press('bob', id, 'Deny')).ok, true);
  await b.slack.press('bob', id, 'approve');
  const first = payloadOf(0);
  assert.equal(first.type, 'block_actions');
  assert.deepEqual(first.container, { type: 'message', message_ts: ts, channel_id: approvers, is_ephemeral: false });
  assert.deepEqual(first.user, { id: 'U0BOB', username: 'bob', name: 'bob', team_id: 'T0CONTOSO' });
  assert.deepEqual([first.actions[0]?.action_id, first.actions[0]?.value, first.actions[0]?.type], ['deny', 'R1', 'button']);
  assert.equal((first.message as { ts: string }).ts, ts);
  assert.notEqual(first.trigger_id, payloadOf(1).trigger_id);
  assert.notEqual(first.response_url, payloadOf(1).response_url);
});

test('a button that has vanished is still sent, as from a stale screen; one that never was is not', async () => {
  b = await bench();
  const { ts } = await post(buttons('approve'));
  const id = b.slack.inbox('bob')[0]?.id ?? '';
  await b.api('chat.update', { channel: approvers, ts, text: 'decided', blocks: [{ type: 'divider' }] });
  assert.deepEqual(b.slack.inbox('bob')[0]?.buttons, []);
  assert.equal((await b.slack.press('bob', id, 'APPROVE')).ok, true);
  assert.equal(payloadOf(0).actions[0]?.value, 'R1');
  assert.deepEqual(await b.slack.press('bob', id, 'deny'), { ok: false, status: 404, error: 'no_such_button' });
});

test('what stands in a channel is still sent by somebody who is no longer in it, and the answer is theirs alone', async () => {
  b = await bench();
  await post(buttons('approve'));
  const id = b.slack.inbox('bob')[0]?.id ?? '';
  assert.equal((await b.slack.press('alice', id, 'approve')).ok, true);
  const pressed = payloadOf(0) as unknown as { user: { id: string }; response_url: string };
  assert.equal(pressed.user.id, 'U0ALICE');
  await fetch(pressed.response_url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'no' }),
  });
  assert.deepEqual(
    b.slack.inbox('alice').map((m) => m.text),
    ['no'],
  );
  assert.equal(b.slack.inbox('bob').length, 1);
});

test('nobody presses what was never theirs to see: a message that is not there, or that only somebody else sees', async () => {
  b = await bench();
  assert.deepEqual(await b.slack.press('alice', 'C0APPROVERS:1.000000', 'approve'), {
    ok: false,
    status: 404,
    error: 'no_such_message',
  });
  await b.api('chat.postMessage', { channel: 'D0BOB', text: 'a choice', blocks: buttons('approve') });
  const id = b.slack.inbox('bob').at(-1)?.id ?? '';
  assert.deepEqual(await b.slack.press('alice', id, 'approve'), { ok: false, status: 404, error: 'no_such_message' });
  assert.equal(b.slack.payload('alice', id, 'approve'), null);
  assert.equal(b.got.length, 0);
});

test('a twisted payload can be sent signed, as by somebody who knows the secret', async () => {
  b = await bench();
  await post(buttons('approve'));
  const payload = b.slack.payload('bob', b.slack.inbox('bob')[0]?.id ?? '', 'approve') as { actions: object[] };
  await b.slack.forge({ ...payload, actions: [{ ...payload.actions[0], value: 'R2' }] });
  assert.equal(payloadOf(0).actions[0]?.value, 'R2');
});

// interactivity/handling-user-interaction, "Message responses"
test('a response URL answers five times, then used_url; ephemeral unless in_channel', async () => {
  b = await bench();
  await b.slack.command('bob', '/crdb-access help', 'crdb-approvals');
  const url = b.got[0]?.form.get('response_url') ?? '';
  assert.deepEqual(await respond(url, { text: '1' }), [200, 'ok']);
  assert.deepEqual(await respond(url, { text: '2', response_type: 'in_channel' }), [200, 'ok']);
  for (const text of ['3', '4', '5']) assert.equal((await respond(url, { text }))[0], 200);
  assert.deepEqual(await respond(url, { text: '6' }), [404, 'used_url']);
  assert.deepEqual(
    b.slack.inbox('carol').map((item) => item.text),
    ['2'],
  );
  assert.equal(b.slack.inbox('bob').length, 5);
});

// interactivity/handling-user-interaction, "Message responses"
test('a response URL lives 30 minutes, then expired_url; a made-up one is nothing', async () => {
  let now = Date.now();
  b = await bench({ now: () => now });
  await b.slack.command('alice', '/crdb-access help');
  const url = b.got[0]?.form.get('response_url') ?? '';
  now += 29 * 60 * 1000;
  assert.equal((await respond(url, { text: 'in time' }))[0], 200);
  now += 2 * 60 * 1000;
  assert.deepEqual(await respond(url, { text: 'too late' }), [404, 'expired_url']);
  assert.equal((await respond(`${url}x`, { text: 'x' }))[0], 404);
});

// interactivity/handling-user-interaction, "Message responses"
test('a response URL of a press replaces or deletes the message that was pressed', async () => {
  b = await bench();
  await post(buttons('approve'));
  const id = b.slack.inbox('bob')[0]?.id ?? '';
  await b.slack.press('bob', id, 'approve');
  const url = String(payloadOf(0).response_url);
  await respond(url, { replace_original: true, text: 'replaced' });
  assert.deepEqual(
    b.slack.inbox('bob').map((item) => [item.id, item.text]),
    [[id, 'replaced']],
  );
  await respond(url, { delete_original: true });
  assert.deepEqual(b.slack.inbox('bob'), []);
});

// messaging/formatting-message-text, "Escaping text"
test('the inbox has every word in reading order, escaped as in mrkdwn; code blocks unescaped and in order', async () => {
  b = await bench();
  const rich = (type: string, text: string) => ({ type, elements: [{ type: 'text', text }] });
  await b.api('chat.postMessage', {
    channel: 'D0ALICE',
    text: 'only for notifications',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'A & B' } },
      { type: 'section', text: { type: 'mrkdwn', text: '*bold* &lt;x&gt; ```one &amp; two```' } },
      {
        type: 'rich_text',
        elements: [
          rich('rich_text_section', 'say <this>'),
          rich('rich_text_preformatted', 'a "&&" b'),
          rich('rich_text_quote', 'q'),
        ],
      },
      {
        type: 'context',
        elements: [
          { type: 'plain_text', text: 'by' },
          { type: 'mrkdwn', text: '<!date^1^{time}|00:00 UTC>' },
        ],
      },
      ...buttons('ok'),
    ],
  });
  const [item] = b.slack.inbox('alice');
  assert.equal(
    item?.text,
    'A &amp; B\n*bold* &lt;x&gt; ```one &amp; two```\nsay &lt;this&gt;\n```a "&amp;&amp;" b```\n&gt; q\nby <!date^1^{time}|00:00 UTC>\n[OK]',
  );
  assert.deepEqual(item?.code, ['one & two', 'a "&&" b']);
  assert.deepEqual(item?.buttons, [{ id: 'ok', label: 'OK', value: 'R1' }]);
  assert.equal(item?.from, 'crdb-access');
  assert.ok(!Number.isNaN(Date.parse(item?.at ?? '')));
});

test('the scopes of the stand-in are those of the manifest, and the manifest names both commands at the one address', async () => {
  b = await bench();
  const manifest = parse(readFileSync(new URL('../../manifests/slack.yaml', import.meta.url), 'utf8')) as {
    oauth_config: { scopes: { bot: string[] } };
    features: { slash_commands: { command: string; url: string }[] };
    settings: { interactivity: { request_url: string } };
  };
  assert.deepEqual([...manifest.oauth_config.scopes.bot].sort(), [...installedScopes].sort());
  assert.deepEqual(
    manifest.features.slash_commands.map((c) => c.command),
    ['/crdb-access', '/crdb-status'],
  );
  for (const { command, url } of manifest.features.slash_commands)
    assert.equal(url, manifest.settings.interactivity.request_url, command);
});
