import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import {
  caseInsensitive,
  mapExists,
  mapIdentity,
  matchRow,
  parseIdentityMap,
  readAhead,
  rowsInForce,
  type MapRow,
} from '../../src/core/identity/identity-map.ts';
import { runs } from '../runs.ts';

const sensitive = { caseInsensitive: false };
const insensitive = { caseInsensitive: true };

function rowsOf(text: string): readonly MapRow[] {
  const parsed = parseIdentityMap(text);
  assert.ok('rows' in parsed, 'error' in parsed ? parsed.error : '');
  return parsed.rows;
}

function errorOf(text: string): string {
  const parsed = parseIdentityMap(text);
  assert.ok('error' in parsed);
  return parsed.error;
}

// pkg/sql/pgwire/identmap/ident_map_test.go and cockroachdb-login §3.1–§3.3.
const mapped: readonly { name: string; text: string; who: string; map?: string; is: readonly string[]; anyCase?: boolean }[] = [
  {
    name: 'vector 74: a pattern strips the domain',
    text: 'foo /^(.*)@cockroachlabs.com$ \\1',
    who: 'carl@cockroachlabs.com',
    is: ['carl'],
  },
  {
    name: 'every row that matches counts, in file order',
    text: 'foo carl@cockroachlabs.com also_carl\nfoo carl@cockroachlabs.com carl',
    who: 'carl@cockroachlabs.com',
    is: ['also_carl', 'carl'],
  },
  {
    name: 'a name that two rows give comes once',
    text: 'foo /^(.*)@cockroachlabs.com$ \\1\nfoo carl@cockroachlabs.com carl',
    who: 'carl@cockroachlabs.com',
    is: ['carl'],
  },
  { name: 'no match, no name', text: 'foo /^(.*)@cockroachlabs.com$ \\1', who: 'carl@example.com', is: [] },
  { name: 'another map is not asked', text: 'foo /^(.*)$ \\1', who: 'carl', map: 'bar', is: [] },
  { name: 'text before \\1 stays', text: 'foo /^(.*)@x$ 1\\1', who: 'carl@x', is: ['1carl'] },
  { name: '\\11 is the group and a 1', text: 'foo /^(.*)@x$ \\11', who: 'carl@x', is: ['carl1'] },
  { name: 'only the first \\1 is substituted', text: 'foo /^(.*)@x$ \\1\\1', who: 'carl@x', is: ['carl\\1'] },
  { name: 'a second group is nothing special', text: 'foo /^(.)(.*)@x$ \\2', who: 'carl@x', is: ['\\2'] },
  { name: 'what is put in is not a replacement pattern', text: 'foo /^(.*)@x$ a\\1b', who: '$&$1@x', is: ['a$&$1b'] },
  {
    name: 'a pattern matches anywhere unless anchored',
    text: 'foo /(.*)@contoso.com \\1',
    who: 'x@contoso.com.evil.net',
    is: ['x'],
  },
  { name: 'an unescaped dot is any character', text: 'foo /^(.*)@contoso.com$ \\1', who: 'x@contosoXcom', is: ['x'] },
  { name: 'a literal is anchored and escaped', text: 'foo a.b@x carl', who: 'aXb@x', is: [] },
  { name: 'a literal does not match a part', text: 'foo b@x carl', who: 'ab@x', is: [] },
  { name: 'vector 78: a trailing slash never matches', text: 'iss /^(.*)@x\\.com$/ \\1', who: 'alice@x.com', map: 'iss', is: [] },
  { name: 'an empty name is no match', text: 'foo /^(.*)@x$ \\1', who: '@x', is: [] },
  { name: 'a group that took no part is empty', text: 'foo /^(a)|b$ \\1', who: 'b', is: [] },
  { name: 'the result is normalised', text: 'foo /^(.*)@x$ \\1', who: 'CaRl@x', is: ['carl'] },
  { name: 'the result is not validated', text: 'foo /^(.*)@x$ \\1!', who: "o'brien@x", is: ["o'brien!"] },
  { name: 'rows are case-sensitive at first', text: 'foo carl@x carl\nfoo /^(.*)@x$ \\1', who: 'CARL@X', is: [] },
  {
    name: 'rows match regardless of case later',
    text: 'foo carl@x carl\nfoo /^(.*)@y$ \\1',
    who: 'CARL@X',
    is: ['carl'],
    anyCase: true,
  },
  {
    name: 'names that differ in case come twice at first',
    text: 'foo carl@x Carl\nfoo carl@x carl',
    who: 'carl@x',
    is: ['carl', 'carl'],
  },
  { name: 'and once later', text: 'foo carl@x Carl\nfoo carl@x carl', who: 'carl@x', is: ['carl'], anyCase: true },
  {
    name: 'MapMultiple: one pattern for many',
    text: 'foo /^service-account-.*$ service',
    who: 'service-account-7',
    is: ['service'],
  },
  { name: 'MapMultiple: two users for one', text: 'foo a@x admin\nfoo a@x crdb_admin', who: 'a@x', is: ['admin', 'crdb_admin'] },
  { name: 'inline flags are RE2, not JavaScript', text: 'foo /(?i)^([a-z]+)@X\\.com$ \\1', who: 'ALICE@x.COM', is: ['alice'] },
  { name: '(?i) folds K with the Kelvin sign', text: 'foo /(?i)^(k)$ \\1', who: '\u212a', is: ['k'] },
  { name: '\\x23 stands for #', text: 'foo /^(.*)\\x23EXT\\x23@x$ \\1', who: 'erin#EXT#@x', is: ['erin'] },
  { name: 'a dot is one character outside the BMP too', text: 'foo /^(.)$ a', who: '😀', is: ['a'] },
  {
    name: '# cuts anywhere and blank lines are skipped',
    text: '# head\n\n  foo\tcarl@x  carl # tail\n#\n',
    who: 'carl@x',
    is: ['carl'],
  },
  { name: 'a carriage return is no part of the user', text: 'foo carl@x carl\r\n', who: 'carl@x', is: ['carl'] },
];
for (const { name, text, who, map, is, anyCase } of mapped) {
  test(name, () => assert.deepEqual(mapIdentity(rowsOf(text), map ?? 'foo', who, anyCase ? insensitive : sensitive), is));
}

test('a map that nobody wrote does not exist', () => {
  const rows = rowsOf('foo a b\nbar a b');
  assert.equal(mapExists(rows, 'foo'), true);
  assert.equal(mapExists(rows, 'FOO'), false);
  assert.equal(mapExists([], 'foo'), false);
});

test('a row keeps its line byte for byte, and its raw substitution', () => {
  const text = '\n  iss\t/^(.*)@X$  \\1   # why\r\n';
  const [row] = rowsOf(text);
  assert.ok(row);
  assert.deepEqual(row, {
    line: 2,
    text: '  iss\t/^(.*)@X$  \\1   # why\r',
    map: 'iss',
    identity: '/^(.*)@X$',
    user: '\\1',
    pattern: true,
  });
  assert.equal(matchRow(row, 'Alice@X', sensitive), 'Alice');
  assert.equal(matchRow(row, 'Alice@x', sensitive), null);
  assert.equal(matchRow(row, 'Alice@x', insensitive), 'Alice');
});

const errors: readonly (readonly [string, string])[] = [
  ['foo a b c', 'unable to parse line 1: "foo a b c"'],
  ['foo a', 'unable to parse line 1: "foo a"'],
  ['# x\n\n foo "a"\t', 'unable to parse line 3: "foo \\"a\\""'],
  ['foo a#b c', 'unable to parse line 1: "foo a"'],
  ['foo\u00a0a b', 'unable to parse line 1: "foo\\u00a0a b"'],
  ['foo /( a', 'unable to parse line 1: error parsing regexp: missing closing ): `(`'],
  ['a b c\nfoo /(?=x) a', 'unable to parse line 2: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['foo /a{1001} a', 'unable to parse line 1: error parsing regexp: invalid repeat count: `{1001}`'],
  ['foo /^x$ \\1', 'saw \\1 substitution on line 1, but pattern contains no subexpressions'],
  ['foo x \\1', 'saw \\1 substitution on line 1, but pattern contains no subexpressions'],
];
for (const [text, error] of errors)
  test(`vector 75: ${JSON.stringify(text)} is refused as CockroachDB does`, () => assert.equal(errorOf(text), error));

test('vector 75: a line of 64 KiB is refused, one byte less is not', () => {
  const row = (bytes: number) => `foo ${'x'.repeat(bytes - 'foo  y'.length)} y`;
  assert.equal(rowsOf(row(65_535)).length, 1);
  assert.equal(errorOf(row(65_536)), 'bufio.Scanner: token too long');
});

test('a bad db user is accepted and merely of no use', () => assert.equal(rowsOf('foo a Bad!Name').length, 1));

test('a stored map with a fault is no map, and a line too long only ends it', () => {
  assert.deepEqual(rowsInForce('foo a b\nfoo a'), []);
  assert.deepEqual(
    rowsInForce(`foo a b\n${'x'.repeat(70_000)}\nfoo c d`).map((r) => r.line),
    [1],
  );
});

test('maps match regardless of case from 26.1 on', () => {
  for (const version of ['v23.1.5', '24.3', 'v25.4.9', 'CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu)'])
    assert.equal(caseInsensitive(version), false, version);
  for (const version of ['v26.1.0', '26.1', 'v26.4.0-alpha.1', 'CockroachDB CCL v27.1.0 (x86_64)'])
    assert.equal(caseInsensitive(version), true, version);
});

const mapText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .tuple(fc.constantFrom('foo', 'iss', ''), fc.string({ maxLength: 20 }), fc.constantFrom('\\1', 'a\\1b', 'carl', '#'))
        .map((f) => f.join(' ')),
      fc
        .tuple(fc.constantFrom('foo /', 'foo /^('), fc.string({ maxLength: 20 }), fc.constantFrom(')$ \\1', ' \\1', ') carl'))
        .map((f) => f.join('')),
    ),
    { maxLength: 6 },
  )
  .map((lines) => lines.join('\n'));

test('no text and no principal crashes the map, and no answer is empty or repeated', () => {
  fc.assert(
    fc.property(mapText, fc.string({ unit: 'binary', maxLength: 30 }), fc.boolean(), (text, who, anyCase) => {
      const parsed = parseIdentityMap(text);
      const rows = 'rows' in parsed ? parsed.rows : rowsInForce(text);
      if ('error' in parsed) assert.match(parsed.error, /^(unable to parse line \d+: |saw \\1 substitution on line \d+, )/);
      const names = mapIdentity(rows, 'foo', who, { caseInsensitive: anyCase });
      assert.ok(names.every((name) => name !== ''));
      if (anyCase) assert.equal(new Set(names).size, names.length);
    }),
    { numRuns: 3000 },
  );
});

test('a map that is read again and again is compiled once, and one that was pushed out by others means the same again', (t) => {
  const text = 'once /^([a-z]+)@once[.]example$ \\1\nonce literal@once.example carl';
  const compile = t.mock.method(RE2JS, 'compile');
  const asks = (): readonly string[] => mapIdentity(rowsOf(text), 'once', 'alice@once.example', sensitive);
  assert.deepEqual(asks(), ['alice']);
  assert.equal(compile.mock.callCount(), 2);
  for (let i = 0; i < 5; i += 1) assert.deepEqual(asks(), ['alice']);
  assert.equal(compile.mock.callCount(), 2);
  // Three times as much as is kept, so that it is gone.
  for (let i = 0; i < 800; i += 1) rowsOf(`other /^(${'x'.repeat(1000)}${i})$ carl`);
  const before = compile.mock.callCount();
  assert.deepEqual(asks(), ['alice']);
  assert.equal(compile.mock.callCount(), before + 2);
});

test('rows of one person each are compiled only when they are asked about somebody, and are what RE2 takes', (t) => {
  const body = fc.array(
    fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9@_'!~-]$/),
      fc.stringMatching(/^[!-/:-@[-`{-~]$/).map((sign) => `\\${sign}`),
      fc.constantFrom('\\x23', '\\b', '\\B'),
    ),
    { minLength: 1, maxLength: 12 },
  );
  const spelled = fc
    .tuple(fc.constantFrom('', '(?i)'), fc.boolean(), body)
    .map(([flag, bound, parts]) => `${flag}^${bound ? `(?:${parts.join('')})` : parts.join('')}$`)
    .filter((pattern) => !pattern.includes('#'));
  const compile = t.mock.method(RE2JS, 'compile');
  fc.assert(
    fc.property(spelled, (pattern) => {
      const before = compile.mock.callCount();
      assert.equal(rowsOf(`m /${pattern} carl`).length, 1);
      assert.equal(compile.mock.callCount(), before);
      assert.equal(RE2JS.compile(pattern).groupCount(), 0);
      assert.match(String(Object.values(parseIdentityMap(`m /${pattern} \\1`))[0]), /contains no subexpressions/);
    }),
    runs(300, 3000),
  );
});

test('a map that is read ahead has nothing left to compile, and others had their turn before each line', async (t) => {
  const text = Array.from({ length: 20 }, (_, n) => `ahead /^([a-z]{${n + 1}})@ahead[.]example$ \\1`).join('\n');
  const compile = t.mock.method(RE2JS, 'compile');
  let rests = 0;
  await readAhead(`${text}\nno row\n\n`, async () => {
    rests += 1;
  });
  assert.deepEqual([rests, compile.mock.callCount()], [23, 20]);
  assert.equal(rowsOf(text).length, 20);
  assert.equal(compile.mock.callCount(), 20);
});
