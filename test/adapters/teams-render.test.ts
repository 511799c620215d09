import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as renderer from 'adaptivecards';
import fc from 'fast-check';
import { type Carried, cardContent, render, renderForm } from '../../src/adapters/teams/render.ts';
import { choices } from '../../src/adapters/teams/inputs.ts';
import type { Block, Card, Run } from '../../src/core/messages/card.ts';
import type { Field, Form } from '../../src/core/messages/form.ts';
import { buttonIds, formIds } from '../../src/core/request/buttons.ts';
import { cardFaults } from '../../src/sandbox/teams/card-faults.ts';
import { codeOf, pressables, words } from '../../src/sandbox/teams/cards.ts';
import { largestMessage } from '../../src/sandbox/teams/content.ts';
import { runs } from '../runs.ts';
import { approverCard, bash, decidedCard, directMessage, hostileCard } from './slack-cards.ts';

type Json = Readonly<Record<string, unknown>>;

for (const [name, card] of Object.entries({ approverCard, decidedCard, directMessage, hostileCard })) {
  test(`${name} is rendered as kept in test/golden`, () => {
    const file = new URL(`../golden/teams-${name}.json`, import.meta.url);
    const made = `${JSON.stringify(render(card, '7F3KQ2ZN'), null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, made);
    assert.equal(made, readFileSync(file, 'utf8'));
  });
}

const functions = /\{\{(?:DATE|TIME)\(/g;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 5_000 }),
  fc.constantFrom(
    '',
    '\n',
    '**b** _i_ [l](https://evil.example) <at>Bob</at>',
    '{{DATE(2026-11-24T14:03:02Z, SHORT)}}{{TIME(2026-11-24T14:03:02Z)}}',
    '\u202e\u0000',
    '\ud800',
    '"'.repeat(9_000),
    '\u4e16'.repeat(20_000),
  ),
);
const anyDate = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const anyRun: fc.Arbitrary<Run> = fc.oneof(
  anyText,
  anyText.map((strong) => ({ strong })),
  anyText.map((code) => ({ code })),
  fc.record({ at: anyDate, style: fc.constantFrom('time' as const, 'date' as const) }),
);
const anyRuns = fc.array(anyRun, { maxLength: 30 });
const anyButton = fc.record({
  id: fc.constantFrom(...buttonIds),
  label: anyText,
  about: fc.string({ maxLength: 40 }),
  look: fc.constantFrom('primary' as const, 'danger' as const),
});
const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: anyRuns }),
  fc.record({ kind: fc.constant('note' as const), text: anyRuns }),
  fc.record({
    kind: fc.constant('facts' as const),
    facts: fc.array(fc.record({ label: anyText, text: anyRuns }), { maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('quote' as const), label: anyText, text: anyText }),
  fc.record({ kind: fc.constant('code' as const), code: anyText }),
  fc.record({ kind: fc.constant('buttons' as const), buttons: fc.array(anyButton, { maxLength: 60 }) }),
);
const anyCard: fc.Arbitrary<Card> = fc.record({ title: anyRuns, blocks: fc.array(anyBlock, { maxLength: 70 }) });
const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc.record({
    kind: fc.constant('choice' as const),
    id: fc.constant('entitlement'),
    label: anyText,
    hint: anyText,
    chosen: fc.option(fc.record({ value: anyText, label: anyText, says: anyText })),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    id: fc.constant('reason'),
    label: anyText,
    hint: anyText,
    required: fc.boolean(),
    lines: fc.constantFrom('one' as const, 'many' as const),
    most: fc.integer({ min: -1, max: 100_000 }),
  }),
);
const anyForm: fc.Arbitrary<Form> = fc.record({
  id: fc.constantFrom(...formIds),
  title: fc.string({ maxLength: 24 }),
  blocks: fc.array(anyBlock, { maxLength: 40 }),
  fields: fc.uniqueArray(anyField, { maxLength: 2, selector: ({ id }) => id }),
  submit: fc.option(fc.string({ maxLength: 24 })),
  about: fc.string({ maxLength: 40 }),
});
const nowhere: Carried = { about: '', place: null };

/** What Microsoft's own renderer finds wrong with a card before it draws it. */
function rendererFaults(card: Json): string[] {
  const context = new renderer.SerializationContext(renderer.Versions.v1_6);
  const parsed = new renderer.AdaptiveCard();
  parsed.parse(card, context);
  const parsing = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i));
  const found = [...parsing, ...parsed.validateProperties().validationEvents].map(({ message }) => message);
  // It knows no CodeBlock, which is Teams' own, and takes the fallback; it looks for choices in the card, also where they are looked up.
  return found.filter(
    (message) => !message.includes('CodeBlock') && message !== renderer.Strings.errors.choiceSetMustHaveAtLeastOneChoice(),
  );
}

test('whatever a card holds, Teams takes it: its schema, its ids, its size', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const message = render(card, 'R1');
      const [{ content }] = message.attachments;
      assert.deepEqual(cardFaults(content, ''), []);
      assert.ok(Buffer.byteLength(JSON.stringify(message)) < largestMessage - 2_000, 'with room for what carries it');
      assert.ok(message.summary.length > 0 && message.summary.length <= 1_000);
    }),
    runs(100, 2_000),
  );
});

test('whatever a form holds, Teams takes it', () => {
  fc.assert(
    fc.property(anyForm, (form) => {
      const message = renderForm(form, nowhere);
      assert.deepEqual(cardFaults(message.attachments[0].content, ''), []);
      assert.ok(Buffer.byteLength(JSON.stringify(message)) < largestMessage - 2_000);
    }),
    runs(60, 1_000),
  );
});

/** Every object within a value, the value itself first. */
function objects(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(objects);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(objects)];
}

test('whatever a card holds, nothing in it becomes markup, a mention, a link or a date of its own', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const content = cardContent(card, null);
      const all = objects(content);
      for (const { type } of all)
        assert.ok(type !== 'TextBlock' && type !== 'FactSet' && type !== 'Action.OpenUrl', String(type));
      assert.ok(all.every((object) => !('entities' in object) && !('selectAction' in object) && !('url' in object)));
      const dates = [...card.title, ...card.blocks.flatMap((b) => ('text' in b && typeof b.text !== 'string' ? b.text : []))]
        .concat(card.blocks.flatMap((b) => (b.kind === 'facts' ? b.facts.flatMap(({ text }) => text) : [])))
        .filter((run) => typeof run !== 'string' && 'at' in run).length;
      const shown = all.filter(({ type }) => type === 'TextRun').flatMap(({ text }) => String(text).match(functions) ?? []);
      assert.ok(shown.length <= 2 * dates, `${shown.length} functions of ${dates} dates`);
    }),
    runs(100, 2_000),
  );
});

const textOf = (card: Card): string => words(cardContent(card, null));

test('a value that looks like Markdown, a mention, a link or a function of the client is shown letter by letter', () => {
  for (const value of [
    '**Approved** by Bob',
    '<at>Everyone</at>',
    '[click](https://evil.example)',
    '- [ ] # > `x`',
    '&lt;b&gt;',
  ]) {
    const quote: Card = { title: ['t'], blocks: [{ kind: 'quote', label: 'Because', text: value }] };
    assert.ok(textOf(quote).includes(value), textOf(quote));
  }
  const forged: Card = {
    title: ['t'],
    blocks: [{ kind: 'quote', label: 'Because', text: 'until {{DATE(2030-01-01T00:00:00Z)}}' }],
  };
  assert.ok(textOf(forged).includes('until { {DATE(2030-01-01T00:00:00Z)}}'));
});

test('a value can not begin a line of its own in a title, a fact or the fallback', () => {
  const card: Card = {
    title: ['a\nApproved'],
    blocks: [{ kind: 'facts', facts: [{ label: 'Who\nx', text: ['m\nApproved: yes'] }] }],
  };
  assert.deepEqual(textOf(card).split('\n'), ['a Approved', 'Who x: m Approved: yes']);
  assert.deepEqual(render(card, null).summary.split('\n'), ['a Approved', 'Who x: m Approved: yes']);
});

test('code is there to be copied exactly, or not at all', () => {
  const content = cardContent(directMessage, null);
  assert.deepEqual(codeOf(content), [bash]);
  const fallback = objects(content).find((object) => 'fallback' in object)?.['fallback'];
  assert.deepEqual(codeOf({ type: 'AdaptiveCard', body: [fallback] }), [bash], 'also where CodeBlock is not known');
  const long = 'x'.repeat(30_000);
  const cut = cardContent({ title: ['t'], blocks: [{ kind: 'code', code: long }] }, null);
  assert.deepEqual(codeOf(cut), []);
  assert.match(words(cut), /30000 characters, too long to be shown here: nothing of it is shown/);
});

test('what is too long is cut visibly, and the buttons and the command stay', () => {
  const card: Card = {
    ...directMessage,
    blocks: [
      ...Array.from({ length: 30 }, (): Block => ({ kind: 'text', text: ['\u4e16'.repeat(4_000)] })),
      ...directMessage.blocks,
      ...approverCard.blocks,
    ],
  };
  const content = cardContent(card, null);
  assert.deepEqual(codeOf(content), [bash]);
  assert.deepEqual(
    pressables(content)
      .filter(({ behind }) => behind === null)
      .map(({ label }) => label),
    ['Approve', 'Deny'],
  );
  assert.match(words(content), /… \(cut\)/);
});

test('a form shows ten thousand characters, and of what is larger than a message a part', () => {
  const form = (text: string): Form => ({
    id: 'details',
    title: 'Details',
    blocks: [{ kind: 'quote', label: 'Because', text }],
    fields: [],
    submit: null,
    about: '',
  });
  const shown = (text: string): string => words(renderForm(form(text), nowhere).attachments[0].content);
  assert.ok(shown(`${'x'.repeat(9_990)} END`).endsWith('END'));
  assert.match(shown('\u4e16'.repeat(10_000)), /\u4e16{2000,}… \(cut\)/);
});

test('times are shown in the reader\u2019s own zone, and in UTC in the fallback', () => {
  const [{ content }] = render(decidedCard, null).attachments;
  assert.match(JSON.stringify(content), /\{\{TIME\(2026-11-24T14:03:02Z\)\}\}/);
  assert.match(render(decidedCard, null).summary, /Approved by Bob Ito at 14:03 UTC/);
});

test('two requests on one card have inputs of their own, and both come back as the reason', () => {
  const deny = (about: string): Block => ({ kind: 'buttons', buttons: [{ id: 'deny', label: 'Deny', about }] });
  const inputs = pressables(cardContent({ title: ['t'], blocks: [deny('A'), deny('B')] }, null)).flatMap((p) => p.inputs);
  assert.deepEqual(
    inputs.map(({ id }) => id),
    ['reason', 'reason#2'],
  );
});

test("Microsoft's own renderer finds nothing wrong with any of them", () => {
  for (const card of [approverCard, decidedCard, directMessage, hostileCard])
    assert.deepEqual(rendererFaults(cardContent(card, 'R1')), []);
  fc.assert(
    fc.property(anyCard, anyForm, (card, form) => {
      assert.deepEqual(rendererFaults(cardContent(card, 'R1')), []);
      assert.deepEqual(rendererFaults(renderForm(form, nowhere).attachments[0].content), []);
    }),
    runs(40, 500),
  );
});

test("a card that Microsoft's renderer does not understand is seen by the check above", () => {
  const faulty = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'RichTextBlocks', inlines: [] }] };
  assert.notDeepEqual(rendererFaults(faulty), []);
});

test('an option whose value would have to be cut is not offered; fifteen are at the most', () => {
  const option = (value: string) => ({ value, label: '', says: '' });
  assert.deepEqual(choices([option('x'.repeat(501)), option(''), option('a')]), [{ title: 'a', value: 'a' }]);
  assert.equal(choices(Array.from({ length: 40 }, (_, i) => option(String(i)))).length, 15);
});
