/** The worst lines of an identity map, and each as it should be: all that a status shows of a map, in one go. */

import type { Gravity, LintedLine, LintFacts, LintFinding, MapLint, MapQuestion } from '../../ports.ts';
import { rowsInForce } from '../identity-map.ts';
import { findingsIn, lintMap } from './lint.ts';
import type { Patience } from './pattern/search.ts';

/** What all corrections of a map may cost together, beside the reading of it: in symbols of a search, and in tries for one line. */
const [patienceToCorrect, mostTries] = [20_000_000, 8];

const gravities: readonly Gravity[] = ['open', 'all-out', 'shut', 'note'];

/** The lines that have something against them, worst first, in the order of the map where they are alike. */
export function worstLines({ map, facts, except, most }: MapQuestion): MapLint {
  const left = new Set(except);
  const found = new Map<number, LintFinding[]>();
  for (const finding of lintMap(map, facts)) {
    if (!left.has(finding.line)) found.set(finding.line, [...(found.get(finding.line) ?? []), finding]);
  }
  const only = onlyRow(map, facts);
  const lines = [...found]
    .map(([line, of]) => ({ gravity: gravest(of, line === only), findings: [...of].sort(byWeight) }))
    .sort((a, b) => gravities.indexOf(a.gravity) - gravities.indexOf(b.gravity));
  const patience = { left: patienceToCorrect };
  const rest = lines.slice(most);
  return {
    lines: lines.slice(0, most).flatMap((one) => whole(one, facts, patience)),
    more: rest[0] === undefined ? null : { lines: rest.length, gravity: rest[0].gravity },
  };
}

type Judged = Pick<LintedLine, 'gravity' | 'findings'>;

/** The line of the only row of our issuer, when it has no more: what keeps people out there keeps all of them out. */
function onlyRow(map: string, { issuer }: LintFacts): number | null {
  const ours = rowsInForce(map).filter((row) => row.map === issuer);
  return ours.length === 1 ? (ours[0]?.line ?? null) : null;
}

function gravest(findings: readonly LintFinding[], isOnly: boolean): Gravity {
  const has = (weight: LintFinding['weight']): boolean => findings.some((one) => one.weight === weight);
  if (has('open')) return 'open';
  if (has('shut')) return isOnly ? 'all-out' : 'shut';
  return 'note';
}

const weights: readonly LintFinding['weight'][] = ['open', 'shut', 'note'];
const byWeight = (a: LintFinding, b: LintFinding): number => weights.indexOf(a.weight) - weights.indexOf(b.weight);

function whole({ gravity, findings }: Judged, facts: LintFacts, patience: Patience): readonly LintedLine[] {
  const [first] = findings;
  if (first === undefined) return [];
  const { line, text } = first;
  const offered = findings.find((one) => one.corrected !== null)?.corrected ?? null;
  return [{ line, text, gravity, findings, corrected: gravity === 'note' ? offered : corrected(text, facts, patience) }];
}

/**
 * The line corrected by one rule after the other, until none has anything against it; null: nobody but its author can say, or there is
 * no patience left to see that nothing is.
 */
function corrected(text: string, facts: LintFacts, patience: Patience): string | null {
  let line = text;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const next = better(line, facts, patience);
    if (patience.left <= 0) return null;
    if (next === line || next === null) return next;
    line = next;
  }
  return null;
}

/** By the first rule that has a correction; the line itself, when none has anything against it; null: one has, and no correction. */
function better(line: string, facts: LintFacts, patience: Patience): string | null {
  let clean = true;
  for (const { weight, corrected: to } of findingsIn(line, facts, patience)) {
    if (weight === 'note') continue;
    if (to !== null && to !== line) return to;
    clean = false;
  }
  return clean ? line : null;
}
