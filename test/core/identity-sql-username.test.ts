import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { checkName, isReserved, normalizeName, sqlUsername } from '../../src/core/identity/sql-username.ts';

// pkg/security/username/username_test.go (TestUsername) and cockroachdb-login §4.1, §4.2.
const normalised: readonly (readonly [string, string])[] = [
  ['Abc123', 'abc123'],
  ['0123121132', '0123121132'],
  ['HeLlO', 'hello'],
  ['Ομηρος', 'ομηρος'],
  ['_HeLlO', '_hello'],
  ['a-BC-d', 'a-bc-d'],
  ['A.Bcd', 'a.bcd'],
  ['WWW.BIGSITE.NET', 'www.bigsite.net'],
  ['İ', 'i'],
  ['alıce', 'alice'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['\u212a', 'k'],
  ['\u2126', 'ω'],
  ['e\u0301', 'é'],
];
for (const [written, name] of normalised) {
  test(`${written} normalises to ${name} and can be a SQL user`, () => {
    assert.equal(normalizeName(written), name);
    assert.equal(checkName(name), null);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ['', 'empty'],
  ['-abc', 'invalid'],
  ['.abc', 'invalid'],
  ['*.wildcard', 'invalid'],
  ['.', 'invalid'],
  ["o'brien", 'invalid'],
  ['a!b', 'invalid'],
  ['a#b', 'invalid'],
  ['a~b', 'invalid'],
  ['a^b', 'invalid'],
  ['a b', 'invalid'],
  ['Alice', 'invalid'],
  ['日本', 'invalid'],
  ['ⅷ', 'invalid'],
  ['x'.repeat(64), 'too_long'],
  ['é'.repeat(32), 'too_long'],
  ['x'.repeat(256), 'too_long'],
  ['root', 'reserved'],
  ['admin', 'reserved'],
  ['node', 'reserved'],
  ['public', 'reserved'],
  ['none', 'reserved'],
  ['pg_monitor', 'reserved'],
  ['crdb_internal_x', 'reserved'],
];
for (const [name, code] of refused) {
  test(`${JSON.stringify(name.slice(0, 20))} (${name.length} long) can't be a SQL user: ${code}`, () => {
    const problem = checkName(name);
    assert.equal(problem?.code, code);
    assert.match(problem?.says ?? '', /An admin can tie you to another name\.$/);
  });
}

test('63 bytes are the most, counted in UTF-8', () => {
  assert.equal(checkName('x'.repeat(63)), null);
  assert.equal(checkName(`${'é'.repeat(31)}x`), null);
});

test('JWT login refuses root, node, public, none, pg_* and crdb_internal_* as reserved, and not admin', () => {
  for (const name of ['root', 'node', 'public', 'none', 'pg_x', 'crdb_internal_x']) assert.equal(isReserved(name), true, name);
  for (const name of ['admin', 'pg', 'roots', 'alice', 'crdb']) assert.equal(isReserved(name), false, name);
});

const ofUpn: readonly (readonly [string, string])[] = [
  ['alice@contoso.com', 'alice'],
  ['ALICE@contoso.com', 'alice'],
  ['alice.smith-jones@contoso.com', 'alice.smith-jones'],
  ['alıce@contoso.com', 'alice'],
];
for (const [upn, name] of ofUpn) test(`the SQL user of ${upn} is ${name}`, () => assert.deepEqual(sqlUsername(upn), { name }));

const noUpn: readonly (readonly [string, string, string, RegExp])[] = [
  ['erin_partner.example#EXT#@contoso.com', 'erin_partner.example#ext#', 'invalid', /guest/],
  ["o'brien@contoso.com", "o'brien", 'invalid', /lower-case letters/],
  ['a@b@contoso.com', 'a@b', 'invalid', /lower-case letters/],
  ['@contoso.com', '', 'empty', /nothing before/],
  ['alice', 'alice', 'invalid', /not a UPN/],
  ['alice@', 'alice', 'invalid', /not a UPN/],
  ['', '', 'invalid', /not a UPN/],
  ['Admin@contoso.com', 'admin', 'reserved', /keeps it for itself/],
  [`${'x'.repeat(64)}@contoso.com`, 'x'.repeat(64), 'too_long', /64 bytes/],
];
for (const [upn, name, code, says] of noUpn) {
  test(`${JSON.stringify(upn.slice(0, 40))} gives no SQL user and is told why`, () => {
    const answer = sqlUsername(upn);
    assert.ok('problem' in answer);
    assert.equal(answer.problem.code, code);
    assert.equal(answer.problem.name, name);
    assert.match(answer.problem.says, says);
  });
}

const anyText = fc.string({ unit: 'binary', maxLength: 80 });

test('normalising twice changes nothing', () => {
  fc.assert(
    fc.property(anyText, (s) => {
      assert.equal(normalizeName(normalizeName(s)), normalizeName(s));
    }),
    { numRuns: 2000 },
  );
});

test('whatever comes out as a SQL user is normalised, valid and nobody\u2019s by nature', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.tuple(anyText, fc.domain()).map(([l, d]) => `${l}@${d}`),
        fc.emailAddress(),
      ),
      (upn) => {
        const answer = sqlUsername(upn);
        if ('problem' in answer) return;
        assert.equal(normalizeName(answer.name), answer.name);
        assert.equal(checkName(answer.name), null);
        assert.ok(!isReserved(answer.name) && answer.name !== 'admin');
        assert.ok(Buffer.byteLength(answer.name) <= 63);
        assert.equal(normalizeName(upn.slice(0, upn.lastIndexOf('@'))), answer.name);
      },
    ),
    { numRuns: 2000 },
  );
});
