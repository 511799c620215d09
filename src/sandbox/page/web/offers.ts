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
 * @param before what stands before a command: empty where it may be typed as it is; a slash alone offers all of them there
 */
export function offeredAfter(commands: readonly Offered[], before: string, draft: string): Offers {
  const typed = draft.trimStart().toLowerCase();
  if (typed === '') return none;
  const begun = typed === '/' && before === '' ? '' : typed;
  const choices = commands
    .map(({ typed: words, usage, says }) => ({ value: `${before}${words}`, label: `${before}${usage}`, says }))
    .filter(({ value }) => value.startsWith(begun) && value.trim() !== typed.trim());
  const isBegun = before === '' ? typed.startsWith('/') : before.startsWith(typed) && typed !== before.trim();
  return { choices, isFirstTaken: isBegun };
}
