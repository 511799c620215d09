import type { Check, Standing } from '../../cluster/report.ts';
import { shortIdentity } from '../../cluster-auth/meaning.ts';
import { settingSql } from '../../cluster-auth/settings-plan.ts';
import type { Gravity, LintedLine, LintFinding } from '../../ports.ts';
import type { Sight } from '../sight.ts';
import { cut } from '../../messages/cut.ts';
import { adminRuns, check, type LookCloser } from './check.ts';

const setting = 'server.identity_map.configuration';
/** How much is said of each line. */
const most = { findings: 3, text: 160 };

/** What is wrong with the lines of the map, whoever wrote them. Our own rows, where they differ, are the business of the check before. */
export const mapLint: LookCloser = ({ policy }, sight) => {
  const { lint } = sight;
  if (lint === null) return [];
  if ('silent' in lint) return [undecided(lint.silent, policy.name)];
  const { lines, more } = lint.is;
  if (lines.length === 0) return [check('map-lint', 'ok', fine(sight))];
  const rest =
    more === null
      ? []
      : [
          check('map-lint', standings[more.gravity], `And ${more.lines} more lines of the map.`, {
            next: 'At the command line, lint-map names all of them.',
          }),
        ];
  return [...lines.map((line) => said(line, sight)), ...rest];
};

/** A row that keeps out everybody of our issuer keeps all logins out; another one beside it may still let them in. */
const standings: Readonly<Record<Gravity, Standing>> = {
  open: 'broken',
  'all-out': 'broken',
  shut: 'attention',
  note: 'note',
};

/** A cluster's map may be dearer to read than a status may take. */
const undecided = (silent: string, cluster: string): Check =>
  check('map-lint', 'unknown', `What is wrong with the lines of the identity map can't be told: ${silent}.`, {
    next: `At the command line, \`npm run -s cli -- lint-map --cluster ${cluster}\` takes as long as it takes.`,
  });

function fine({ look }: Sight): string {
  return look.map.trim() === '' ? 'The map is empty.' : 'No line of the map lets in or keeps out anybody who is not meant.';
}

/** Everything about one line, the worst first. */
function said({ line, text, gravity, findings, corrected }: LintedLine, sight: Sight): Check {
  const standing = standings[gravity];
  const more = findings.length - most.findings;
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(', ');
  const words = findings
    .slice(0, most.findings)
    .map(({ says, witness }) => `${says}${/[.!?]$/.test(says) ? '' : '.'}${shownBeside(says, witness)}`);
  const found = `Line ${line}, ${short(text)} (${rules}): ${words.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`;
  if (corrected === null && standing === 'note') return check('map-lint', standing, found);
  if (corrected === null)
    return check('map-lint', standing, found, {
      next: `An admin of the cluster takes line ${line} out, or says what it is meant to do.`,
    });
  return check('map-lint', standing, found, {
    expected: short(corrected, 'with the issuer'),
    next: `${adminRuns} It puts the corrected line ${line} in its place and leaves all others as they are.`,
    sql: [settingSql({ setting, value: withLine(sight.look.map, line, corrected) })],
  });
}

/** A witness that the sentence does not name already. */
const shownBeside = (says: string, witness: LintFinding['witness']): string =>
  witness === null || says.includes(witness.principal) ? '' : ` (${witness.principal} becomes ${witness.becomes ?? 'nobody'}.)`;

function withLine(map: string, line: number, corrected: string): string {
  return map
    .split('\n')
    .map((text, i) => (i === line - 1 ? corrected : text))
    .join('\n');
}

/** A row; of a long pattern its end. The issuer would fill the line: the findings name it where it matters. */
function short(text: string, more: 'with the issuer' | null = null): string {
  const [map, identity, user, ...rest] = text.trim().split(/\s+/);
  if (identity === undefined || user === undefined || rest.length > 0) return cut(text.trim(), most.text);
  const row = `${cut(shortIdentity(identity), most.text)} ${cut(user, most.text)}`;
  return more === null ? row : `${map} ${row}`;
}
