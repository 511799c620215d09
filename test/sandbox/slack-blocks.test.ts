// Each limit names its page below https://docs.slack.dev/reference/block-kit/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, tooLong } from '../../src/sandbox/slack/blocks.ts';

const text = (length: number, type = 'plain_text') => ({ type, text: 'x'.repeat(length) });
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', value: 'v', text: text(5), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const rich = (...elements: object[]) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

/** The most that Slack takes, and one more. */
const limits: readonly (readonly [string, string, unknown, unknown])[] = [
  ['50 blocks a message', 'blocks', many(50, () => ({ type: 'divider' })), many(51, () => ({ type: 'divider' }))],
  [
    '3000 characters a section',
    'blocks/section-block',
    [{ type: 'section', text: text(3000) }],
    [{ type: 'section', text: text(3001) }],
  ],
  [
    '10 fields a section',
    'blocks/section-block',
    [{ type: 'section', fields: many(10, () => text(9)) }],
    [{ type: 'section', fields: many(11, () => text(9)) }],
  ],
  [
    '2000 characters a field',
    'blocks/section-block',
    [{ type: 'section', fields: [text(2000)] }],
    [{ type: 'section', fields: [text(2001)] }],
  ],
  [
    '150 characters a header',
    'blocks/header-block',
    [{ type: 'header', text: text(150) }],
    [{ type: 'header', text: text(151) }],
  ],
  [
    'plain text in a header',
    'blocks/header-block',
    [{ type: 'header', text: text(9) }],
    [{ type: 'header', text: text(9, 'mrkdwn') }],
  ],
  [
    '10 elements a context',
    'blocks/context-block',
    [{ type: 'context', elements: many(10, () => text(9)) }],
    [{ type: 'context', elements: many(11, () => text(9)) }],
  ],
  [
    '25 elements an actions block',
    'blocks/actions-block',
    [actions(...many(25, (i) => button({ action_id: `a${i}` })))],
    [actions(...many(26, (i) => button({ action_id: `a${i}` })))],
  ],
  [
    'action ids of their own',
    'block-elements/button-element',
    [actions(button(), button({ action_id: 'b' }))],
    [actions(button(), button())],
  ],
  [
    '75 characters a button',
    'block-elements/button-element',
    [actions(button({ text: text(75) }))],
    [actions(button({ text: text(76) }))],
  ],
  [
    '2000 characters a value',
    'block-elements/button-element',
    [actions(button({ value: 'x'.repeat(2000) }))],
    [actions(button({ value: 'x'.repeat(2001) }))],
  ],
  [
    '255 characters an action id',
    'block-elements/button-element',
    [actions(button({ action_id: 'x'.repeat(255) }))],
    [actions(button({ action_id: 'x'.repeat(256) }))],
  ],
  [
    'styles primary and danger',
    'block-elements/button-element',
    [actions(button({ style: 'danger' }))],
    [actions(button({ style: 'loud' }))],
  ],
  [
    '255 characters a block id',
    'blocks',
    [{ type: 'divider', block_id: 'x'.repeat(255) }],
    [{ type: 'divider', block_id: 'x'.repeat(256) }],
  ],
  [
    'block ids of their own',
    'blocks',
    many(2, (i) => ({ type: 'divider', block_id: `b${i}` })),
    many(2, () => ({ type: 'divider', block_id: 'b' })),
  ],
  [
    'texts that are not empty',
    'composition-objects/text-object',
    [{ type: 'section', text: text(1) }],
    [{ type: 'section', text: text(0) }],
  ],
  [
    'rich text that is not empty',
    'blocks/rich-text-block',
    [rich({ type: 'text', text: 'x' })],
    [rich({ type: 'text', text: '' })],
  ],
  [
    'dates of whole seconds',
    'block-elements/rich-text-section-element',
    [rich({ type: 'date', timestamp: 1, format: '{time}' })],
    [rich({ type: 'date', timestamp: 1.5, format: '{time}' })],
  ],
  ['known blocks', 'blocks', [{ type: 'divider' }], [{ type: 'video' }]],
];

for (const [name, page, taken, refused] of limits) {
  test(`${name} (${page})`, () => {
    assert.deepEqual(faultsOf(taken), []);
    assert.notEqual(faultsOf(refused).length, 0);
  });
}

test('what is no list of objects is refused, not thrown', () => {
  for (const blocks of [null, 'x', {}, [null], [1], [[]], [{ type: 'constructor' }], [{ type: 'actions', elements: 'x' }]]) {
    assert.notEqual(faultsOf(blocks).length, 0);
  }
});

// github.com/slackapi/bolt-js/issues/2867: 9,597 characters were taken, 11,341 were not
test('all blocks together may hold 9,597 characters and not 11,341', () => {
  const of = (length: number) =>
    many(Math.ceil(length / 1000), (i) => ({ type: 'section', text: text(Math.min(1000, length - i * 1000)) }));
  assert.equal(tooLong(of(9_597)), false);
  assert.equal(tooLong(of(11_341)), true);
});
