import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { caseInsensitive, mapIdentity, parseIdentityMap, rowsInForce } from '../../src/core/identity/identity-map.ts';
import { lintMap, lintRules } from '../../src/core/identity/lint/lint.ts';
import type { LintFacts, LintFinding } from '../../src/core/ports.ts';
import { ownRows } from '../../src/core/cluster-auth/own-rows.ts';
import { isOwnRow, patternRow } from '../../src/core/identity/map-row.ts';
import { hasRow, readLine } from '../../src/core/identity/lint/line.ts';
import { yieldsName, yieldsToOthers } from '../../src/core/identity/lint/yields.ts';
import { runs } from '../runs.ts';
import { type Entry, facts } from '../corpus/identity-maps/entry.ts';
import { faulty } from '../corpus/identity-maps/faulty.ts';
import { good } from '../corpus/identity-maps/good.ts';

const factsOf = (entry: Entry): LintFacts => ({ ...facts, ...entry.facts });
const linted = (entry: Entry): readonly LintFinding[] => lintMap(entry.map.join('\n'), factsOf(entry));
const said = (findings: readonly LintFinding[]) => findings.map(({ line, rule, weight }) => [line, rule, weight]);

/** A witness is what the cluster itself would do: the row alone is asked, by the cluster's own way of reading it. */
function assertWitness({ text, witness }: LintFinding, version: string): void {
  if (witness === null) return;
  const rows = rowsInForce(text);
  const names = mapIdentity(rows, rows[0]?.map ?? '', witness.principal, { caseInsensitive: caseInsensitive(version) });
  assert.deepEqual(names, witness.becomes === null ? [] : [witness.becomes], `${text}: ${witness.principal}`);
}

describe('the corpus of identity maps', () => {
  it('has at least 60 maps with faults and 20 without, and shows every rule at work', () => {
    assert.ok(faulty.length >= 60, `${faulty.length}`);
    assert.ok(good.length >= 20, `${good.length}`);
    const shown = new Set(faulty.flatMap(({ expected }) => expected.map(([, rule]) => rule)));
    assert.deepEqual(
      [...lintRules].filter((rule) => !shown.has(rule)),
      [],
    );
    assert.equal(new Set([...faulty, ...good].map(({ says }) => says)).size, faulty.length + good.length);
  });

  for (const entry of [...faulty, ...good]) {
    it(`${entry.expected.length === 0 ? 'has nothing against' : 'finds what is wrong with'} ${entry.says}`, () => {
      const findings = linted(entry);
      assert.deepEqual(said(findings), entry.expected, JSON.stringify(findings, null, 1));
      for (const finding of findings) assertWitness(finding, factsOf(entry).version);
    });
  }

  it('offers no line that its own rule has something against, or that CockroachDB refuses', () => {
    let offered = 0;
    for (const entry of faulty) {
      for (const { line, rule, corrected } of linted(entry)) {
        if (corrected === null) continue;
        offered += 1;
        assert.ok('rows' in parseIdentityMap(corrected), corrected);
        const map = entry.map.with(line - 1, corrected).join('\n');
        const left = lintMap(map, factsOf(entry)).filter((finding) => finding.line === line && finding.rule === rule);
        assert.deepEqual(left, [], corrected);
      }
    }
    assert.ok(offered >= 40, `${offered}`);
  });

  it('proves every finding of these rules by a principal', () => {
    const proven = new Set(['yields-admin', 'yields-role', 'yields-other', 'catch-all-domain', 'never-a-user', 'case']);
    for (const finding of faulty.flatMap(linted)) {
      if (proven.has(finding.rule) || finding.weight === 'open') assert.notEqual(finding.witness, null, JSON.stringify(finding));
    }
  });
});

/** Every principal of up to so many letters and a domain or none: small enough to ask the cluster's own reading about each. */
const letters = ['a', 'b', 'k', '-'];
const locals = letters.flatMap((a) =>
  ['', ...letters.flatMap((b) => ['', ...letters.flatMap((c) => ['', ...letters].map((d) => c + d))].map((r) => b + r))].map(
    (r) => a + r,
  ),
);
const principals = [...new Set(locals)].flatMap((local) => [local, `${local}@a`, `${local}@ab`]);

const atom = fc.constantFrom(
  'a',
  'b',
  'k',
  '-',
  '.',
  '[ab]',
  '[^a]',
  '[a-k]',
  '\\w',
  '(?:a|bk)',
  '\\b',
  '\\B',
  '^',
  '$',
  '(?i:K)',
);
const often = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '*?');
const piece = fc.tuple(atom, often).map(([one, times]) => (/^(?:\\[bB]|\^|\$)$/.test(one) ? one : one + times));
const pieces = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
const anyPattern = fc
  .tuple(
    fc.constantFrom('', '^', '(?i)^', '^(?:', '(?i)'),
    pieces,
    pieces,
    fc.constantFrom('', '', '*', '+', '?'),
    pieces,
    fc.constantFrom('', '$', '@a$', '@a', '@.$', '|a$'),
  )
  .map(
    ([head, before, group, times, after, tail]) =>
      `${head}${before}(${group})${times}${after}${tail}${head.endsWith(':') ? ')' : ''}`,
  );

describe('what a pattern can yield', () => {
  const names = ['ab', 'k', 'a-b', 'admin'];
  const asked = (version: string): LintFacts => ({
    version,
    issuers: null,
    domains: [],
    names: [],
    managed: names.slice(0, 3),
    bound: [],
  });

  it('is never excluded when the cluster would yield it, and what is named is yielded', () => {
    const property = fc.property(anyPattern, fc.constantFrom('\\1', 'a\\1'), fc.boolean(), (pattern, user, young) => {
      const version = young ? 'v26.1.0' : 'v24.1.0';
      const text = `i /${pattern} ${user}`;
      const rows = rowsInForce(text);
      fc.pre(rows.length === 1);
      const findings = lintMap(text, asked(version)).filter(({ rule }) => rule === 'yields-role');
      for (const finding of findings) assertWitness(finding, version);
      const line = readLine(text, 1, { facts: asked(version), rows, patience: { left: 1_000_000 } });
      assert.ok(line !== null && hasRow(line));
      for (const name of names) {
        const answer = yieldsName(line, name).kind;
        const shows = principals.find((one) => mapIdentity(rows, 'i', one, { caseInsensitive: young }).includes(name));
        if (shows !== undefined) assert.notEqual(answer, 'never', `${text} makes ${shows} ${name}`);
      }
    });
    fc.assert(property, runs(100, 2000));
  });

  it('to somebody else is never excluded when the cluster would yield it', () => {
    const owner = { sqlUsername: 'ab', upn: 'ab@a' };
    const property = fc.property(anyPattern, fc.boolean(), (pattern, young) => {
      const text = `i /${pattern} \\1`;
      const rows = rowsInForce(text);
      fc.pre(rows.length === 1);
      const facts = asked(young ? 'v26.1.0' : 'v24.1.0');
      const line = readLine(text, 1, { facts, rows, patience: { left: 1_000_000 } });
      assert.ok(line !== null && hasRow(line));
      const shows = principals.find(
        (one) => one !== owner.upn && mapIdentity(rows, 'i', one, { caseInsensitive: young }).includes(owner.sqlUsername),
      );
      if (shows !== undefined) assert.notEqual(yieldsToOthers(line, owner).kind, 'never', `${text} makes ${shows} ab`);
    });
    fc.assert(property, runs(100, 2000));
  });

  it('is found, not only not excluded, for nearly every pattern', () => {
    let [found, asks] = [0, 0];
    for (const pattern of fc.sample(anyPattern, { numRuns: 150, seed: 7 })) {
      const text = `i /${pattern} \\1`;
      const rows = rowsInForce(text);
      const line = rows.length === 1 ? readLine(text, 1, { facts: asked('v24.1.0'), rows, patience: { left: 1_000_000 } }) : null;
      if (line === null || !hasRow(line)) continue;
      for (const name of names) {
        if (!principals.some((one) => mapIdentity(rows, 'i', one, { caseInsensitive: false }).includes(name))) continue;
        asks += 1;
        if (yieldsName(line, name).kind === 'found') found += 1;
      }
    }
    assert.ok(asks > 20 && found / asks > 0.95, `${found} of ${asks}`);
  });
});

describe('the rows that the bot writes', () => {
  const issuer = 'https://sts.windows.net/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/';
  const domains = { primary: 'contoso.com', others: ['fabrikam.com'] };
  const name = fc.stringMatching(/^[a-ks_][a-ks0-9._-]{0,7}$/);
  const person = fc.record({
    name,
    domain: fc.constantFrom('contoso.com', 'fabrikam.com'),
    user: fc.option(name, { nil: null }),
    enabled: fc.boolean(),
  });
  const ledgers = fc.record({
    people: fc.uniqueArray(person, { maxLength: 8, selector: (p) => p.user ?? p.name }),
    services: fc.array(name, { maxLength: 6 }),
    mode: fc.constantFrom('pattern' as const, 'people' as const),
    version: fc.constantFrom('v23.1.11', 'v25.2.4', 'v26.1.0'),
  });

  it('have no finding, whoever is bound and whatever exists', () => {
    const property = fc.property(ledgers, ({ people, services, mode, version }) => {
      const ledger = people.map((one, n) => ({
        oid: `o${n}`,
        upn: `${one.name}@${one.domain}`,
        sqlUsername: one.user ?? one.name,
      }));
      const users = [...services, 'analytics_reader', ...ledger.map((one) => one.sqlUsername)].map((one) => ({ name: one }));
      const kept = new Map(
        people.map((one, n) => [`o${n}`, { upn: `${one.name}@${one.domain}`, enabled: one.enabled, kind: 'member' as const }]),
      );
      const { rows } = ownRows({ issuer, domains, mode, users, ledger, people: kept, granting: null });
      const findings = lintMap(rows.join('\n'), {
        version,
        issuers: [issuer],
        domains: ['contoso.com', 'fabrikam.com'],
        names: users.map((one) => one.name),
        managed: ['analytics_reader'],
        bound: ledger,
      });
      assert.deepEqual(findings, []);
    });
    fc.assert(property, runs(25, 400));
  });

  it('have one as soon as a name comes that they do not know, and the row that does is offered', () => {
    const old = patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: ['app'] });
    const known: LintFacts = { ...facts, issuers: [issuer], names: ['app', 'etl'], managed: [], bound: [] };
    const [finding, ...rest] = lintMap(old, known);
    assert.deepEqual(rest, []);
    assert.equal(finding?.rule, 'yields-role');
    assert.equal(finding.weight, 'open');
    assert.equal(finding.corrected, patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: ['app', 'etl'] }));
  });

  it('are never what an operator is told to write: the bot would take such a row for its own', () => {
    for (const entry of faulty) {
      const { domains: known } = factsOf(entry);
      for (const { corrected, text } of linted(entry)) {
        const before = parseIdentityMap(text);
        const after = corrected === null ? { rows: [] } : parseIdentityMap(corrected);
        if (!('rows' in after) || ('rows' in before && before.rows.some((one) => isOwnRow(one, one.map, known)))) continue;
        for (const one of after.rows) assert.equal(isOwnRow(one, one.map, known), false, `${text} → ${corrected}`);
      }
    }
  });
});

describe('a map that means harm', () => {
  const many = (count: number, line: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => line(n)).join('\n');
  const hostile: readonly [string, string][] = [
    ['nests repeats', 'i /^((((a{1,30}){1,30})b?)*)+$ \\1'],
    ['repeats as often as RE2 allows', 'i /^(([a-z]{1,9}\\b){0,100}x?){0,1}@c$ \\1'],
    ['alternates without end', `i /^(${'a|ab|abc|'.repeat(2000)}x)*@c$ \\1`],
    [
      'has a class for every character',
      `i /^(${many(900, (n) => `[^\\x{${(n + 300).toString(16)}}]?`).replaceAll('\n', '')})@c$ \\1`,
    ],
    ['opens groups as deep as RE2 allows', `i /${'('.repeat(500)}a${')*'.repeat(500)} \\1`],
    ['has a thousand patterns', many(1000, (n) => `i /^(.*)x{${n}}@c \\1`)],
    ['has a line of 60 KB', `i /^(${'a'.repeat(60_000)})@c$ \\1`],
    ['is all brackets', many(200, () => `i /${'[['.repeat(200)}a]]\\1 \\1`)],
    ['has half a character', 'i /^(\ud800)@c$ \\1'],
  ];
  for (const [what, text] of hostile) {
    it(`is looked at no longer than it is worth, when it ${what}`, () => {
      const bound = Array.from({ length: 50 }, (_, n) => ({ sqlUsername: `p${n}`, upn: `p${n}@c` }));
      const line = readLine(text.split('\n')[0] ?? '', 1, {
        facts: { ...facts, bound },
        rows: [],
        patience: { left: 2_000_000 },
      });
      const left = line?.patience.left ?? 0;
      if (line !== null && hasRow(line)) yieldsName(line, 'admin');
      assert.ok((line?.patience.left ?? 0) > Math.min(left, 0) - 1_000_000, 'no search goes far beyond what is left');
      const findings = lintMap(text, { ...facts, bound });
      for (const finding of findings) assertWitness(finding, facts.version);
    });
  }

  it('says what it could not decide, and takes nothing undecided for proven', () => {
    const [finding] = lintMap(`i /^(([a-z]{1,9}\\b-?){0,100}x?){0,1}@c$ \\1`, { ...facts, names: [], managed: [], bound: [] });
    assert.ok(finding !== undefined);
    const spent = readLine('i /^([b-z]+)@c$ \\1', 1, { facts, rows: [], patience: { left: 0 } });
    assert.ok(spent !== null && hasRow(spent));
    assert.equal(yieldsName(spent, 'admin').kind, 'maybe');
    const patient = readLine('i /^([b-z]+)@c$ \\1', 1, { facts, rows: [], patience: { left: 100_000 } });
    assert.ok(patient !== null && hasRow(patient));
    assert.equal(yieldsName(patient, 'admin').kind, 'never');
  });
});
