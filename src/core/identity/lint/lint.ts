/** What is wrong with an identity map, line by line. */

import type { LintFacts, LintFinding, LintRule } from '../../ports.ts';
import { rowsInForce } from '../identity-map.ts';
import { longestPatternRow } from '../map-row.ts';
import { type Found, type Line, readLine, type Rule } from './line.ts';
import { reread } from './mend.ts';
import type { Patience } from './pattern/search.ts';
import { caseMatters } from './rules/case.ts';
import { catchAllDomain } from './rules/catch-all-domain.ts';
import { commentCuts } from './rules/comment-cuts.ts';
import { neverAUser } from './rules/never-a-user.ts';
import { secondSubstitution } from './rules/second-substitution.ts';
import { syntax } from './rules/syntax.ts';
import { trailingSlash } from './rules/trailing-slash.ts';
import { unanchored } from './rules/unanchored.ts';
import { unescapedDot } from './rules/unescaped-dot.ts';
import { unknownIssuer } from './rules/unknown-issuer.ts';
import { yieldsAdmin } from './rules/yields-admin.ts';
import { yieldsOther } from './rules/yields-other.ts';
import { yieldsRole } from './rules/yields-role.ts';

/** In the order in which they are asked. */
const rules: Readonly<Record<LintRule, Rule>> = {
  syntax,
  unanchored,
  'unescaped-dot': unescapedDot,
  'trailing-slash': trailingSlash,
  'comment-cuts': commentCuts,
  'second-substitution': secondSubstitution,
  'catch-all-domain': catchAllDomain,
  'unknown-issuer': unknownIssuer,
  'yields-admin': yieldsAdmin,
  'yields-role': yieldsRole,
  'yields-other': yieldsOther,
  case: caseMatters,
  'never-a-user': neverAUser,
};

export const lintRules = Object.keys(rules) as readonly LintRule[];

/** What one map may cost, in symbols of a search: a few seconds at the most. What that does not reach is said to be undecided. */
const patienceOfAMap = 20_000_000;

/** Rules that are asked when a map has had its share, or a line is longer than any that should be there: they compile and match nothing. */
const shallow: readonly LintRule[] = ['syntax', 'comment-cuts', 'unknown-issuer', 'yields-admin'];
const longestDeep = longestPatternRow + 512;

/**
 * Every finding on every line, in the order of the lines. The bot's own rows, as it writes them, have none.
 *
 * @param text `server.identity_map.configuration`
 */
export function lintMap(text: string, facts: LintFacts): readonly LintFinding[] {
  return [...findingsIn(text, facts, { left: patienceOfAMap })];
}

/**
 * The same, one after the other: what is not asked for costs nothing.
 *
 * @param patience for all of it; once it is spent, lines are only asked what is cheap
 */
export function* findingsIn(text: string, facts: LintFacts, patience: Patience): Generator<LintFinding> {
  const around = { facts, rows: rowsInForce(text), patience };
  const tried = new Map<string, boolean>();
  for (const [at, physical] of text.split('\n').entries()) {
    const line = readLine(physical, at + 1, around);
    if (line !== null) yield* findings(line, tried);
  }
}

function* findings(line: Line, tried: Map<string, boolean>): Generator<LintFinding> {
  const isDeep = line.patience.left > 0 && line.text.length <= longestDeep;
  const asked = isDeep ? line : { ...line, patience: { left: 0 } };
  for (const rule of isDeep ? lintRules : shallow) {
    const found = rules[rule](asked);
    if (found !== null) yield { rule, line: line.number, text: line.text, ...checked(asked, rule, found, tried) };
  }
}

/** A line is only offered when its own rule has nothing against it. Many lines are corrected to the same one. */
function checked(line: Line, rule: LintRule, found: Found, tried: Map<string, boolean>): Found {
  if (found.corrected === null) return found;
  const key = `${rule} ${found.corrected}`;
  const again = tried.has(key) ? null : reread(line, found.corrected);
  const clean = tried.get(key) ?? (again?.row != null && rules[rule](again) === null);
  tried.set(key, clean);
  return clean ? found : { ...found, corrected: null };
}
