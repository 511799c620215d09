/** What a change of cluster settings is in words: what goes and comes, whom it lets in or shuts out, what is left to people's hands. */

import type { Affected } from '../ports.ts';
import type { Block, Text } from './card.ts';
import { cut } from './cut.ts';

/** A setting's change by what it means. */
export interface Told {
  readonly label: string;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** What nobody but people can do. */
export interface ByHand {
  readonly says: string;
  readonly sql: readonly string[];
  /** Who would lose access by it; empty: nobody. */
  readonly loses: string;
}

/** How much of each is told: the command line has all of it. */
const most = { parts: 5, part: 160, people: 6, sql: 2400, statement: 1500 };

function some(all: readonly string[], limit: number, room = most.part): string {
  const rest = all.length - limit;
  const shown = all.slice(0, limit).map((one) => cut(one, room));
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Old and new by meaning, a setting a line: `− sub + upn`. */
export function changeFacts(told: readonly Told[]): Block[] {
  if (told.length === 0) return [];
  const text = ({ gone, come }: Told): Text => [
    ...(gone.length === 0 ? [] : [`− ${some(gone, most.parts)}`]),
    ...(gone.length === 0 || come.length === 0 ? [] : ['   ']),
    ...(come.length === 0 ? [] : [`+ ${some(come, most.parts)}`]),
  ];
  return [{ kind: 'facts', facts: told.map((one) => ({ label: one.label, text: text(one) })) }];
}

export interface Effects {
  readonly loses: readonly Affected[];
  readonly gains: readonly Affected[];
  readonly othersLose: readonly string[];
  readonly othersGain?: readonly string[];
}

const named = ({ sqlUsername, upn }: Affected): string => `${sqlUsername} (${upn})`;

/** Who would lose or gain a login; that nobody would is said, too. */
export function effectFacts({ loses, gains, othersLose, othersGain = [] }: Effects): Block[] {
  const [first] = loses;
  const facts = [
    ...people(`Would lose their login (${loses.length})`, loses),
    ...(first?.error == null ? [] : [{ label: 'CockroachDB would say', text: [{ code: cut(first.error, most.part) }] }]),
    ...othersLose.map((who) => ({ label: 'Would lose it, too', text: [cut(who, 2 * most.part)] })),
    ...people(`Could log in then (${gains.length})`, gains),
    ...othersGain.map((who) => ({ label: 'Could log in then, too', text: [cut(who, 2 * most.part)] })),
  ];
  const nobody: Block = { kind: 'text', text: ['Nobody loses a login by it.'] };
  return [
    ...(loses.length + othersLose.length === 0 ? [nobody] : []),
    ...(facts.length === 0 ? [] : [{ kind: 'facts' as const, facts }]),
  ];
}

function people(label: string, all: readonly Affected[]): { readonly label: string; readonly text: Text }[] {
  return all.length === 0 ? [] : [{ label, text: [some(all.map(named), most.people)] }];
}

/** SQL to copy, as much as a chat takes; the command line prints all of it. */
export function sqlBlocks(sql: readonly string[], cluster: string): Block[] {
  let room = most.sql;
  const shown = sql.filter((statement) => {
    const fits = statement.length <= Math.min(room, most.statement);
    if (fits) room -= statement.length;
    return fits;
  });
  const rest = sql.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : [{ kind: 'code' as const, code: shown.join('\n') }]),
    ...(rest === 0 ? [] : [{ kind: 'note' as const, text: tooLong(rest, sql.length, cluster) }]),
  ];
}

function tooLong(rest: number, all: number, cluster: string): Text {
  const what = rest === all ? 'The SQL is' : `${rest} of ${all} statements are`;
  return [`${what} too long for a chat. This prints all of it: `, { code: `npm run -s cli -- plan --cluster ${cluster}` }];
}

/** What is left to people's hands, each with its SQL and who would lose access by it. */
export function byHandBlocks(all: readonly ByHand[], cluster: string): Block[] {
  if (all.length === 0) return [];
  return [
    { kind: 'text', text: [{ strong: 'Only by hand, by somebody who knows what it is for' }] },
    ...all.flatMap(({ says, sql, loses }): Block[] => [
      { kind: 'text', text: [cut(says, 900)] },
      ...(loses === '' || sql.length === 0
        ? []
        : [{ kind: 'note' as const, text: [`Would lose access by it: ${cut(loses, 600)}`] }]),
      ...sqlBlocks(sql, cluster),
    ]),
  ];
}
