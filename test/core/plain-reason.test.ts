import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainReason } from '../../src/core/messages/plain-reason.ts';
import { runs } from '../runs.ts';

const cases: readonly (readonly [string, string, string])[] = [
  ['NUL goes', 'a\u0000b', 'ab'],
  ['control characters go', 'a\u0007\u001b[31mb\u007f\u0085c', 'a[31mbc'],
  ['line feed and tab stay', 'a\n\tb', 'a\n\tb'],
  ['every kind of line end is a line feed', 'a\r\nb\rc\u2028d\u2029e', 'a\nb\nc\nd\ne'],
  ['what turns the direction of text goes', '\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c', 'evil x'],
  ['half a surrogate pair becomes what stands for something unreadable', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
  ['a whole one stays', '😀 and 👩‍🚀', '😀 and 👩‍🚀'],
  ['mentions, links and markup stay: they are words', '<!channel> <@U1> *x* <http://e|e>', '<!channel> <@U1> *x* <http://e|e>'],
  ['Arabic and Hebrew stay', 'مرحبا שלום', 'مرحبا שלום'],
  ['space around it goes', '  \n x \u0000 ', 'x'],
];
for (const [what, typed, kept] of cases) test(what, () => assert.equal(plainReason(typed), kept));

/** DEL and C1, the marks and controls of direction, line and paragraph separator, surrogates. */
const forbidden = [
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
] as const;

test('whatever was typed can be stored and read as what it is, and to do it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
      const kept = plainReason(typed);
      for (const point of kept) {
        const code = point.codePointAt(0) ?? 0;
        assert.ok(code >= 0x20 || '\n\t'.includes(point), kept);
        assert.ok(!forbidden.some(([from, to]) => code >= from && code <= to), kept);
      }
      assert.equal(Buffer.from(kept).toString('utf8'), kept);
      assert.equal(plainReason(kept), kept);
    }),
    runs(300, 20_000),
  );
});
