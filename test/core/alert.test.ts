import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sqlLots } from '../../src/core/messages/alert.ts';
import { fingerprint } from '../../src/core/messages/fingerprint.ts';

test('SQL for the admins is cut between statements only, nothing is lost, and what fits on one card stays on one', () => {
  const statement = fc.integer({ min: 1, max: 9000 }).map((n) => 'x'.repeat(n));
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 8 }), (sql) => {
      const lots = sqlLots(sql);
      assert.deepEqual(lots.flat(), sql);
      assert.ok(lots.every((lot) => lot.length <= 1 || lot.join('\n').length <= 6100));
      if (sql.join('\n').length <= 6000) assert.equal(lots.length, 1);
    }),
  );
});

test('a finding without SQL still makes one card', () => assert.deepEqual(sqlLots([]), [[]]));

test('two texts that differ in one letter have two fingerprints, and one text always the same', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1, maxLength: 1 }), (text, letter) => {
      assert.notEqual(fingerprint(`${text}a${letter}`), fingerprint(`${text}b${letter}`));
      assert.equal(fingerprint(text), fingerprint(`${text}`));
      assert.match(fingerprint(text), /^[0-9a-f]{8}$/);
    }),
  );
});
