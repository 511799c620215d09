/** What the Teams stand-in reads of Adaptive Cards and what it refuses (adaptivecards.io/explorer; learn.microsoft.com, "Cards reference", "Format cards in Teams"). */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cardFaults } from '../../src/sandbox/teams/card-faults.ts';
import { codeOf, pressables, words } from '../../src/sandbox/teams/cards.ts';
import { marked, plainDates } from '../../src/sandbox/teams/markdown.ts';
import { block, card, type Json } from './teams-setup.ts';

suite('Adaptive Cards as words', () => {
  test('every word is read, in the order in which it stands', () => {
    const all = card(
      [
        block('**Alice** asks'),
        {
          type: 'ColumnSet',
          columns: [
            { type: 'Column', items: [block('left')] },
            { items: [block('hidden')], isVisible: false },
            { type: 'Column', items: [{ type: 'FactSet', facts: [{ title: 'Role', value: 'reader' }] }] },
          ],
        },
        { type: 'RichTextBlock', inlines: ['plain ', { type: 'TextRun', text: '*as it is*' }] },
        { type: 'Input.Text', id: 'reason', label: 'Reason', placeholder: 'Why' },
        { type: 'ActionSet', actions: [{ type: 'Action.Execute', title: 'Inside' }] },
      ],
      { actions: [{ type: 'Action.Execute', title: 'Approve' }] },
    );
    assert.equal(words(all), 'Alice asks\nleft\nRole reader\nplain *as it is*\nReason\nWhy\n[Inside]\n[Approve]');
  });

  test('code is what stands in monospace alone, exactly as it was sent where it is a text run', () => {
    const command = 'export X=\'a*b_c\' && \\\n  psql "postgres://…"';
    const run = (text: string): Json => ({ type: 'TextRun', text, fontType: 'Monospace' });
    const all = card([
      { type: 'RichTextBlock', inlines: [run(command)] },
      { type: 'RichTextBlock', inlines: ['role ', run('reader')] },
      { type: 'TextBlock', text: 'a\\*b', fontType: 'monospace' },
      { type: 'CodeBlock', codeSnippet: 'select 1', language: 'sql' },
    ]);
    assert.deepEqual(codeOf(all), [command, 'a*b', 'select 1']);
  });

  test('Markdown of a text block gives what is seen: emphasis, links and escapes', () => {
    assert.equal(marked('**bold** and _slanted_ and `kept`'), 'bold and slanted and `kept`');
    assert.equal(marked('[click](https://evil.example) me'), 'click me');
    assert.equal(
      marked('\\[not a link\\](https://x.example) \\*\\*plain\\*\\* snake_case_name'),
      '[not a link](https://x.example) **plain** snake_case_name',
    );
    assert.equal(marked('a &lt;b&gt; &amp;amp;'), 'a <b> &amp;');
  });

  test('times are those of UTC ("Date and time functions")', () => {
    assert.equal(
      plainDates('until {{DATE(2026-11-24T14:03:00Z, SHORT)}} {{TIME(2026-11-24T14:03:00Z)}}'),
      'until 2026-11-24 14:03 UTC',
    );
    assert.equal(plainDates('{{DATE(never)}}'), '{{DATE(never)}}');
  });

  test('an action that shows a card stands before those on it, and carries what they are about', () => {
    const inner = card([{ type: 'Input.Text', id: 'reason' }], {
      actions: [{ type: 'Action.Execute', verb: 'deny', title: 'Deny request', data: { about: 'r1' } }],
    });
    const all = pressables(card([], { actions: [{ type: 'Action.ShowCard', title: 'Deny…', card: inner }] }));
    assert.deepEqual(
      all.map(({ id, label, value, inputs }) => [id, label, value, inputs.length]),
      [
        ['Deny…', 'Deny…', 'r1', 0],
        ['deny', 'Deny request', 'r1', 1],
      ],
    );
  });
});

suite('Adaptive Cards that Teams refuses', () => {
  const faults = (value: unknown): string[] => cardFaults(value, '');
  const execute: Json = { type: 'Action.Execute', verb: 'refresh' };

  test('a card needs its type, and a version that Teams shows: at most 1.5', () => {
    assert.deepEqual(faults(card([block('x')])), []);
    assert.equal(faults({ type: 'AdaptiveCard', body: [] }).length, 1);
    assert.equal(faults({ ...card([]), version: '1.6' }).length, 1);
    assert.equal(faults({ ...card([]), type: 'Card' }).length, 1);
    assert.equal(faults('x').length, 1);
  });

  test('elements and actions have types that it knows, what they need, and inputs with ids of their own', () => {
    assert.deepEqual(faults(card([{ type: 'Poem' }])), ['/body/0/type: unknown "Poem"']);
    assert.deepEqual(faults(card([{ type: 'TextBlock' }])), ['/body/0/text: is missing']);
    assert.deepEqual(faults(card([execute])), ['/body/0/type: unknown "Action.Execute"']);
    const field: Json = { type: 'Input.Text', id: 'reason' };
    assert.deepEqual(faults(card([field, { type: 'Container', items: [field] }])), ['/body/1/items/0/id: "reason" stands twice']);
    const shown = (...actions: readonly Json[]): Json =>
      card([], { actions: [{ type: 'Action.ShowCard', title: 'x', card: card([field], { actions }) }] });
    assert.deepEqual(faults(shown(execute)), []);
    assert.deepEqual(faults(shown({ type: 'Action.Http' })), ['/actions/0/card/actions/0/type: unknown "Action.Http"']);
    assert.deepEqual(faults(card([{ type: 'ColumnSet', columns: [{ items: [block('x')] }] }])), []);
    assert.equal(faults(card([], { actions: {} })).length, 1);
  });

  test('a refresh is an Action.Execute for at most 60 people', () => {
    const with_ = (refresh: unknown): string[] => faults(card([], { refresh }));
    assert.deepEqual(with_({ action: execute, userIds: Array.from({ length: 60 }, String) }), []);
    assert.equal(with_({ action: execute, userIds: Array.from({ length: 61 }, String) }).length, 1);
    assert.equal(with_({ action: { type: 'Action.Submit' } }).length, 1);
    assert.equal(with_({ action: execute, userIds: 'all' }).length, 1);
    assert.equal(with_(true).length, 1);
  });
});
