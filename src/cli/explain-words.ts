/** An explained login as people read it, and as programs do. */

import { type Mended, type StepWords, loginWords, userWords } from '../core/command/login-words.ts';
import type { StepName } from '../core/login/steps.ts';
import { commandName, runs } from '../core/messages/card.ts';
import type { Explained } from './explained.ts';
import { type Fact, factLines, printable } from './lines.ts';
import type { TokenFinding } from './token-findings.ts';

/** What the refusal means and who mends it: what the token itself shows goes before what a step usually means. */
interface Meaning {
  readonly means: string;
  readonly fix: string;
}

type No = Extract<Explained['result'], { readonly ok: false }>;

const origins: Readonly<Record<Explained['from'], string>> = {
  asked: 'as --user says',
  ledger: 'as the bot’s ledger has it for the token’s object id',
  upn: 'as the token’s upn gives it; the ledger has nobody with its object id',
  nowhere: 'can’t be told from this token: name it with --user',
};

function meaningOf(explained: Explained, no: No, at: Mended): Meaning {
  const own = explained.findings.find(({ explains }) => explains.includes(no.step));
  const words: Pick<StepWords, 'says' | 'fix'> =
    no.step === 'user' && no.error.endsWith('login privilege') ? userWords(true) : loginWords[no.step];
  return {
    means: own === undefined ? words.says : `${loginWords[no.step].says}: ${own.says}`,
    fix: own === undefined ? runs(words.fix(at), commandName) : `${own.fix}.`,
  };
}

/** @returns a line of JSON: `ok` is null when it could not be told */
export function explainedJson(explained: Explained, at: Mended): string {
  const { cluster, version, user, from, now, result, passed, unchecked, findings } = explained;
  const ok = result.ok && unchecked.length > 0 ? null : result.ok;
  return `${JSON.stringify({
    cluster,
    version,
    user,
    userFrom: from,
    at: now,
    ...result,
    ok,
    ...(result.ok ? {} : meaningOf(explained, result, at)),
    passed,
    unchecked,
    token: findings.map(({ about, says, fix }) => ({ about, says, fix })),
  })}\n`;
}

/** @returns the verdict on the first line, then the steps, then what is the matter and whose move it is */
export function explainedText(explained: Explained, at: Mended): string {
  const { cluster, version, user, from, result, findings } = explained;
  const facts: Fact[] = [
    ['cluster', `${cluster}, CockroachDB ${version}`],
    ['SQL user', user === '' ? origins[from] : `${user}, ${origins[from]}`],
  ];
  const meaning: Fact[] = result.ok ? [] : meaningFacts(meaningOf(explained, result, at));
  return [
    `${titleOf(explained)}\n\n`,
    factLines(facts),
    '\n',
    factLines(stepFacts(explained)),
    ...(meaning.length === 0 ? [] : ['\n', factLines(meaning)]),
    ...(findings.length === 0 ? [] : ['\nSeen in the token:\n', ...findings.map(findingText)]),
  ].join('');
}

function titleOf({ cluster, user, result, unchecked }: Explained): string {
  const whom = printable(user === '' ? 'nobody in particular' : user);
  if (!result.ok) return `Refused: ${cluster} does not let ${whom} in with this token, at the step ${result.step}.`;
  if (unchecked.length > 0) return `Not certain: ${cluster} would let ${whom} in, as far as can be checked from here.`;
  return `Let in: ${cluster} takes this token now, as the SQL user ${printable(result.as)}.`;
}

const meaningFacts = ({ means, fix }: Meaning): Fact[] => [
  ['means', `${means}.`],
  ['what to do', fix],
];

function stepFacts({ passed, unchecked, result }: Explained): readonly Fact[] {
  const label = (mark: string, step: StepName): string => `${mark.padEnd(4)}${step}`;
  return [
    ...passed.map((step): Fact => [label('ok', step), loginWords[step].passed]),
    ...unchecked.flatMap(({ steps, says }) => steps.map((step): Fact => [label('?', step), says])),
    ...(result.ok ? [] : refusalFacts(label('NO', result.step), result)),
  ];
}

const refusalFacts = (label: string, { error, detail }: No): Fact[] => [
  [label, error],
  ...(detail === undefined ? [] : [['', `DETAIL: ${detail}`] as const]),
];

export const findingText = ({ says, fix }: TokenFinding): string => `  - ${printable(says)}.\n    ${printable(fix)}.\n`;
