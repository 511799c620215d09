import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapedWithin } from '../../src/adapters/slack/plain.ts';
import { cut, harmless } from '../../src/core/messages/harmless.ts';
import { homeView, modal, optionObjects } from '../../src/adapters/slack/form.ts';
import { render } from '../../src/adapters/slack/render.ts';
import { carry, replyAddress } from '../../src/adapters/slack/reply.ts';
import type { Block, Card, Run } from '../../src/core/messages/card.ts';
import type { Field, Form } from '../../src/core/messages/form.ts';
import { buttonIds, formIds } from '../../src/core/request/buttons.ts';
import { faultsOf, tooLong } from '../../src/sandbox/slack/blocks.ts';
import { list } from '../../src/sandbox/slack/checks.ts';
import { option } from '../../src/sandbox/slack/elements.ts';
import { viewFaults, viewTooLarge } from '../../src/sandbox/slack/view-faults.ts';
import { shown } from '../../src/sandbox/slack/source.ts';
import { approverCard, bash, decidedCard, directMessage, hostileCard } from './slack-cards.ts';

type Json = Readonly<Record<string, unknown>>;
const seen = (card: Card) => {
  const { text, blocks } = render(card);
  return shown({ text, blocks: blocks as unknown as Json[] });
};

for (const [name, card] of Object.entries({ approverCard, decidedCard, directMessage, hostileCard })) {
  test(`${name} is rendered as kept in test/golden`, () => {
    const file = new URL(`../golden/slack-${name}.json`, import.meta.url);
    const made = `${JSON.stringify(render(card), null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, made);
    assert.equal(made, readFileSync(file, 'utf8'));
  });
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 5_000 }),
  fc.constantFrom('', '\n', '<!channel>', '*b* _i_ `c`', '\u202e\u0000', '\ud800', '&'.repeat(5_000), 'x'.repeat(20_000)),
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

test('whatever a card holds, Slack takes it', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const { text, blocks } = render(card);
      assert.deepEqual(faultsOf(blocks), []);
      assert.ok(!tooLong(blocks), 'all blocks together are short enough');
      assert.ok(JSON.stringify(blocks).length < 40_000);
      assert.ok(text.length > 0 && text.length <= 3_000);
    }),
    { numRuns: 200 },
  );
});

test('whatever a card holds, nothing in it becomes markup: mrkdwn stands in dates alone', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const { text, blocks } = render(card);
      assert.doesNotMatch(text, /[<>]/);
      for (const part of walk(blocks)) {
        if (part.type === 'mrkdwn') assert.match(String(part.text), /^<!date\^\d+\^[{}a-z_ ]+\|[\d: UTC-]+>$/);
        if (part.type === 'rich_text_section') {
          for (const element of part.elements as Json[]) assert.ok(['text', 'date'].includes(String(element.type)));
        }
      }
    }),
    { numRuns: 200 },
  );
});

const anyOption = fc.record({ value: fc.string({ maxLength: 200 }), label: anyText, says: anyText });
const fieldIds = fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,30}$/), { maxLength: 8 });
const anyField = (id: string): fc.Arbitrary<Field> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('choice' as const),
      id: fc.constant(id),
      label: anyText,
      hint: anyText,
      chosen: fc.option(anyOption),
    }),
    fc.record({
      kind: fc.constant('text' as const),
      id: fc.constant(id),
      label: anyText,
      hint: anyText,
      required: fc.boolean(),
      lines: fc.constantFrom('one' as const, 'many' as const),
      most: fc.integer({ min: 0, max: 20_000 }),
    }),
  );
const anyForm: fc.Arbitrary<Form> = fc.record({
  id: fc.constantFrom(...formIds),
  title: anyText,
  blocks: fc.array(anyBlock, { maxLength: 130 }),
  fields: fieldIds.chain((ids) => fc.tuple(...ids.map(anyField))),
  submit: fc.option(anyText),
  about: fc.string({ maxLength: 40 }),
});

test('whatever a form holds, Slack takes it', () => {
  fc.assert(
    fc.property(anyForm, (form) => {
      const view = modal(form, carry(form.about, replyAddress('{"user":"U1"}')));
      assert.deepEqual(viewFaults(view, 'modal'), []);
      assert.equal(viewTooLarge(view as unknown as Json), false);
      assert.equal(view.blocks.filter(({ type }) => type === 'input').length, form.fields.length, 'no field is lost');
    }),
    { numRuns: 200 },
  );
});

test('whatever the home shows, Slack takes it', () => {
  fc.assert(
    fc.property(anyCard, (card) => {
      const view = homeView(card);
      assert.deepEqual(viewFaults(view, 'home'), []);
      assert.equal(viewTooLarge(view as unknown as Json), false);
    }),
    { numRuns: 200 },
  );
});

test('whatever is offered, Slack takes it, and what is chosen is what was offered', () => {
  fc.assert(
    fc.property(fc.array(anyOption, { maxLength: 150 }), (options) => {
      const made = optionObjects(options);
      assert.deepEqual(list(made, 0, 100, '/options', option), []);
      for (const { value } of made) assert.ok(options.some((o) => o.value === value));
    }),
    { numRuns: 200 },
  );
});

test('a home and a form with 200 lines of small print keep their buttons and fields, and say that they are cut', () => {
  const blocks: Block[] = [...Array<Block>(200).fill({ kind: 'note', text: ['one line'] }), ...approverCard.blocks.slice(-1)];
  const made = homeView({ title: ['Home'], blocks }).blocks;
  const fields: Field[] = [{ kind: 'text', id: 'why', label: 'Why', hint: '', required: true, lines: 'one', most: 10 }];
  const form = modal({ id: 'deny', title: 'Deny', blocks, fields, submit: 'Deny', about: '' }, '{}').blocks;
  for (const view of [made, form]) {
    assert.equal(view.length, 100);
    assert.equal(view.filter(({ type }) => type === 'actions').length, 1);
    assert.match(JSON.stringify(view), /… \(cut\)/);
  }
  assert.equal(form.at(-1)?.type, 'input');
});

test('a reason of 10,000 characters stands in a form whole, in several blocks, and its words are not broken', () => {
  const reason = `${'Q4 churn numbers, for the board. '.repeat(310)}end`;
  const form: Form = {
    id: 'details',
    title: 'Details',
    blocks: [
      { kind: 'quote', label: 'Because', text: reason },
      { kind: 'text', text: [reason] },
    ],
    fields: [],
    submit: null,
    about: '7F3KQ2ZN',
  };
  const { blocks } = modal(form, '{}');
  assert.ok(blocks.length >= 8);
  const texts = [...walk(blocks)].filter(({ type }) => type === 'text').map(({ text }) => String(text));
  assert.ok(texts.every((text) => text.length <= 3_000));
  assert.ok(texts.every((text) => text === 'Because:' || /[ d]$/.test(text)));
  assert.equal(texts.slice(1).join(''), reason + reason);
});

test('a code block is there whole, character for character, or not at all', () => {
  const plain = fc.string({ minLength: 1, maxLength: 9_000 });
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 4 }), fc.string({ maxLength: 3_000 }), (codes, words) => {
      const card: Card = {
        title: ['t'],
        blocks: codes.flatMap((code): Block[] => [
          { kind: 'text', text: [words] },
          { kind: 'code', code },
        ]),
      };
      for (const code of seen(card).code) assert.ok(codes.includes(code));
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(seen(directMessage).code, [bash]);
});

test('a command of several thousand characters is still whole, beside long words', () => {
  const long = `${bash} # ${'x'.repeat(5_000)}`;
  const card: Card = {
    title: ['t'],
    blocks: [
      { kind: 'quote', label: 'Because', text: 'y'.repeat(5_000) },
      { kind: 'code', code: long },
    ],
  };
  assert.deepEqual(seen(card).code, [long]);
  assert.match(seen(card).text, /… \(cut\)/);
});

test('a code block that is too long is replaced by a sentence, so that no half of it can be copied', () => {
  const { text, code } = seen({ title: ['t'], blocks: [{ kind: 'code', code: 'x'.repeat(16_000) }] });
  assert.deepEqual(code, []);
  assert.match(text, /16000 characters, too long/);
});

test('buttons keep their labels, their request and their order, however full the card is', () => {
  const { buttons } = seen({
    ...approverCard,
    blocks: [{ kind: 'text', text: ['z'.repeat(20_000)] }, ...Array(60).fill(approverCard.blocks[1]), ...approverCard.blocks],
  });
  assert.deepEqual(buttons, [
    { id: 'approve', label: 'Approve' },
    { id: 'deny', label: 'Deny' },
  ]);
});

test('a value can neither make a line of facts nor leave its quote', () => {
  const { text } = seen(hostileCard);
  assert.ok(
    !render(hostileCard)
      .text.split('\n')
      .some((line) => /^(Approved|> not)/.test(line)),
  );
  assert.ok(!text.split('\n').some((line) => line.startsWith('Approved')));
  assert.ok(text.includes('&gt; &gt; not a quote'));
  assert.ok(!text.includes('\u202e') && !text.includes('\u0000'));
});

test('the text for notifications begins with the title and holds the same facts', () => {
  const { text } = render(approverCard);
  assert.ok(text.startsWith('Alice Park asks for analytics on prod\n'));
  for (const fact of ['alice@contoso.com', 'Q4 churn numbers', '2026-11-24 14:03 UTC']) assert.ok(text.includes(fact));
});

test('cutting never halves a character and always says that it cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 20, max: 100 }), (text, room) => {
      const short = cut(harmless(text), room);
      assert.ok(short.length <= room);
      assert.doesNotMatch(short, /\p{Cs}/u);
      assert.ok(short === harmless(text) || short.endsWith('… (cut)'));
      assert.ok(escapedWithin(text, room).length <= room);
    }),
  );
});

function* walk(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const inner of Object.values(value)) yield* walk(inner);
}
