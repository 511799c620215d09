import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type MapRow, mapIdentity, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import {
  denyRow,
  isMappable,
  isOwnRow,
  literalRow,
  longestPatternRow,
  patternRow,
  reservedNames,
  reservedPrefixes,
} from '../../src/core/identity/map-row.ts';
import { isAsciiName } from '../../src/core/identity/regex-complement.ts';
import { checkName, normalizeName, sqlUsername } from '../../src/core/identity/sql-username.ts';
import { runs } from '../runs.ts';

const issuer = 'https://login.microsoftonline.com/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/v2.0';
const primaryDomain = 'contoso.com';
/** Both ways in which CockroachDB compiles a row: as it is, and with `(?i)` in front (26.1 and up). */
const versions = [{ caseInsensitive: false }, { caseInsensitive: true }];

function rowsOf(...lines: string[]): MapRow[] {
  const parsed = parseIdentityMap(lines.join('\n'));
  assert.ok('rows' in parsed, 'error' in parsed ? parsed.error : '');
  assert.equal(parsed.rows.length, lines.length);
  return parsed.rows;
}
const pattern = (forbidden: Iterable<string>) => rowsOf(patternRow({ issuer, primaryDomain, forbidden }));

function yields(rows: readonly MapRow[], upn: string): string[] {
  const [sensitive, insensitive] = versions.map((version) => mapIdentity(rows, issuer, upn, version));
  assert.deepEqual(sensitive, insensitive, `both versions agree on ${upn}`);
  return sensitive ?? [];
}

const taken = (name: string, words: readonly string[]) =>
  [...reservedNames, ...words].includes(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));

/** Other spellings that some folding takes for the same: upper case, U+212A for k, U+017F for s, dotted and dotless i. */
const spelled = (name: string) =>
  fc.array(fc.integer({ min: 0, max: 2 }), { minLength: name.length, maxLength: name.length }).map((picks) =>
    [...name]
      .map((c, i) => {
        const others = [c, c.toUpperCase(), { k: '\u212a', s: '\u017f', i: 'ı' }[c] ?? c.toUpperCase()];
        return others[picks[i] ?? 0] ?? c;
      })
      .join(''),
  );

// A small alphabet makes words that share beginnings and ends, and k, s and i that fold.
const letters = fc.constantFrom(...'kskia0_b');
const later = fc.constantFrom(...'kskia0_b-.');
const shortName = fc.tuple(letters, fc.array(later, { maxLength: 5 })).map(([first, rest]) => first + rest.join(''));
const longName = fc
  .tuple(letters, fc.array(later, { minLength: 58, maxLength: 66 }))
  .map(([first, rest]) => first + rest.join(''));
const anyName = fc.oneof(
  { weight: 8, arbitrary: shortName },
  { weight: 1, arbitrary: longName },
  fc.constantFrom(
    ...reservedNames,
    'admi',
    'admin2',
    'pg_',
    'pg',
    'pgx',
    'pg_read',
    'crdb_internal_x',
    'crdb_internal',
    'no',
    'roots',
  ),
);
const words = fc.array(anyName, { maxLength: 12 });

describe('the pattern row of the primary domain', () => {
  it('refuses every forbidden word, in every case and folding', () => {
    const property = fc.property(
      words
        .filter((list) => list.length > 0)
        .chain((list) =>
          fc.tuple(fc.constant(list), fc.constantFrom(...list, ...reservedNames, 'pg_x', 'crdb_internal_y').chain(spelled)),
        ),
      ([list, spelling]) => {
        const name = normalizeName(spelling);
        const found = yields(pattern(list), `${spelling}@${primaryDomain}`);
        if (taken(name, list)) assert.deepEqual(found, []);
        assert.ok(found.every((one) => !taken(one, list)));
      },
    );
    fc.assert(property, runs(40, 250));
  });

  it('accepts every other ASCII name in any case, and yields the very SQL user name that its person would be given', () => {
    const property = fc.property(words, anyName, fc.boolean(), (list, name, upper) => {
      const upn = `${upper ? name.toUpperCase() : name}@${upper ? 'CONTOSO.com' : primaryDomain}`;
      const own = sqlUsername(upn);
      const expected = isAsciiName(name) && !taken(name, list) ? [name] : [];
      assert.deepEqual(yields(pattern(list), upn), expected);
      if (expected.length === 1) assert.deepEqual(own, { name });
    });
    fc.assert(property, runs(60, 250));
  });

  it('yields for any text whatever the SQL user name of that UPN, or nothing', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-composite' }), anyName.chain(spelled));
    const ending = fc.constantFrom('@contoso.com', '@CONTOSO.COM', '@contosoXcom', '@x@contoso.com', '', '@contoso.com\n');
    const rows = pattern(['kim', 'app', 'sam']);
    const property = fc.property(text, ending, (start, end) => {
      const found = yields(rows, start + end);
      const own = sqlUsername(start + end);
      assert.deepEqual(found, found.length === 0 ? [] : 'name' in own ? [own.name] : ['no name']);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  const strangers = [
    'x@contoso.com.evil.net',
    'alice@contosoXcom',
    'alice@contoso.com\n',
    'alice@contoso.com\nbob@contoso.com',
    '\nalice@contoso.com',
    'alice@evil.net',
    'alice@contoso.com@evil.net',
    'alice@evil.net@contoso.com',
    'alice@sub.contoso.com',
    ' alice@contoso.com',
    "o'brien@contoso.com",
    'a#b@contoso.com',
    'erin_partner.example#EXT#@contoso.com',
    '-alice@contoso.com',
    '.alice@contoso.com',
    '@contoso.com',
    'alice',
    'a b@contoso.com',
    'al\u0131ce@contoso.com',
    '\u212aim@contoso.com',
    '\u017fam@contoso.com',
    'jos\u00e9@contoso.com',
  ];
  for (const upn of strangers) {
    it(`does not match ${JSON.stringify(upn)}`, () => assert.deepEqual(yields(pattern([]), upn), []));
  }

  it('bars names that are 63 characters long, and yields none that is longer', () => {
    const longest = 'a'.repeat(63);
    assert.deepEqual(yields(pattern([]), `${longest}@contoso.com`), [longest]);
    assert.deepEqual(yields(pattern([longest]), `${longest}@contoso.com`), []);
    assert.deepEqual(yields(pattern([longest]), `${'a'.repeat(62)}b@contoso.com`), [`${'a'.repeat(62)}b`]);
    assert.deepEqual(yields(pattern([longest]), `${'a'.repeat(62)}@contoso.com`), ['a'.repeat(62)]);
    assert.deepEqual(yields(pattern([longest]), `${'a'.repeat(64)}@contoso.com`), []);
    for (const first of 'abcdpz_0') assert.deepEqual(yields(pattern([]), `${first.repeat(64)}@contoso.com`), [], first);
  });

  it('needs no word for names that are not ASCII: what it yields is ASCII', () => {
    assert.equal(
      patternRow({ issuer, primaryDomain, forbidden: ['josé', '\u017fam', 'Bad!Name', '', 'x'.repeat(64)] }),
      patternRow({ issuer, primaryDomain, forbidden: [] }),
    );
  });

  it('is the same row whatever the order of the words, on one line without a comment sign', () => {
    const property = fc.property(words, (list) => {
      const row = patternRow({ issuer, primaryDomain, forbidden: list });
      assert.equal(patternRow({ issuer, primaryDomain, forbidden: [...list].reverse() }), row);
      assert.match(row, /^[!"$-~]+ \/\(\?i\)\^\([!"$-~]+\)@contoso\\\.com\$ \\1$/);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('stays small: the reserved names in 1.4 KB, forty numbered service accounts in some 250 more characters', () => {
    const bare = patternRow({ issuer, primaryDomain, forbidden: [] }).length;
    const forty = Array.from({ length: 40 }, (_, i) => `svc-app-${String(i).padStart(2, '0')}`);
    const more = patternRow({ issuer, primaryDomain, forbidden: forty }).length - bare;
    assert.ok(bare < 1450, `${bare}`);
    assert.ok(more < 450, `${more}`);
  });

  it('is built for 2,000 words in seconds, and a row of 16 KB compiles in seconds', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `svc_${((i * 2654435761) % 4294967296).toString(36)}`);
    const start = performance.now();
    const row = patternRow({ issuer, primaryDomain, forbidden: names });
    assert.ok(row.length > longestPatternRow);
    const largest = patternRow({ issuer, primaryDomain, forbidden: names.slice(0, 70) });
    assert.ok(largest.length > 12_000 && largest.length <= longestPatternRow, `${largest.length}`);
    assert.deepEqual(yields(rowsOf(largest), 'alice@contoso.com'), ['alice']);
    assert.deepEqual(yields(rowsOf(largest), `${names[3]}@contoso.com`), []);
    assert.ok(performance.now() - start < 15_000);
  });
});

describe('a person’s literal row', () => {
  it('yields the name for this UPN in any case, and for no other text', () => {
    const local = fc.string({ unit: fc.constantFrom(..."ksiab0._-'!#^~"), minLength: 1, maxLength: 12 });
    const other = fc.oneof(local.chain(spelled), fc.string({ unit: 'binary', maxLength: 12 }));
    const pair = local.chain((one) => fc.tuple(fc.constant(one), fc.oneof(spelled(one), other)));
    const property = fc.property(pair, ([one, two]) => {
      const rows = rowsOf(literalRow({ issuer, upn: `${one}@fabrikam.com`, user: 'name' }));
      assert.deepEqual(yields(rows, `${one.toUpperCase()}@Fabrikam.COM`), ['name']);
      const same = two.toLowerCase() === one.toLowerCase() && /^[ -~]*$/.test(two);
      assert.deepEqual(yields(rows, `${two}@fabrikam.com`), same ? ['name'] : []);
      assert.deepEqual(yields(rows, `${one}@fabrikamXcom`), []);
      assert.deepEqual(yields(rows, `${one}@fabrikam.com.evil.net`), []);
      assert.deepEqual(yields(rows, `x${one}@fabrikam.com`), []);
      assert.deepEqual(yields(rows, `${one}@fabrikam.com\n`), []);
    });
    fc.assert(property, runs(300, 2000));
  });

  it('has the shape that is documented', () => {
    assert.equal(
      literalRow({ issuer, upn: "O'Brien#EXT#.x@Fabrikam.com", user: 'x' }),
      `${issuer} /(?i)^(?:o'brien\\x23ext\\x23\\.x@fabrikam\\.com)$ x`,
    );
    assert.equal(
      literalRow({ issuer, upn: 'Alice.Park@Fabrikam.com', user: 'alice.park' }),
      `${issuer} /(?i)^alice\\.par\\Bk@fabrikam\\.com$ alice.park`,
    );
  });

  for (const upn of ['alice', '@x.com', 'alice@', 'a b@x.com', 'josé@x.com', 'a@x.com\n', 'a\t@x.com']) {
    it(`is not made of ${JSON.stringify(upn)}`, () => {
      assert.equal(isMappable(upn), false);
      assert.throws(() => literalRow({ issuer, upn, user: 'x' }));
    });
  }
});

describe('telling our own rows from others', () => {
  const domains = [primaryDomain, 'fabrikam.com'];
  const own = (line: string) => rowsOf(line).every((row) => isOwnRow(row, issuer, domains));

  it('knows every row that it can write', () => {
    const property = fc.property(words, anyName, (list, name) => {
      assert.ok(own(patternRow({ issuer, primaryDomain, forbidden: list })));
      assert.ok(own(patternRow({ issuer, primaryDomain: 'fabrikam.com', forbidden: list })));
      const named = sqlUsername(`${name}@fabrikam.com`);
      if ('name' in named) assert.ok(own(literalRow({ issuer, upn: `${name}@fabrikam.com`, user: named.name })));
    });
    fc.assert(property, runs(25, 150));
    const bound = fc.property(anyName, anyName, (name, user) => {
      const upn = `${name}@fabrikam.com`;
      if (isMappable(upn)) assert.equal(own(literalRow({ issuer, upn, user })), checkName(user) === null, user);
    });
    fc.assert(bound, runs(50, 500));
    assert.ok(own(literalRow({ issuer, upn: "o'brien@contoso.com", user: 'obrien' })));
    assert.ok(own(denyRow(issuer)));
    assert.ok(own(`  ${literalRow({ issuer, upn: 'alice@fabrikam.com', user: 'alice' })}  # Alice`));
  });

  const foreign = [
    `${issuer} /^(.*)@contoso\\.com$ \\1`,
    `${issuer} /(?i)^([a-z0-9_][a-z0-9._-]{0,62})@contoso\\.com$ \\1`,
    `${issuer} /(?i)^((?-i).*)@contoso\\.com$ \\1`,
    `${issuer} /(?i)^((?-i)[^@]+)@contoso\\.com$ \\1`,
    `${issuer} alice@contoso.com alice`,
    `${issuer} /(?i)^o'brien@contoso\\.com$ obrien`,
    'https://other /(?i)^alice@contoso\\.com$ alice',
    patternRow({ issuer, primaryDomain: 'elsewhere.com', forbidden: [] }),
    patternRow({ issuer, primaryDomain, forbidden: [] }).replace('\\1', 'x\\1'),
    literalRow({ issuer, upn: 'alice@elsewhere.com', user: 'alice' }),
    `${issuer} /(?i)^alice@fabrikam\\.com$ app`,
    `${issuer} /(?i)^(?:alice@fabrikam\\.com)$ alice`,
    literalRow({ issuer, upn: 'alice@fabrikam.com', user: 'admin' }),
    literalRow({ issuer, upn: 'alice@elsewhere.com', user: 'app' }),
  ];
  for (const line of foreign) {
    it(`leaves this to the operators: ${line.slice(0, 130)}`, () => assert.equal(own(line), false));
  }
});

describe('a row that matches nobody', () => {
  it('matches no text, on no version', () => {
    const rows = rowsOf(denyRow(issuer));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('')), (text) => {
        assert.deepEqual(yields(rows, text), []);
      }),
    );
  });
});
