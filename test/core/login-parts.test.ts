import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { atLeast, parseVersion } from '../../src/core/cluster/version.ts';
import { goQuote, utf8Length } from '../../src/core/identity/go-text.ts';
import { decodeBase64, decodeUtf8 } from '../../src/core/login/bytes.ts';
import { parseJson } from '../../src/core/login/go-json.ts';
import { goSprint, goTime } from '../../src/core/login/go-print.ts';

const anyText = fc.string({ unit: 'binary' });
const anyBytes = fc.uint8Array({ maxLength: 40 });

test('base64 is decoded as Buffer does, in either alphabet, padded or not', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const buffer = Buffer.from(bytes);
      for (const text of [
        buffer.toString('base64'),
        buffer.toString('base64url'),
        buffer.toString('base64').replaceAll('=', ''),
      ]) {
        assert.deepEqual(decodeBase64(text), { bytes: [...bytes] });
      }
    }),
  );
});

test('what is no base64 is refused at its place', () => {
  assert.deepEqual(decodeBase64('ab*d'), { error: 'illegal base64 data at input byte 2' });
  assert.deepEqual(decodeBase64('abcde'), { error: 'illegal base64 data at input byte 4' });
});

test('UTF-8 is decoded, measured and repaired', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const bytes = [...Buffer.from(text)];
      assert.equal(decodeUtf8(bytes), Buffer.from(bytes).toString());
      assert.equal(utf8Length(text), bytes.length);
    }),
  );
  assert.equal(decodeUtf8([0x61, 0xff, 0x62, 0xc3]), 'a\ufffdb\ufffd');
  assert.equal(decodeUtf8([0xc0, 0x80]), '\ufffd\ufffd');
  fc.assert(fc.property(anyBytes, (bytes) => assert.doesNotThrow(() => encodeURIComponent(decodeUtf8([...bytes])))));
});

// encoding/json, scanner.go
const syntax: readonly (readonly [string, string])[] = [
  ['', 'unexpected end of JSON input'],
  ['  ', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['"a', 'unexpected end of JSON input'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ["'", "invalid character '\\'' looking for beginning of value"],
  ['{a', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1', "invalid character '1' after object key"],
  ['{"a":1 2', "invalid character '2' after object key:value pair"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2', "invalid character '2' after array element"],
  ['[1]]', "invalid character ']' after top-level value"],
  ['truth', "invalid character 't' in literal true (expecting 'e')"],
  ['-x', "invalid character 'x' in numeric literal"],
  ['1.x', "invalid character 'x' after decimal point in numeric literal"],
  ['1ex', "invalid character 'x' in exponent of numeric literal"],
  ['01', "invalid character '1' after top-level value"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u00x0"', "invalid character 'x' in \\u hexadecimal character escape"],
  ['['.repeat(5000), 'exceeded max depth'],
];
for (const [text, error] of syntax)
  test(`${JSON.stringify(text.slice(0, 12))} is no JSON, in Go's words`, () => assert.deepEqual(parseJson(text), { error }));

test('JSON is JSON, and no text makes its reading throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(parseJson(JSON.stringify(value)), { value: JSON.parse(JSON.stringify(value)) }),
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.tuple(fc.json(), fc.nat(60), anyText).map(([json, at, x]) => json.slice(0, at) + x + json.slice(at + 1)),
      ),
      (text) => {
        const parsed = parseJson(text);
        if ('error' in parsed) assert.throws(() => JSON.parse(text));
        else assert.deepEqual(parsed.value, JSON.parse(text));
      },
    ),
    { numRuns: 2000 },
  );
});

// fmt.Sprint of what encoding/json makes of the value (float64 for every number).
const printed: readonly (readonly [unknown, string])[] = [
  [1, '1'],
  [-1.5, '-1.5'],
  [0, '0'],
  [999_999, '999999'],
  [1_000_000, '1e+06'],
  [123_456_789, '1.23456789e+08'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
  [true, 'true'],
  [null, '<nil>'],
  ['a b', 'a b'],
  [[1, 'a', [true]], '[1 a [true]]'],
  [{ b: [1], a: { c: null } }, 'map[a:map[c:<nil>] b:[1]]'],
];
for (const [value, text] of printed)
  test(`${JSON.stringify(value)} prints as ${text}`, () => assert.equal(goSprint(value), text));

test('a date claim prints as a time in UTC', () => assert.equal(goTime(1_780_315_200), '2026-06-01 12:00:00 +0000 UTC'));

test('text is quoted as %q does', () => {
  assert.equal(goQuote('a"b\\c\té\u00a0\u0000\u200b😀\u{e0001}'), '"a\\"b\\\\c\\té\\u00a0\\x00\\u200b😀\\U000e0001"');
});

test('versions are read however they are written, and compared by number', () => {
  assert.deepEqual(
    parseVersion('CockroachDB CCL v24.3.0 (x86_64-pc-linux-gnu, built 2024/11/15 10:00:00, go1.22.8)'),
    [24, 3, 0],
  );
  assert.deepEqual(parseVersion('24.3'), [24, 3, 0]);
  assert.deepEqual(parseVersion('v26.4.0-alpha.00000000-dev'), [26, 4, 0]);
  for (const text of ['', 'PostgreSQL 18', 'latest', 'v24']) assert.equal(parseVersion(text), null, text);
  assert.equal(atLeast('v24.10.0', [24, 9, 0]), true);
  assert.equal(atLeast('v23.1.5', [23, 1, 17]), false);
  assert.equal(atLeast('v24.3.0', [24, 3, 0]), true);
  assert.equal(atLeast('unheard of', [99, 1, 0]), true);
});
