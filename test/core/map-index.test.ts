import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mapIdentity, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import { rowsNear } from '../../src/core/identity/map-index.ts';
import { literalRow, patternRow } from '../../src/core/identity/map-row.ts';

const issuer = 'https://issuer.example/v2.0';
const upns = [
  'alice@contoso.com',
  "o'brien@contoso.com",
  'kiss@fabrikam.com',
  'Alice@Contoso.com',
  'al\u212Aice@contoso.com',
  'eve',
];
const rows = fc.oneof(
  fc.constantFrom(...upns.filter((upn) => /^[!-~]+@/.test(upn))).map((upn) => literalRow({ issuer, upn, user: 'alice' })),
  fc.constantFrom(...upns).map((upn) => `${issuer}\t${upn}   alice # by hand`),
  fc.constantFrom(
    patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: ['bob'] }),
    `${issuer} /^(.*)@contoso\\.com$ \\1`,
    `${issuer} /^\\bkiss@fabrikam\\.com$ kiss`,
    `${issuer} /^\\Bkiss@fabrikam\\.com$ kiss`,
    `${issuer} /(?i)^k[i]ss@ x`,
    `other eve eve`,
    '# a comment',
    '',
  ),
);

describe('the rows of a map that a principal can meet', () => {
  it('give what all rows give, whatever stands in the map and on whichever version', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 12 }), fc.constantFrom(...upns), fc.boolean(), (lines, upn, caseInsensitive) => {
        const parsed = parseIdentityMap(lines.join('\n'));
        assert.ok('rows' in parsed);
        const near = rowsNear(parsed.rows)(upn);
        const options = { caseInsensitive };
        assert.deepEqual(mapIdentity(near, issuer, upn, options), mapIdentity(parsed.rows, issuer, upn, options));
      }),
      { numRuns: 2000 },
    );
  });

  it('are few where each row is one person’s', () => {
    const many = Array.from({ length: 1000 }, (_, i) => literalRow({ issuer, upn: `p${i}@fabrikam.com`, user: `p${i}` }));
    const parsed = parseIdentityMap([...many, patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: [] })].join('\n'));
    assert.ok('rows' in parsed);
    assert.deepEqual(
      rowsNear(parsed.rows)('P7@fabrikam.com').map(({ line }) => line),
      [8, 1001],
    );
  });
});
