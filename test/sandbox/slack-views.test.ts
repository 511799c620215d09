// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { viewFaults } from '../../src/sandbox/slack/view-faults.ts';
import { button, choiceField, home, input, modal, opened, plain, says, textField, trigger } from './slack-forms-setup.ts';
import { type Bench, bench } from './slack-setup.ts';

let b: Bench;
afterEach(async () => b?.end());

const x = (length: number): string => 'x'.repeat(length);
const options = (count: number) => Array.from({ length: count }, (_, i) => ({ text: plain(`o${i}`), value: `v${i}` }));
const staticChoice = (element: object) => modal([input('what', { type: 'static_select', options: options(2), ...element })]);
const choice = (element: object) => modal([choiceField('what', element)]);
const text = (element: object) => modal([textField('why', element)]);
const initial = (option: object) => choice({ initial_option: { text: plain('o'), value: 'v', ...option } });

/** The most that Slack takes, and one more. */
const limits: readonly (readonly [string, string, object, object])[] = [
  [
    '24 characters a title',
    'reference/views/modal-views',
    modal(undefined, { title: plain(x(24)) }),
    modal(undefined, { title: plain(x(25)) }),
  ],
  [
    '24 characters a submit',
    'reference/views/modal-views',
    modal(undefined, { submit: plain(x(24)) }),
    modal(undefined, { submit: plain(x(25)) }),
  ],
  [
    '24 characters a close',
    'reference/views/modal-views',
    modal(undefined, { close: plain(x(24)) }),
    modal(undefined, { close: plain(x(25)) }),
  ],
  ['plain text in a title', 'reference/views/modal-views', modal(), modal(undefined, { title: { type: 'mrkdwn', text: 'x' } })],
  [
    '3000 characters of private metadata',
    'reference/views/modal-views',
    modal(undefined, { private_metadata: x(3000) }),
    modal(undefined, { private_metadata: x(3001) }),
  ],
  [
    '255 characters a callback id',
    'reference/views/modal-views',
    modal(undefined, { callback_id: x(255) }),
    modal(undefined, { callback_id: x(256) }),
  ],
  [
    '255 characters an external id',
    'reference/views/modal-views',
    modal(undefined, { external_id: x(255) }),
    modal(undefined, { external_id: x(256) }),
  ],
  [
    '100 blocks a view',
    'reference/views/modal-views',
    modal(Array.from({ length: 100 }, () => says('x'))),
    modal(Array.from({ length: 101 }, () => says('x'))),
  ],
  [
    'a submit where there is something to fill in',
    'reference/views/modal-views',
    modal([says('x')], { submit: undefined }),
    modal(undefined, { submit: undefined }),
  ],
  [
    '2000 characters a label',
    'reference/block-kit/blocks/input-block',
    modal([textField('why', {}, { label: plain(x(2000)) })]),
    modal([textField('why', {}, { label: plain(x(2001)) })]),
  ],
  [
    '2000 characters a hint',
    'reference/block-kit/blocks/input-block',
    modal([textField('why', {}, { hint: plain(x(2000)) })]),
    modal([textField('why', {}, { hint: plain(x(2001)) })]),
  ],
  [
    '3000 characters that may be typed',
    'reference/block-kit/block-elements/plain-text-input-element',
    text({ max_length: 3000 }),
    text({ max_length: 3001 }),
  ],
  [
    '150 characters a placeholder',
    'reference/block-kit/block-elements/select-menu-element',
    choice({ placeholder: plain(x(150)) }),
    choice({ placeholder: plain(x(151)) }),
  ],
  [
    '75 characters an option',
    'reference/block-kit/composition-objects/option-object',
    initial({ text: plain(x(75)) }),
    initial({ text: plain(x(76)) }),
  ],
  [
    '150 characters a value',
    'reference/block-kit/composition-objects/option-object',
    initial({ value: x(150) }),
    initial({ value: x(151) }),
  ],
  [
    '75 characters a description',
    'reference/block-kit/composition-objects/option-object',
    initial({ description: plain(x(75)) }),
    initial({ description: plain(x(76)) }),
  ],
  [
    '100 options',
    'reference/block-kit/block-elements/select-menu-element',
    staticChoice({ options: options(100) }),
    staticChoice({ options: options(101) }),
  ],
  [
    'an initial option that is one of them',
    'reference/block-kit/block-elements/select-menu-element',
    staticChoice({ initial_option: options(2)[1] }),
    staticChoice({ initial_option: { text: plain('o'), value: 'other' } }),
  ],
];

for (const [name, page, taken, refused] of limits) {
  test(`${name} (${page})`, () => {
    assert.deepEqual(viewFaults(JSON.parse(JSON.stringify(taken)), 'modal'), []);
    assert.notEqual(viewFaults(JSON.parse(JSON.stringify(refused)), 'modal').length, 0);
  });
}

test('what is no view is refused, not thrown', () => {
  for (const view of [
    null,
    'x',
    [],
    {},
    { type: 'modal' },
    { type: 'modal', title: plain('x'), blocks: 'x' },
    modal([input('x', { type: 'constructor' })]),
  ])
    assert.notEqual(viewFaults(view, 'modal').length, 0);
});

// reference/methods/views.open
test('a view that Slack does not take is invalid_arguments, says where, and spends no trigger', async () => {
  b = await bench();
  const id = await trigger(b);
  const refused = await b.api('views.open', { trigger_id: id, view: modal(undefined, { title: plain(x(25)) }) });
  assert.equal(refused.error, 'invalid_arguments');
  assert.deepEqual(refused.response_metadata, {
    messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
  });
  assert.equal((await b.api('views.open', { trigger_id: id, view: '{broken' })).error, 'invalid_arguments');
  assert.equal((await b.api('views.open', { trigger_id: id, view: home(says('x')) })).error, 'invalid_arguments');
  assert.equal((await b.api('views.open', { trigger_id: id, view: modal() })).ok, true);
});

// reference/methods/views.open, `view_too_large`: 250 kB
test('a view of more than 250 kB is view_too_large', async () => {
  b = await bench();
  const blocks = Array.from({ length: 99 }, () => says(x(2_600)));
  assert.equal((await b.api('views.open', { trigger_id: await trigger(b), view: modal(blocks) })).error, 'view_too_large');
});

// interactivity/handling-user-interaction, "Using trigger_id"
test('a trigger opens one form within three seconds', async () => {
  let now = Date.now();
  b = await bench({ now: () => now });
  const first = await trigger(b);
  now += 2_900;
  assert.equal((await b.api('views.open', { trigger_id: first, view: modal() })).ok, true);
  assert.equal((await b.api('views.open', { trigger_id: first, view: modal() })).error, 'exchanged_trigger_id');
  const second = await trigger(b);
  now += 3_100;
  assert.equal((await b.api('views.open', { trigger_id: second, view: modal() })).error, 'expired_trigger_id');
  assert.equal((await b.api('views.open', { trigger_id: '1.2.x', view: modal() })).error, 'invalid_trigger_id');
  assert.equal((await b.api('views.open', { view: modal() })).error, 'invalid_arguments');
});

// surfaces/modals, "Pushing modals"
test('three forms stand over each other, and no fourth; closing shows the one below', async () => {
  b = await bench();
  const actions = (n: number) => [{ type: 'actions', elements: [button('more', `${n}`)] }];
  await opened(b, modal(actions(1), { title: plain('1') }));
  const push = async (n: number) => {
    await b.slack.press('alice', 'modal', 'more');
    const { trigger_id: id } = JSON.parse(b.got.at(-1)?.form.get('payload') ?? '') as { trigger_id: string };
    return await b.api('views.push', { trigger_id: id, view: modal(actions(n), { title: plain(String(n)) }) });
  };
  const second = (await push(2)).view as { id: string; root_view_id: string; previous_view_id: string };
  assert.equal(second.root_view_id, second.previous_view_id);
  assert.equal((await push(3)).ok, true);
  assert.equal((await push(4)).error, 'push_limit_reached');
  assert.equal(b.slack.screen('alice').modal?.title, '3');
  await b.slack.dismiss('alice');
  assert.equal(b.slack.screen('alice').modal?.title, '2');
  assert.equal((await b.api('views.push', { trigger_id: await trigger(b), view: modal() })).error, 'not_found');
});

// reference/methods/views.update; surfaces/modals, "Avoiding race conditions when using views"
test('a form is changed by its id or external id, and with a hash only as it was last seen', async () => {
  b = await bench();
  const id = await opened(b, modal(undefined, { external_id: 'mine' }));
  const update = (args: object, title: string) =>
    b.api('views.update', { ...args, view: modal(undefined, { title: plain(title), external_id: 'mine' }) });
  const first = (await update({ view_id: id }, 'one')).view as { hash: string };
  const second = (await update({ external_id: 'mine', hash: first.hash }, 'two')).view as { hash: string };
  assert.notEqual(second.hash, first.hash);
  assert.equal((await update({ view_id: id, hash: first.hash }, 'three')).error, 'hash_conflict');
  assert.equal(b.slack.screen('alice').modal?.title, 'two');
  assert.equal((await update({ view_id: 'VNONE' }, 'x')).error, 'not_found');
  assert.equal((await update({}, 'x')).error, 'invalid_arguments');
  await b.slack.dismiss('alice');
  assert.equal((await update({ view_id: id }, 'x')).error, 'not_found');
});

// reference/methods/views.open, `external_id`
test('an external id belongs to one view of the workspace', async () => {
  b = await bench();
  await opened(b, modal(undefined, { external_id: 'mine' }));
  const answer = await b.api('views.open', {
    trigger_id: await trigger(b, 'bob'),
    view: modal(undefined, { external_id: 'mine' }),
  });
  assert.equal(answer.error, 'duplicate_external_id');
});

// reference/methods/views.publish
test('a home is published for a user, again for the same user, and is there after a restart', async () => {
  b = await bench();
  const publish = (user: string, view: object, more: object = {}) => b.api('views.publish', { user_id: user, view, ...more });
  const first = (await publish('U0ALICE', home(says('one')))).view as { id: string; hash: string };
  const second = (await publish('U0ALICE', home(says('two')))).view as { id: string; hash: string };
  assert.equal(second.id, first.id);
  assert.equal((await publish('U0ALICE', home(says('three')), { hash: first.hash })).error, 'hash_conflict');
  await b.restart();
  assert.deepEqual(
    b.slack.screen('alice').home?.blocks.map((block) => block.text),
    [plain('two')],
  );
  assert.equal(b.slack.screen('bob').home, null);
  const refused = await publish('U0NONE', home(says('x')));
  assert.deepEqual([refused.error, refused.response_metadata], ['invalid_arguments', { messages: ['invalid `user_id`'] }]);
  assert.equal((await publish('U0ALICE', modal())).error, 'invalid_arguments');
  assert.equal((await publish('U0ALICE', home(...Array.from({ length: 101 }, () => says('x'))))).error, 'invalid_arguments');
});
