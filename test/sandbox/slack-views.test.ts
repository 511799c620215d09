// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type Bench, bench } from './slack-setup.ts';

interface Sent {
  readonly type: string;
  readonly view: { readonly id: string; readonly hash: string; readonly state: { readonly values: object } };
}

let b: Bench;
afterEach(() => b.end());

const plain = (text: string) => ({ type: 'plain_text', text });
const textField = (id: string, more: object = {}, optional = false) => ({
  type: 'input',
  block_id: `${id}_block`,
  label: plain(id.toUpperCase()),
  optional,
  element: { type: 'plain_text_input', action_id: id, ...more },
});
const choiceField = (id: string, more: object = {}) => ({
  type: 'input',
  block_id: `${id}_block`,
  label: plain(id.toUpperCase()),
  element: { type: 'external_select', action_id: id, min_query_length: 0, ...more },
});
const modal = (blocks: object[], more: object = {}) => ({
  type: 'modal',
  callback_id: 'request',
  private_metadata: 'about',
  title: plain('Ask'),
  submit: plain('Send'),
  blocks,
  ...more,
});
const trigger = async (as = 'alice') => {
  await b.slack.command(as, '/crdb-access');
  return b.got.at(-1)?.form.get('trigger_id') ?? '';
};
const payload = (i = -1) => JSON.parse(b.got.at(i)?.form.get('payload') ?? 'null') as Sent;

// surfaces/modals; reference/interaction-payloads/view-interactions-payload
test('a form opens for a trigger, is filled in and sent, and an empty answer closes it', async () => {
  b = await bench();
  const opened = await b.api('views.open', { trigger_id: await trigger(), view: modal([choiceField('what'), textField('why')]) });
  assert.equal(opened.ok, true);
  assert.equal(b.slack.screen('alice').modal?.title, 'Ask');
  b.answer = (res) =>
    payload().type === 'block_suggestion'
      ? res
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ options: [{ text: plain('Analytics (read)'), value: 'analytics' }] }))
      : res.end();
  assert.deepEqual(await b.slack.submit('alice', { what: 'analytics (read)', WHY: 'numbers' }), { ok: true, status: 200 });
  const sent = payload();
  assert.equal(sent.type, 'view_submission');
  assert.deepEqual(sent.view.state.values, {
    what_block: {
      what: {
        type: 'external_select',
        selected_option: { text: { ...plain('Analytics (read)'), emoji: true }, value: 'analytics' },
      },
    },
    why_block: { why: { type: 'plain_text_input', value: 'numbers' } },
  });
  assert.equal(b.slack.screen('alice').modal, null);
});
