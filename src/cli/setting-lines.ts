/** Plans and changes of cluster settings as the command line prints them: everything, however long. */

import { meaningOf } from '../core/cluster-auth/meaning.ts';
import { settingSql } from '../core/cluster-auth/settings-plan.ts';
import type { Affected, Paused, SettingStep } from '../core/ports.ts';
import type { Plan } from '../core/settings/plan.ts';
import { type Fact, factLines, printable, utc } from './lines.ts';

/** How many people are named one by one. */
const mostPeople = 50;

/** What steps mean, a thing a line. */
export function stepLines(steps: readonly SettingStep[]): string {
  const facts = steps
    .map(meaningOf)
    .flatMap(({ label, gone, come }): Fact[] => [
      ...gone.map((one): Fact => [`${label}  -`, one]),
      ...come.map((one): Fact => [`${label}  +`, one]),
    ]);
  return facts.length === 0 ? '' : factLines(facts);
}

type Effects = Pick<Plan, 'loses' | 'gains' | 'othersLose'> & { readonly othersGain?: readonly string[] };

/** Who would lose or gain a login. */
export function effectLines({ loses, gains, othersLose, othersGain = [] }: Effects): string {
  const who = (label: string, people: readonly Affected[]): Fact[] => [
    ...people
      .slice(0, mostPeople)
      .map(({ upn, sqlUsername, error }): Fact => [label, `${sqlUsername} (${upn})${error === null ? '' : `: ${error}`}`]),
    ...(people.length > mostPeople ? [[label, `and ${people.length - mostPeople} more; --json has all`] as const] : []),
  ];
  const facts = [
    ...who('loses the login', loses),
    ...othersLose.map((one): Fact => ['loses the login', one]),
    ...who('can log in then', gains),
    ...othersGain.map((one): Fact => ['can log in then', one]),
  ];
  const nobody = loses.length + othersLose.length === 0 ? '  Nobody loses a login by it.\n' : '';
  return `${facts.length === 0 ? '' : factLines(facts)}${nobody}`;
}

/** SQL as it is run, bare of indentation: it may have lines of its own. */
export const sqlLines = (steps: readonly SettingStep[]): string =>
  steps.map(({ setting, after }) => `${settingSql({ setting, value: after })}\n`).join('');

/** What is left to people's hands. */
export function byHandLines(plan: Pick<Plan, 'byHand'>): string {
  return plan.byHand
    .map(({ says, sql, loses }) => {
      const who = loses === '' || sql.length === 0 ? '' : `  Would lose access by it: ${printable(loses)}\n`;
      return `\nOnly by hand: ${printable(says)}\n${who}${sql.map((one) => `${one}\n`).join('')}`;
    })
    .join('');
}

export function pausedLine(paused: Paused | null): string {
  return paused === null
    ? ''
    : `The watch is paused since ${utc(paused.since)}, by ${printable(paused.by)}: the bot writes nothing by itself until \`npm run -s cli -- watch resume\`.\n`;
}

/** The same for machines. */
export function planJson(plan: Plan) {
  const { steps, loses, gains, othersLose, othersGain, byHand, notes, fingerprint, facts } = plan;
  return {
    cluster: facts.policy.name,
    version: facts.state.version,
    fingerprint,
    steps: stepsJson(steps),
    loses,
    gains,
    othersLose,
    othersGain,
    byHand,
    notes,
  };
}

export const stepsJson = (steps: readonly SettingStep[]) =>
  steps.map((step) => {
    const { gone, come } = meaningOf(step);
    return { ...step, gone, come, sql: settingSql({ setting: step.setting, value: step.after }) };
  });
