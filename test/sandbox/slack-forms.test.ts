// What people do with forms and the home. Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { button, choiceField, home, input, json, modal, opened, plain, says, sent, textField } from './slack-forms-setup.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
afterEach(() => b.end());

const option = (value: string, label: string, more: object = {}) => ({ text: plain(label), value, ...more });
const offering =
  (...options: object[]): Bench['answer'] =>
  (res) =>
    sent(b).type === 'block_suggestion' ? json({ options })(res) : res.end();
const who = { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: 'T0CONTOSO' };
const stillOpen = () => b.slack.screen('alice').modal;

// reference/interaction-payloads/view-interactions-payload; surfaces/modals, "Handling view submissions"
test('a form that is sent is a view_submission with everything that stands in it, and an empty answer closes it', async () => {
  b = await bench();
  const id = await opened(
    b,
    modal([
      says('Ask'),
      choiceField('what', { initial_option: option('reporting', 'Reporting') }),
      textField('why', {}, { optional: true }),
      textField('more', { initial_value: 'kept' }),
    ]),
  );
  assert.deepEqual(await b.slack.submit('alice', {}), { ok: true, status: 200 });
  const { type, user, view, response_urls, trigger_id, team, api_app_id } = sent(b);
  assert.deepEqual(
    [type, user, response_urls, team, api_app_id],
    ['view_submission', who, [], { id: 'T0CONTOSO', domain: 'contoso' }, 'A0CRDBACCESS'],
  );
  assert.match(trigger_id, /^\d+\.\d+\.[0-9a-f]{32}$/);
  assert.deepEqual([view.id, view.callback_id, view.private_metadata], [id, 'request', 'about']);
  assert.match(view.hash, /^\d+\.[0-9a-f]{8}$/);
  assert.deepEqual(view.state.values, {
    what_block: { what: { type: 'external_select', selected_option: option('reporting', 'Reporting') } },
    why_block: { why: { type: 'plain_text_input', value: null } },
    more_block: { more: { type: 'plain_text_input', value: 'kept' } },
  });
  assert.equal(stillOpen(), null);
  assert.deepEqual(await b.slack.submit('alice', {}), { ok: false, status: 404, error: 'no form is open' });
});

// reference/interaction-payloads/block_suggestion-payload; reference/block-kit/block-elements/select-menu-element, "external_select"
test('a typeahead asks the bot as one types, from the length that it says, and offers what comes back', async () => {
  b = await bench();
  const id = await opened(
    b,
    modal([choiceField('what', { min_query_length: 2 }), choiceField('usual', { min_query_length: undefined })]),
  );
  b.answer = offering(option('analytics', 'Analytics (read)', { description: plain('on prod') }), option('billing', 'Billing'));
  const before = b.got.length;
  assert.deepEqual(await b.slack.suggest('alice', 'what', 'a'), []);
  assert.deepEqual(await b.slack.suggest('alice', 'usual', 'an'), []);
  assert.equal(b.got.length, before);
  assert.deepEqual(await b.slack.suggest('alice', 'what', 'an'), [
    { value: 'analytics', label: 'Analytics (read)', says: 'on prod' },
    { value: 'billing', label: 'Billing', says: '' },
  ]);
  const { type, user, container, action_id, block_id, value, view } = sent(b);
  assert.deepEqual(
    [type, user, container, action_id, block_id, value, view.id],
    ['block_suggestion', who, { type: 'view', view_id: id }, 'what', 'what_block', 'an', id],
  );
});

test('more than 100 options, or one that is too long, is nothing that Slack shows', async () => {
  b = await bench();
  await opened(b, modal([choiceField('what')]));
  const many = (count: number) => Array.from({ length: count }, (_, i) => option(`v${i}`, `o${i}`));
  b.answer = offering(...many(100));
  assert.equal((await b.slack.suggest('alice', 'what', 'o')).length, 100);
  b.answer = offering(...many(101));
  await assert.rejects(b.slack.suggest('alice', 'what', 'o'), /no more than 100 items/);
  b.answer = offering(option('v', 'x'.repeat(76)));
  await assert.rejects(b.slack.suggest('alice', 'what', 'o'), /less than 76 characters/);
  b.answer = (res) => res.writeHead(500).end();
  await assert.rejects(b.slack.suggest('alice', 'what', 'o'), /dispatch_failed/);
});

test('a choice is what is offered, by value or label in any case; anything else does not reach the bot', async () => {
  b = await bench();
  b.answer = offering(option('analytics', 'Analytics (read)', { description: plain('on prod') }));
  await opened(b, modal([choiceField('what')]));
  assert.deepEqual(await b.slack.submit('alice', { what: 'everything' }), {
    ok: false,
    status: 400,
    error: 'what: "everything" is not offered; choose what GET api/suggest?field=what gives',
  });
  assert.deepEqual(await b.slack.submit('alice', { nothing: 'x' }), {
    ok: false,
    status: 400,
    error: 'no field "nothing" in this form; there is: what',
  });
  assert.ok(b.got.every(({ form }) => form.get('payload')?.includes('view_submission') !== true));
  assert.equal((await b.slack.submit('alice', { WHAT: 'ANALYTICS (READ)' })).ok, true);
  assert.deepEqual(sent(b).view.state.values, {
    what_block: {
      what: {
        type: 'external_select',
        selected_option: {
          text: { ...plain('Analytics (read)'), emoji: true },
          value: 'analytics',
          description: { ...plain('on prod'), emoji: true },
        },
      },
    },
  });
});

test('a static choice takes one of its own options', async () => {
  b = await bench();
  await opened(b, modal([input('what', { type: 'static_select', options: [option('a', 'A'), option('b', 'B')] })]));
  assert.equal((await b.slack.submit('alice', { what: 'c' })).status, 400);
  assert.equal((await b.slack.submit('alice', { what: 'b' })).ok, true);
  assert.deepEqual(
    (sent(b).view.state.values as { what_block: { what: { selected_option: { value: string } } } }).what_block.what
      .selected_option.value,
    'b',
  );
});

// reference/block-kit/block-elements/plain-text-input-element: min_length, max_length; reference/block-kit/blocks/input-block: optional
test('a field that must be filled in, a text that is too short or too long: Slack itself says so and sends nothing', async () => {
  b = await bench();
  await opened(b, modal([textField('must'), textField('long', { max_length: 5 }), textField('short', { min_length: 3 })]));
  const before = b.got.length;
  const result = await b.slack.submit('alice', { long: '123456', short: '12' });
  assert.deepEqual(result, {
    ok: false,
    status: 422,
    error: 'the form stays open',
    errors: {
      must: 'Please complete this required field.',
      long: 'Must be at most 5 characters; this is 6.',
      short: 'Must be at least 3 characters; this is 2.',
    },
  });
  assert.equal(b.got.length, before);
  assert.deepEqual(Object.keys(stillOpen()?.errors ?? {}), ['must_block', 'long_block', 'short_block']);
  // What was typed stays: only what was wrong is typed again.
  assert.equal((await b.slack.submit('alice', { must: 'x', long: '12345' })).ok, false);
  assert.equal((await b.slack.submit('alice', { short: '123' })).ok, true);
});

// surfaces/modals, "Displaying errors in views"
test('errors by block id keep the form open, say so beside the field, and go when it is sent again', async () => {
  b = await bench();
  await opened(b);
  b.answer = json({ response_action: 'errors', errors: { why_block: 'Too vague.' } });
  assert.deepEqual(await b.slack.submit('alice', { why: 'because' }), {
    ok: false,
    status: 422,
    error: 'the form stays open',
    errors: { why: 'Too vague.' },
  });
  assert.deepEqual(stillOpen()?.errors, { why_block: 'Too vague.' });
  assert.deepEqual(stillOpen()?.blocks[0]?.element, { type: 'plain_text_input', action_id: 'why', initial_value: 'because' });
  b.answer = (res) => res.end();
  assert.equal((await b.slack.submit('alice', {})).ok, true);
  assert.equal(stillOpen(), null);
});

test('errors about a block that is none, an answer that is none, and a view that is none are trouble: the form stays', async () => {
  b = await bench();
  await opened(b);
  const wrong = [
    json({ response_action: 'errors', errors: { other: 'x' } }),
    json({ response_action: 'errors', errors: {} }),
    json({ response_action: 'vanish' }),
    json({ response_action: 'constructor' }),
    json({ response_action: 'update', view: home(says('x')) }),
    json(['x']),
    ((res) => res.end('{broken')) as Bench['answer'],
  ];
  for (const answer of wrong) {
    b.answer = answer;
    const result = await b.slack.submit('alice', { why: 'x' });
    assert.deepEqual([result.ok, result.status], [false, 502]);
    assert.deepEqual(stillOpen()?.errors, { '': 'We had some trouble connecting. Try again?' });
  }
});

// surfaces/modals, "Updating views", "Pushing modals", "Closing views"
test('an answer updates the form, puts another over it, or closes them all', async () => {
  b = await bench();
  await opened(b);
  b.answer = json({ response_action: 'update', view: modal(undefined, { title: plain('two') }) });
  assert.equal((await b.slack.submit('alice', { why: 'kept' })).ok, true);
  assert.equal(stillOpen()?.title, 'two');
  b.answer = json({ response_action: 'push', view: modal(undefined, { title: plain('three') }) });
  assert.equal((await b.slack.submit('alice', {})).ok, true);
  assert.equal(stillOpen()?.title, 'three');
  b.answer = (res) => res.end();
  await b.slack.submit('alice', { why: 'x' });
  assert.equal(stillOpen()?.title, 'two');
  b.answer = json({ response_action: 'push', view: modal(undefined, { title: plain('three') }) });
  await b.slack.submit('alice', {});
  b.answer = json({ response_action: 'clear' });
  await b.slack.submit('alice', { why: 'x' });
  assert.equal(stillOpen(), null);
});

// interactivity/handling-user-interaction, "Acknowledgment response"
test('a bot that fails, or takes more than three seconds, leaves the form open with trouble, and is not asked again', async () => {
  b = await bench();
  await opened(b);
  b.answer = (res) => res.writeHead(500).end();
  assert.deepEqual(await b.slack.submit('alice', { why: 'x' }), { ok: false, status: 500, error: 'dispatch_failed' });
  b.answer = () => undefined;
  const before = b.got.length;
  assert.equal((await b.slack.submit('alice', {})).error, 'operation_timeout');
  assert.deepEqual(stillOpen()?.errors, { '': 'We had some trouble connecting. Try again?' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(b.got.length, before + 1);
});

test('a form that the bot opens while another is being sent is not closed by the answer to that', async () => {
  b = await bench();
  await opened(b);
  b.answer = (res) => {
    void b
      .api('views.open', { trigger_id: sent(b).trigger_id, view: modal(undefined, { title: plain('next') }) })
      .then(() => res.end());
  };
  assert.equal((await b.slack.submit('alice', { why: 'x' })).ok, true);
  assert.equal(stillOpen()?.title, 'next');
});

// surfaces/modals, "Handling view_closed"
test('closing a form is told only to a bot that asked for it, and the close button can close them all', async () => {
  b = await bench();
  await opened(b);
  const before = b.got.length;
  await b.slack.dismiss('alice');
  assert.equal(b.got.length, before);
  const id = await opened(b, modal(undefined, { notify_on_close: true, clear_on_close: true }));
  await b.slack.dismiss('alice');
  const { type, user, view, is_cleared } = sent(b);
  assert.deepEqual([type, user, view.id, is_cleared], ['view_closed', who, id, true]);
  assert.equal(stillOpen(), null);
});

// reference/interaction-payloads/block_actions-payload
test('a press in a form or in the home carries the view, and neither a message nor a response URL', async () => {
  b = await bench();
  const actions = {
    type: 'actions',
    block_id: 'x',
    elements: [button('connect', 'R1', 'Login command'), button('more', 'R1', 'More…')],
  };
  await opened(b, modal([actions, textField('why', { initial_value: 'kept' })]));
  assert.equal((await b.slack.press('alice', 'modal', 'more')).ok, true);
  const inForm = sent(b);
  assert.deepEqual(inForm.container, { type: 'view', view_id: inForm.view.id });
  assert.deepEqual([inForm.message, inForm.channel, inForm.response_url], [undefined, undefined, undefined]);
  assert.deepEqual(inForm.view.state.values, { why_block: { why: { type: 'plain_text_input', value: 'kept' } } });
  const second = { type: 'actions', block_id: 'y', elements: [button('connect', 'R2', 'Login command')] };
  await b.api('views.publish', { user_id: 'U0ALICE', view: home(actions, second) });
  assert.equal((await b.slack.press('alice', 'home', 'login command...', 'R2')).ok, true);
  const inHome = sent(b);
  assert.deepEqual((inHome.actions as { action_id: string; value: string; block_id: string }[])[0]?.value, 'R2');
  assert.equal((inHome.view as unknown as { type: string }).type, 'home');
  assert.equal((await b.slack.press('alice', 'home', 'connect', 'R3')).error, 'no_such_button');
  assert.equal((await b.slack.press('bob', 'home', 'connect')).error, 'no_home');
  assert.equal((await b.slack.press('bob', 'modal', 'connect')).error, 'no_form_open');
});

test('whoever looks at a screen is told of a message, a form, a home and an archived channel, until they look away', async () => {
  b = await bench();
  let told = 0;
  const end = b.slack.onChange(() => {
    told += 1;
  });
  const tells = async (act: () => unknown): Promise<boolean> => {
    const before = told;
    await act();
    return told > before;
  };
  assert.ok(await tells(() => b.api('chat.postMessage', { channel: 'D0ALICE', text: 'x' })));
  assert.ok(await tells(() => opened(b)));
  assert.ok(await tells(() => b.slack.dismiss('alice')));
  assert.ok(await tells(() => b.api('views.publish', { user_id: 'U0ALICE', view: home(says('x')) })));
  assert.ok(await tells(() => b.slack.archive('general')));
  end();
  assert.equal(await tells(() => b.api('chat.postMessage', { channel: 'D0ALICE', text: 'x' })), false);
});

test("a screen has the person's own channels, direct messages first, and what the bot changed is marked as edited", async () => {
  b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: 'C0APPROVERS', text: 'x', blocks: [says('one')] });
  await b.api('chat.update', { channel: 'C0APPROVERS', ts, text: 'x', blocks: [says('two')] });
  const { channels, messages } = b.slack.screen('bob');
  assert.deepEqual(
    channels.map(({ name, kind, archived, members }) => [name, kind, archived, members]),
    [
      ['crdb-access', 'direct', false, 2],
      ['crdb-approvals', 'channel', false, 3],
      ['general', 'channel', false, 10],
    ],
  );
  assert.deepEqual(
    messages.map(({ id, isBot, edited, ephemeral, blocks }) => [id, isBot, edited, ephemeral, blocks[0]?.text]),
    [[`C0APPROVERS:${String(ts)}`, true, true, false, plain('two')]],
  );
  assert.deepEqual(
    b.slack.screen('carol').channels.map(({ kind }) => kind),
    ['direct', 'channel', 'private', 'channel'],
  );
});
