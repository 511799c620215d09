import { pressable } from '../request/buttons.ts';
import { type Block, type Card, spelled } from './card.ts';

/**
 * What can be typed.
 *
 * @param calledBy what people type in front of a word, where they see this
 * @param groups the grammar's headings, in their order
 * @param words the command grammar's table
 */
export function help<G extends string>(
  calledBy: string,
  groups: Readonly<Record<G, string>>,
  words: readonly { readonly group: G; readonly usage: string; readonly says: string }[],
): Card {
  return {
    title: ['Ask for access to CockroachDB here, and log in with your Entra account: no database password.'],
    blocks: [
      ...(Object.keys(groups) as G[]).flatMap((group): Block[] => [
        { kind: 'text', text: [{ strong: groups[group] }] },
        {
          kind: 'facts',
          facts: words
            .filter((word) => word.group === group)
            .map((word) => ({ label: spelled(word.usage, calledBy), text: [word.says] })),
        },
      ]),
      { kind: 'buttons', buttons: [{ id: 'ask', label: pressable.ask.label, about: '' }] },
    ],
  };
}
