/** What nobody sends by accident: signed and unsigned, straight at the bot's process. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
let pid = 0;
before(async () => {
  d = await drive();
  pid = d.sandbox.bot.pid();
});
after(() => d.stop());

const form = 'application/x-www-form-urlencoded';

interface Sent {
  readonly body: string | Buffer;
  readonly type?: string;
  /** Seconds that the timestamp is off. */
  readonly off?: number;
  readonly signature?: string;
  readonly secret?: string;
}

async function send({
  body,
  type = form,
  off = 0,
  signature,
  secret,
}: Sent): Promise<{ status: number; ms: number; text: string }> {
  const { bot, slack } = d.sandbox.facts;
  const timestamp = String(Math.floor(Date.now() / 1000) + off);
  const mac = createHmac('sha256', secret ?? slack.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest('hex');
  const began = performance.now();
  const response = await fetch(bot.slackUrl, {
    method: 'POST',
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature ?? `v0=${mac}`,
    },
    body,
  });
  return { status: response.status, text: await response.text(), ms: performance.now() - began };
}

let n = 0;
const trigger = (): string => {
  n += 1;
  return `${n}.${n}.hostile`;
};
const command = (more: Record<string, string> = {}): string =>
  new URLSearchParams({
    command: '/crdb-access',
    text: 'request analytics',
    team_id: 'T0CONTOSO',
    user_id: 'U0ALICE',
    channel_id: 'D0ALICE',
    trigger_id: trigger(),
    response_url: `${new URL(d.sandbox.facts.slack.apiUrl).origin}/actions/response/none`,
    ...more,
  }).toString();
const payload = (value: unknown): string => new URLSearchParams({ payload: JSON.stringify(value) }).toString();
const press = (more: object = {}): object => ({
  type: 'block_actions',
  team: { id: 'T0CONTOSO' },
  user: { id: 'U0BOB', team_id: 'T0CONTOSO' },
  trigger_id: trigger(),
  container: { type: 'message', message_ts: '1.1', channel_id: 'C0APPROVERS' },
  actions: [{ type: 'button', action_id: 'approve', block_id: 'b', value: 'ABCD2345', action_ts: '1.2' }],
  ...more,
});
const without = (value: object, ...names: string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

const bodies: readonly [string, () => Sent][] = [
  ['an empty body', () => ({ body: '' })],
  ['a body that is no form', () => ({ body: '<xml/>', type: 'application/xml' })],
  ['a form without any type', () => ({ body: command(), type: '' })],
  ['a form of nothing that is known', () => ({ body: 'a=b' })],
  ['payload=null', () => ({ body: 'payload=null' })],
  ['an empty payload', () => ({ body: 'payload=' })],
  ['a payload that is a list', () => ({ body: payload([press()]) })],
  ['a payload that is a text', () => ({ body: payload('press') })],
  ['half JSON', () => ({ body: new URLSearchParams({ payload: JSON.stringify(press()).slice(0, 80) }).toString() })],
  ['half JSON as JSON', () => ({ body: '{"type":"event_callback"', type: 'application/json' })],
  ['a press without user', () => ({ body: payload(without(press(), 'user')) })],
  ['a press without team', () => ({ body: payload({ ...without(press(), 'team'), user: { id: 'U0BOB' } }) })],
  ['a press without actions', () => ({ body: payload(without(press(), 'actions')) })],
  ['a press with an empty list of actions', () => ({ body: payload(press({ actions: [] })) })],
  ['a press whose actions are null', () => ({ body: payload(press({ actions: [null] })) })],
  ['a form that was sent without a view', () => ({ body: payload({ ...without(press(), 'actions'), type: 'view_submission' }) })],
  [
    'a form that was sent without values',
    () => ({
      body: payload({ ...without(press(), 'actions'), type: 'view_submission', view: { id: 'V1', callback_id: 'deny' } }),
    }),
  ],
  ['a typeahead without user', () => ({ body: payload({ ...without(press(), 'user', 'actions'), type: 'block_suggestion' }) })],
  ['an event without an event', () => ({ body: '{"type":"event_callback","team_id":"T0CONTOSO"}', type: 'application/json' })],
  ['a command without a user', () => ({ body: command({ user_id: '' }) })],
  ['a command without a trigger', () => ({ body: command({ trigger_id: '' }) })],
  ['a field that comes twice', () => ({ body: `${command()}&user_id=U0BOB` })],
  ['bytes that are no UTF-8', () => ({ body: Buffer.concat([Buffer.from('text='), Buffer.from([0xff, 0xfe, 0x80])]) })],
  ['2 MB', () => ({ body: `text=${'x'.repeat(2_000_000)}` })],
];

const forgeries: readonly [string, () => Sent][] = [
  ['a signature of another secret', () => ({ body: command(), secret: 'f'.repeat(32) })],
  ['no signature', () => ({ body: command(), signature: '' })],
  ['a signature of nothing', () => ({ body: command(), signature: 'v0=' })],
  ['a signature of the wrong length', () => ({ body: command(), signature: 'v0=abcd' })],
  ['a timestamp of six minutes ago', () => ({ body: command(), off: -360 })],
  ['a timestamp of six minutes from now', () => ({ body: command(), off: 360 })],
  ['a timestamp of next year', () => ({ body: command(), off: 31_536_000 })],
];

async function lives(): Promise<void> {
  const { bot } = d.sandbox.facts;
  assert.equal((await fetch(bot.healthUrl)).status, 200);
  assert.equal(d.sandbox.bot.pid(), pid, 'the bot was started anew');
}

describe('signed, and nothing that the platform would send: refused at once, and the process lives', () => {
  for (const [what, sent] of bodies) {
    test(what, async () => {
      const { status, ms } = await send(sent());
      assert.ok(status >= 400 && status < 500, String(status));
      assert.ok(ms < 1_500, `${Math.round(ms)} ms`);
      await lives();
    });
  }
});

describe('not signed as the platform signs: refused at once', () => {
  for (const [what, sent] of forgeries) {
    test(what, async () => {
      const { status, ms } = await send(sent());
      assert.equal(status, 401);
      assert.ok(ms < 1_500, `${Math.round(ms)} ms`);
      await lives();
    });
  }

  test('what was signed once is taken once', async () => {
    const sent = { body: command({ text: 'help' }) };
    const timestamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', d.sandbox.facts.slack.signingSecret).update(`v0:${timestamp}:${sent.body}`).digest('hex');
    const headers = { 'content-type': form, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${mac}` };
    const once = () => fetch(d.sandbox.facts.bot.slackUrl, { method: 'POST', headers, body: sent.body });
    assert.equal((await once()).status, 200);
    assert.equal((await once()).status, 409);
    await lives();
  });
});

test('of all that nothing was filed, nothing reached the approvers, and the bot still works', async () => {
  assert.deepEqual(await d.store('SELECT id FROM requests'), []);
  assert.deepEqual(await d.inbox('bob'), []);
  await d.command('alice', '/crdb-access request analytics');
  await d.card('bob', 'analytics');
  await lives();
});
