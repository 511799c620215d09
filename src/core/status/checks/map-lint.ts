import type { Check, Standing } from '../../cluster/report.ts';
import { saysTheSame } from '../../cluster-auth/merge-map.ts';
import { settingSql } from '../../cluster-auth/settings-plan.ts';
import { type LintFacts, type LintFinding, lintMap } from '../../identity/lint/lint.ts';
import { type Facts, issuerOf, kept, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, type LookCloser } from './check.ts';

const setting = 'server.identity_map.configuration';
/** How many lines of the map are named, and how much is said of each. */
const most = { lines: 6, findings: 3, text: 160, corrections: 8 };

/** What is wrong with the lines of the map, whoever wrote them. Our own rows, where they differ, are the business of the check before. */
export const mapLint: LookCloser = (facts, sight) => {
  if (sight.unseen.has(setting)) return [];
  const asked = lintFacts(facts, sight);
  const own = ownLines(facts, sight);
  const all = lintMap(sight.look.map, asked).filter(({ line }) => !own.has(line));
  if (all.length === 0) return [check('map-lint', 'ok', fine(sight))];
  const byLine = [...new Set(all.map(({ line }) => line))].map((line) => {
    const findings = all
      .filter((one) => one.line === line)
      .sort((a, b) => rank(standingOf(a, sight)) - rank(standingOf(b, sight)));
    return { findings, standing: standingOf(findings[0], sight) };
  });
  const sorted = byLine.sort((a, b) => rank(a.standing) - rank(b.standing));
  const rest = sorted.slice(most.lines);
  return [
    ...sorted.slice(0, most.lines).map(({ findings, standing }) => said(findings, standing, sight, asked)),
    ...rest.slice(0, 1).map(({ standing }) =>
      check('map-lint', standing, `And ${rest.length} more lines of the map.`, {
        next: 'At the command line, lint-map names all of them.',
      }),
    ),
  ];
};

const rank = (standing: Standing): number => ['broken', 'attention', 'note'].indexOf(standing);

/** Our issuer counts as listed: where it is not, that is one finding of its own, and its rows are right all the same. */
function lintFacts(facts: Facts, { survey, look, unseen }: Sight): LintFacts {
  const { managed, policy } = facts;
  const ours = toldOr(issuerOf(facts), null);
  return {
    version: survey.version,
    issuers: unseen.has('server.jwt_authentication.issuers') ? null : [...look.issuers.items, ...(ours === null ? [] : [ours])],
    ...(ours === null ? {} : { issuer: ours }),
    domains: [policy.domains.primary, ...policy.domains.others],
    names: survey.users.map(({ name }) => name),
    managed: [...managed.keys()],
    bound: kept(facts).map(({ sqlUsername, upn }) => ({ sqlUsername, upn })),
  };
}

function ownLines({ desired }: Facts, { look }: Sight): ReadonlySet<number> {
  const wanted = toldOr(desired, null);
  const current = wanted !== null && saysTheSame(look.ownRows, wanted.rows);
  return new Set(current ? [] : look.ownRows.map(({ line }) => line));
}

function fine({ look }: Sight): string {
  return look.map.trim() === '' ? 'The map is empty.' : 'No line of the map lets in or keeps out anybody who is not meant.';
}

/** A row that keeps out everybody of our issuer keeps all logins out; another one beside it may still let them in. */
function standingOf(finding: LintFinding | undefined, { look }: Sight): Standing {
  if (finding === undefined || finding.weight === 'note') return 'note';
  if (finding.weight === 'open') return 'broken';
  const ours = [...look.ownRows, ...look.foreignRows];
  return ours.length === 1 && ours[0]?.line === finding.line ? 'broken' : 'attention';
}

/** Everything about one line, the worst first. */
function said(findings: readonly LintFinding[], standing: Standing, sight: Sight, asked: LintFacts): Check {
  const { line = 0, text = '' } = findings[0] ?? {};
  const more = findings.length - most.findings;
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(', ');
  const words = findings
    .slice(0, most.findings)
    .map(({ says, witness }) => `${says}${/[.!?]$/.test(says) ? '' : '.'}${shown(witness)}`);
  const found = `Line ${line}, ${short(text.replace(/^\S+\s+(?=\S)/, ''))} (${rules}): ${words.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`;
  const corrected =
    standing === 'note' ? (findings.find((one) => one.corrected !== null)?.corrected ?? null) : mended(text, asked);
  if (corrected === null && standing === 'note') return check('map-lint', standing, found);
  if (corrected === null)
    return check('map-lint', standing, found, {
      next: `An admin of the cluster takes line ${line} out, or says what it is meant to do.`,
    });
  return check('map-lint', standing, found, {
    expected: short(corrected),
    next: `${adminRuns} It puts the corrected line ${line} in its place and leaves all others as they are.`,
    sql: [settingSql({ setting, value: withLine(sight.look.map, line, corrected) })],
  });
}

const shown = (witness: LintFinding['witness']): string =>
  witness === null ? '' : ` (${witness.principal} becomes ${witness.becomes ?? 'nobody'}.)`;

/** The line corrected by one rule after the other, until none has anything against it; null: nobody but its author can say. */
function mended(text: string, asked: LintFacts): string | null {
  let line = text;
  for (let i = 0; i < most.corrections; i += 1) {
    const against = lintMap(line, asked).filter(({ weight }) => weight !== 'note');
    if (against.length === 0) return line;
    const next = against.find(({ corrected }) => corrected !== null && corrected !== line)?.corrected;
    if (next === undefined || next === null) return null;
    line = next;
  }
  return null;
}

function withLine(map: string, line: number, corrected: string): string {
  return map
    .split('\n')
    .map((text, i) => (i === line - 1 ? corrected : text))
    .join('\n');
}

const short = (text: string): string => (text.length <= most.text ? text : `${text.slice(0, most.text)}…`);
