import { type Block, type Card, plainText, runs, type Text } from './card.ts';
import { harmless, oneLine } from './harmless.ts';

/** What notifications, lists and screen readers say of a card: all of its words, each value on the line that the card gave it. */
export function fallback(card: Card, calledBy: string): string {
  return harmless(plainText(flat(card, calledBy), calledBy));
}

/** Nothing but a line break sets values apart there: they must not bring their own. */
function flat(card: Card, calledBy: string): Card {
  const line = (text: Text) =>
    text.map((run) => (typeof run === 'string' ? oneLine(run) : 'at' in run ? run : oneLine(runs([run], calledBy))));
  const blocks = card.blocks.map((block): Block => {
    if (block.kind === 'quote') return { ...block, label: oneLine(block.label), text: oneLine(block.text) };
    if (block.kind === 'facts')
      return { ...block, facts: block.facts.map((f) => ({ label: oneLine(f.label), text: line(f.text) })) };
    return block;
  });
  return { title: line(card.title), blocks };
}
