import type { Check, Standing } from '../../cluster/report.ts';
import { saysTheSame } from '../../cluster-auth/merge-map.ts';
import { settingSql } from '../../cluster-auth/settings-plan.ts';
import { type LintFinding, lintMap } from '../../identity/lint/lint.ts';
import { type Facts, kept, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, type LookCloser } from './check.ts';

const setting = 'server.identity_map.configuration';
/** How many lines of the map are named. */
const most = 6;

/** What is wrong with the lines of the map, whoever wrote them. Our own rows, where they differ, are the business of the check before. */
export const mapLint: LookCloser = (facts, sight) => {
  if (sight.unseen.has(setting)) return [];
  const own = ownLines(facts, sight);
  const all = lintMap(sight.look.map, lintFacts(facts, sight)).filter(({ line }) => !own.has(line));
  if (all.length === 0) return [check('map-lint', 'ok', rowsText(sight))];
  const found = all.map((finding) => ({ finding, standing: standingOf(finding, sight) }));
  const sorted = found.sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));
  const rest = sorted.length - most;
  return [
    ...sorted.slice(0, most).map(({ finding, standing }) => said(finding, standing, sight)),
    ...(rest > 0
      ? [
          check('map-lint', sorted[most]?.standing ?? 'note', `And ${rest} more findings on the map's lines.`, {
            next: 'At the command line, lint-map shows all of them.',
          }),
        ]
      : []),
  ];
};

const order: readonly Standing[] = ['broken', 'attention', 'note'];

function lintFacts({ managed, policy, ledger }: Facts, { survey, look, unseen }: Sight): Parameters<typeof lintMap>[1] {
  return {
    version: survey.version,
    issuers: unseen.has('server.jwt_authentication.issuers') ? null : look.issuers.items,
    domains: [policy.domains.primary, ...policy.domains.others],
    names: survey.users.map(({ name }) => name),
    managed: [...managed.keys()],
    bound: kept({ ledger }).map(({ sqlUsername, upn }) => ({ sqlUsername, upn })),
  };
}

function ownLines({ desired }: Facts, { look }: Sight): ReadonlySet<number> {
  const wanted = toldOr(desired, null);
  const current = wanted !== null && saysTheSame(look.ownRows, wanted.rows);
  return new Set(current ? [] : look.ownRows.map(({ line }) => line));
}

function rowsText({ look }: Sight): string {
  return look.map.trim() === '' ? 'The map is empty.' : 'No line of the map lets in or keeps out anybody who is not meant.';
}

/** A row that keeps out everybody of our issuer keeps all logins out; another one beside it may still let them in. */
function standingOf({ weight, line }: LintFinding, { look }: Sight): Standing {
  if (weight === 'open') return 'broken';
  if (weight === 'note') return 'note';
  const ours = [...look.ownRows, ...look.foreignRows];
  return ours.length === 1 && ours[0]?.line === line ? 'broken' : 'attention';
}

function said(finding: LintFinding, standing: Standing, sight: Sight): Check {
  const { line, text, says, witness, corrected } = finding;
  const shows = witness === null ? '' : ` For example ${witness.principal} becomes ${witness.becomes ?? 'nobody'}.`;
  const found = `Line ${line} (${short(text)}): ${says}${shows}`;
  if (corrected === null)
    return check('map-lint', standing, found, {
      next: standing === 'note' ? null : `An admin of the cluster takes line ${line} out, or says what it is meant to do.`,
    });
  return check('map-lint', standing, found, {
    expected: short(corrected),
    next:
      standing === 'note'
        ? null
        : `${adminRuns} It puts the corrected line ${line} in its place and leaves the others as they are.`,
    sql: standing === 'note' ? [] : [settingSql({ setting, value: withLine(sight.look.map, line, corrected) })],
  });
}

function withLine(map: string, line: number, corrected: string): string {
  return map
    .split('\n')
    .map((text, i) => (i === line - 1 ? corrected : text))
    .join('\n');
}

const short = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 200)}…`);
