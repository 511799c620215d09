import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { couldYieldToOthers } from '../../src/core/identity/could-yield.ts';
import { matchRow, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import { normalizeName } from '../../src/core/identity/sql-username.ts';

const alice = { sqlUsername: 'alice', upn: 'alice@contoso.com' };
const row = (entry: string) => {
  const parsed = parseIdentityMap(`iss ${entry}`);
  assert.ok('rows' in parsed && parsed.rows[0] !== undefined, entry);
  return parsed.rows[0];
};

const open: readonly string[] = [
  '/^(.*)@contoso\\.com$ \\1',
  '/^(.*)@contoso.com \\1',
  '/(.*)@cockroachlabs.com \\1',
  '/(?i)^([a-z0-9_][a-z0-9._-]{0,62})@contoso\\.com$ \\1',
  '/^(.*)@fabrikam\\.com$ \\1',
  '/^([^@]+)@contoso\\.com$ \\1',
  '/^(?P<name>.*)@contoso\\.com$ \\1',
  '/^((?:.*))@contoso\\.com$ \\1',
  '/^\\Q(\\E(.*)$ \\1',
  '/^.* alice',
  '/^(a|b)lice@contoso\\.com$ alice',
  '/^al(.*)@contoso\\.com$ al\\1',
  '/^al(.*)@contoso\\.com$ \\1ice',
  '/^(x)?y alice\\1',
  '/^([A-Z]+)@contoso\\.com$ \\1',
  '/^([a-z\\x{131}]+)@fabrikam\\.com$ \\1',
  '/^([^a]lice)@fabrikam\\.com$ \\1',
  '/^(al.ce)@fabrikam\\.com$ \\1',
  '/^(alıce)@contoso\\.com$ \\1',
  'bob@contoso.com alice',
  'bob@contoso.com ALICE',
  'bob@contoso.com al\u0131ce',
  'alice@fabrikam.com alice',
  '/(?i)^(?:bob@contoso\\.com)$ alice',
  '/(?i)^(?:alice|bob)@contoso\\.com$ alice',
  '/(?i)^(?:alice@contoso\\.com)?$ alice',
  '/^bob@contoso\\.com$ alice',
  '/^alice@contoso.com$ alice',
  '/alice@contoso\\.com$ alice',
];
const closed: readonly string[] = [
  'alice@contoso.com alice',
  'Alice@Contoso.COM alice',
  '/^alice@contoso\\.com$ alice',
  '/(?i)^alice@contoso\\.com$ alice',
  '/(?i)^(?:alice@contoso\\.com)$ alice',
  'bob@contoso.com bob',
  '/^.*$ app',
  '/^(.*)@contoso\\.com$ svc_\\1',
  '/^(.*)@contoso\\.com$ \\1_ro',
  '/^(svc-.*)@contoso\\.com$ \\1',
  '/^svc-(\\d+)@contoso\\.com$ \\1',
  '/^(bob|carol)@contoso\\.com$ \\1',
  '/^([b-z]+)@contoso\\.com$ \\1',
];

describe('a row of our issuer that somebody else wrote', () => {
  for (const entry of open)
    it(`could give alice to somebody else: ${entry}`, () => assert.equal(couldYieldToOthers(row(entry), alice), true));
  for (const entry of closed) it(`could not: ${entry}`, () => assert.equal(couldYieldToOthers(row(entry), alice), false));

  it('is never called harmless when some text other than the UPN yields the name', () => {
    const some = (pieces: readonly string[], maxLength: number) =>
      fc.array(fc.constantFrom(...pieces), { maxLength }).map((list) => list.join(''));
    const around = ['a', 'k', '.', '^', '$', '@x', '\\.', '(?i)', '\\b', '|', '(?:', ')', '(?s)'];
    const inside = [
      'a',
      'k',
      'i',
      '.',
      '.*',
      '[a-k]+',
      '[a-j]',
      '[^k]',
      '\\w',
      '\\d+',
      '\\W?',
      '|',
      '?',
      'K',
      '\\.',
      '{0,2}',
      '(?i)',
      '\\b',
      '(?:k)',
    ];
    const pattern = fc.oneof(
      fc.tuple(some(around, 3), some(inside, 4), some(around, 3)).map(([before, group, after]) => `${before}(${group})${after}`),
      fc.tuple(some(['^', '(?i)', 'a'], 1), some(inside, 3)).map(([before, group]) => `${before}(${group})@x$`),
      some(around, 4).map((text) => `^k(i)?${text}`),
      fc.constantFrom('^ki@x$', '(?i)^ki@x$', '^ki@y$', '^(?:ki@x)$', '(?i)^(?:ki@y)$', '^(?:ki)@x$'),
    );
    const user = fc.constantFrom('\\1', 'ki', 'k\\1', '\\1i', 'x\\1');
    const principal = fc
      .array(fc.constantFrom('k', 'K', '\u212a', 'i', 'ı', 'I', 'a', '@x', '.'), { maxLength: 4 })
      .map((cs) => cs.join(''));
    let harmless = 0;
    const property = fc.property(pattern, user, fc.array(principal, { minLength: 20, maxLength: 20 }), (p, u, principals) => {
      const parsed = parseIdentityMap(`iss /${p} ${u}`);
      if ('error' in parsed || parsed.rows[0] === undefined) return;
      const [one] = parsed.rows;
      if (couldYieldToOthers(one, { sqlUsername: 'ki', upn: 'ki@x' })) return;
      harmless += 1;
      for (const caseInsensitive of [false, true]) {
        for (const text of [...principals, 'ki', 'KI', 'kı@x', '\u212ai@x', 'aki', 'xki']) {
          const name = matchRow(one, text, { caseInsensitive });
          if (name !== null && normalizeName(name) === 'ki') assert.equal(normalizeName(text), 'ki@x');
        }
      }
    });
    fc.assert(property, { numRuns: 3000 });
    assert.ok(harmless > 100, `${harmless} rows were called harmless`);
  });
});
