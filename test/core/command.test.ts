import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCommand } from '../../src/core/command/parse.ts';

const cases: readonly (readonly [string, ReturnType<typeof parseCommand>])[] = [
  ['request analytics', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['  REQUEST   Analytics  ', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['request analytics because Q4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics Because\nQ4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics Q4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics becausewhatever', { kind: 'request', entitlement: 'analytics', reason: 'becausewhatever' }],
  ['request analytics because', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['', { kind: 'help' }],
  ['   ', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['HELP me', { kind: 'help' }],
];
for (const [text, expected] of cases) {
  test(`"${text.replace('\n', '\\n')}" is read as ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(parseCommand(text), expected));
}

test('request without an entitlement says which word is missing', () => {
  const read = parseCommand('request');
  assert.ok(read.kind === 'unclear' && read.why.includes('Which entitlement'));
});

test('an unknown word is named, cut to a length that fits a line, and the known ones are listed', () => {
  const read = parseCommand(`${'x'.repeat(5000)} analytics`);
  assert.ok(read.kind === 'unclear' && read.why.length < 200 && read.why.includes('request') && read.why.includes('help'));
});

test('any text is read as something, never thrown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
      ['request', 'help', 'unclear'].includes(parseCommand(text).kind),
    ),
  );
});
