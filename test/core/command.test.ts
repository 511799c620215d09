import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { commandName, commandNames, groups, words, wordsOf } from '../../src/core/command/grammar.ts';
import { type Command, parseCommand } from '../../src/core/command/parse.ts';
import { requestId } from '../../src/core/command/request-id.ts';
import { plainText } from '../../src/core/messages/card.ts';
import { help } from '../../src/core/messages/help.ts';
import { runs } from '../runs.ts';

const cases: readonly (readonly [string, Command])[] = [
  ['', { kind: 'ask' }],
  ['   ', { kind: 'ask' }],
  ['request', { kind: 'ask' }],
  ['request analytics', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['  REQUEST   Analytics  ', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['request <analytics>', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['request "analytics", please', { kind: 'request', entitlement: 'analytics', reason: 'please' }],
  ['request analytics because Q4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics Because\nQ4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics Q4 churn', { kind: 'request', entitlement: 'analytics', reason: 'Q4 churn' }],
  ['request analytics becausewhatever', { kind: 'request', entitlement: 'analytics', reason: 'becausewhatever' }],
  ['request analytics because', { kind: 'request', entitlement: 'analytics', reason: '' }],
  ['list', { kind: 'list', search: '' }],
  ['list  Finance EU ', { kind: 'list', search: 'finance eu' }],
  ['mine', { kind: 'mine' }],
  ['cancel 7f3k-q2zn', { kind: 'cancel', id: '7F3KQ2ZN' }],
  ['cancel <O1Il0000>', { kind: 'cancel', id: '01110000' }],
  ['connect', { kind: 'connect', entitlement: null }],
  ['Connect Analytics', { kind: 'connect', entitlement: 'analytics' }],
  ['why', { kind: 'why' }],
  ['status', { kind: 'status', cluster: null }],
  ['status  Prod', { kind: 'status', cluster: 'prod' }],
  ['help', { kind: 'help' }],
  ['HELP me', { kind: 'help' }],
  ['?', { kind: 'help' }],
];
for (const [text, expected] of cases) {
  test(`"${text.replace('\n', '\\n')}" is read as ${JSON.stringify(expected)}`, () =>
    assert.deepEqual(parseCommand(text), expected));
}

const read = <K extends Command['kind']>(text: string, kind: K): Extract<Command, { readonly kind: K }> => {
  const command = parseCommand(text);
  assert.equal(command.kind, kind, JSON.stringify(command));
  return command as Extract<Command, { readonly kind: K }>;
};

suite('a known word with too little or too much behind it says what is wrong and what to type', () => {
  const wrong: readonly (readonly [string, RegExp, string])[] = [
    ['cancel', /Which request\?/, 'mine'],
    ['cancel 7F3K', /"7F3K" is no id of a request.*8 letters and digits/, 'mine'],
    ['cancel UUUUUUUU', /is no id/, 'mine'],
    ['cancel 7F3KQ2ZN now', /takes one id/, 'cancel 7F3KQ2ZN'],
    ['connect analytics prod', /takes one entitlement/, 'connect analytics'],
    ['mine all', /takes nothing after it/, 'mine'],
    ['why not', /takes nothing after it/, 'why'],
    ['status prod staging', /takes one name/, 'status prod'],
  ];
  for (const [text, why, type] of wrong) {
    test(`"${text}"`, () => {
      const command = read(text, 'incomplete');
      assert.match(command.why, why);
      assert.equal(command.type, type);
    });
  }
});

suite('an unknown word is taken for the one that was meant', () => {
  const wrong: readonly (readonly [string, string | null])[] = [
    ['reqest analytics because I must', 'request analytics because I must'],
    ['lsit', 'list'],
    ['conect', 'connect'],
    ['cancle 7F3KQ2ZN', 'cancel 7F3KQ2ZN'],
    ['banana', null],
  ];
  for (const [text, meant] of wrong) {
    test(`"${text}"`, () => {
      const command = read(text, 'unclear');
      assert.match(command.why, /don't know the word/);
      assert.equal(command.meant, meant);
    });
  }
  test('what was typed is repeated cut to a length that fits a line, and the known words are listed', () => {
    const { why } = read(`${'x'.repeat(5000)} analytics`, 'unclear');
    assert.ok(why.length < 200, why);
    for (const { name } of words) assert.ok(why.includes(name), name);
  });
});

suite('a command by one of its names', () => {
  const told: readonly (readonly [string, string, string | null])[] = [
    ['/crdb-access', '', ''],
    ['/crdb-access', '  request analytics ', 'request analytics'],
    ['/crdb-access', 'status prod', 'status prod'],
    ['/crdb-status', '', 'status'],
    ['/crdb-status', ' prod', 'status prod'],
    ['/CRDB-Status', 'prod', 'status prod'],
    ['/crdb-statuses', 'prod', null],
    ['crdb-status', 'prod', null],
    ['/constructor', 'prod', null],
  ];
  for (const [name, text, words] of told) {
    test(`"${name} ${text}" says ${words === null ? 'nothing to the bot' : `"${words}"`}`, () =>
      assert.equal(wordsOf(name, text), words));
  }
  test('stands for a word that there is', () => {
    for (const word of Object.values(commandNames)) assert.ok(word === '' || words.some(({ name }) => name === word), word);
  });
});

test('any text is read as something, never thrown', () => {
  const kinds = ['ask', 'unclear', 'incomplete', ...words.map((w) => w.name)];
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => kinds.includes(parseCommand(text).kind)),
    runs(200, 5000),
  );
});

test('an id is found again however it was copied: case, hyphens, and letters that look like digits', () => {
  const alphabet = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
  const id = fc.array(fc.constantFrom(...alphabet), { minLength: 8, maxLength: 8 }).map((letters) => letters.join(''));
  const alike: Readonly<Record<string, string>> = { '0': 'oO0', '1': 'iIlL1' };
  fc.assert(
    fc.property(id, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), fc.nat(7), (stored, choices, hyphen) => {
      const typed = [...stored].map((letter, i) => {
        const others = alike[letter] ?? letter + letter.toLowerCase();
        return others[(choices[i] ?? 0) % others.length];
      });
      typed.splice(hyphen, 0, '-');
      assert.equal(requestId(typed.join('')), stored);
    }),
    runs(200, 5000),
  );
});

test('help shows every word once, under its heading, each in a line', () => {
  const text = plainText(help(commandName, groups, words));
  for (const { usage, says } of words) assert.equal(text.split(`${commandName} ${usage}: ${says}`).length, 2, usage);
  for (const heading of Object.values(groups)) assert.match(text, new RegExp(`^${heading}$`, 'm'));
});
