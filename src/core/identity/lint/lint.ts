/** What is wrong with an identity map, line by line. */

import { rowsInForce } from '../identity-map.ts';
import { longestPatternRow } from '../map-row.ts';
import { type Found, type LintFacts, type LintFinding, type LintRule, lintRules } from './finding.ts';
import { type Line, readLine, type Rule } from './line.ts';
import { reread } from './mend.ts';
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

export { type LintFacts, type LintFinding, type LintRule, lintRules } from './finding.ts';

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

/** What one map may cost, in symbols of a search: a few seconds at the most. What that does not reach is said to be undecided. */
const patienceOfAMap = 20_000_000;

/** Rules that are asked when a map has had its share, or a line is longer than any that should be there: they compile and match nothing. */
const shallow: readonly LintRule[] = ['syntax', 'comment-cuts', 'unknown-issuer', 'yields-admin'];
const longestDeep = longestPatternRow + 512;

/** The last answers by what was asked: the same map is looked at every few minutes, and nothing of it has changed. */
const remembered = new Map<string, readonly LintFinding[]>();
const [mostRemembered, longestRemembered] = [16, 256 * 1024];

/**
 * Every finding on every line, in the order of the lines. The bot's own rows, as it writes them, have none.
 *
 * @param text `server.identity_map.configuration`
 */
export function lintMap(text: string, facts: LintFacts): readonly LintFinding[] {
  const asked = JSON.stringify([text, facts]);
  const known = remembered.get(asked);
  if (known !== undefined) return known;
  const found = lint(text, facts);
  if (remembered.size >= mostRemembered) remembered.clear();
  if (asked.length <= longestRemembered) remembered.set(asked, found);
  return found;
}

function lint(text: string, facts: LintFacts): readonly LintFinding[] {
  const around = { facts, rows: rowsInForce(text), patience: { left: patienceOfAMap } };
  const tried = new Map<string, boolean>();
  return text.split('\n').flatMap((physical, at) => {
    const line = readLine(physical, at + 1, around);
    return line === null ? [] : findings(line, tried);
  });
}

function findings(line: Line, tried: Map<string, boolean>): readonly LintFinding[] {
  const isDeep = line.patience.left > 0 && line.text.length <= longestDeep;
  const asked = isDeep ? line : { ...line, patience: { left: 0 } };
  return (isDeep ? lintRules : shallow).flatMap((rule) => {
    const found = rules[rule](asked);
    return found === null ? [] : [{ rule, line: line.number, text: line.text, ...checked(asked, rule, found, tried) }];
  });
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
