import type { Offered } from '../feed.ts';
import type { Choice } from './listbox.ts';

export interface Offers {
  readonly choices: readonly Choice[];
  /** Whether Enter takes the first rather than sending what was typed. */
  readonly isFirstTaken: boolean;
}

const none: Offers = { choices: [], isFirstTaken: false };

/**
 * Commands that what was typed may become.
 *
 * @param names one of which every command begins with; none: they are typed as they are, and a slash alone offers all of them
 */
export function offeredAfter(commands: readonly Offered[], names: readonly string[], draft: string): Offers {
  const typed = draft.trimStart().toLowerCase();
  if (typed === '') return none;
  const begun = typed === '/' && names.length === 0 ? '' : typed;
  const choices = commands
    .map(({ typed: value, usage: label, says }) => ({ value, label, says }))
    .filter(({ value }) => value.startsWith(begun) && value.trim() !== typed.trim());
  const isBegun = names.length === 0 ? typed.startsWith('/') : names.some((name) => name.startsWith(typed) && name !== typed);
  return { choices, isFirstTaken: isBegun };
}

/** The same commands with a name in front. */
export function behind(name: string, commands: readonly Offered[]): readonly Offered[] {
  return commands.map(({ typed, usage, says }) => ({ typed: `${name} ${typed}`, usage: `${name} ${usage}`, says }));
}
