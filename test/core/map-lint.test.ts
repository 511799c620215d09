import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { caseInsensitive, mapIdentity, parseIdentityMap, rowsInForce } from '../../src/core/identity/identity-map.ts';
import { type LintFacts, type LintFinding, lintMap, lintRules } from '../../src/core/identity/lint/lint.ts';
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
    fc.assert(property, runs(300, 5000));
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
    fc.assert(property, runs(300, 5000));
  });

  it('is found, not only not excluded, for nearly every pattern', () => {
    let [found, asks] = [0, 0];
    for (const pattern of fc.sample(anyPattern, { numRuns: 400, seed: 7 })) {
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
    assert.ok(asks > 50 && found / asks > 0.95, `${found} of ${asks}`);
  });
});
