/** A card's blocks as elements of an Adaptive Card, within what a message of Teams holds. */

import type { Block, Text } from '../../core/messages/card.ts';
import { cut, cutMark, harmless, inOneLine, oneLine } from '../../core/messages/harmless.ts';
import { actionSets, type UniqueId } from './actions.ts';
import { type Element, literal, richText } from './runs.ts';

/**
 * A message with its cards has about 28 KB (learn.microsoft.com, "limits-specifications-teams"; more is answered with 413
 * MessageSizeTooBig): bytes of JSON for a card's blocks, with a margin for what carries them.
 */
const total = 22_000;
/** Characters of one block, and how many facts. */
interface Room {
  readonly text: number;
  readonly note: number;
  readonly fact: number;
  readonly facts: number;
  readonly quote: number;
}
const labelRoom = 80;
export const cardRoom: Room = { text: 4000, note: 1500, fact: 700, facts: 40, quote: 3000 };
/** Whoever opened it wants to read all of it. */
export const formRoom: Room = { text: 12_000, note: 2000, fact: 2500, facts: 60, quote: 12_000 };
/** What does not fit is tried with less of it, before it is left out. */
const shares = [1, 0.5, 0.25, 0.1];

/**
 * Any blocks: too long values are cut visibly, but a code block is shown whole or not at all, and buttons always.
 *
 * @param taken bytes of what else stands on the card
 * @param room formRoom or cardRoom
 * @param ids where other things of the card have some
 */
export function blocksOf(blocks: readonly Block[], taken: number, room: Room = cardRoom, ids = uniqueIds()): Element[] {
  let left = total - taken;
  const afford = (made: Element[]): boolean => {
    const bytes = sizeOf(made);
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
  const fixed = blocks.map((block): Element[] | null => {
    if (block.kind === 'buttons') return actionSets(block.buttons, ids).filter((set) => afford([set]));
    if (block.kind !== 'code') return null;
    const made = codeBlock(block.code);
    return afford(made) ? made : tooLong(block.code);
  });
  let isCut = false;
  const body = blocks.flatMap((block, i) => {
    const ready = fixed[i];
    if (ready) return ready;
    const made = shares.map((share) => flowing(block, shareOf(room, share))).find(afford);
    isCut ||= made === undefined;
    return made ?? [];
  });
  return isCut ? [...body, ...richText([cutMark], 100)] : body;
}

export const sizeOf = (made: unknown): number => Buffer.byteLength(JSON.stringify(made), 'utf8');

const shareOf = (room: Room, share: number): Room => ({
  text: Math.floor(room.text * share),
  note: Math.floor(room.note * share),
  fact: Math.floor(room.fact * share),
  facts: room.facts,
  quote: Math.floor(room.quote * share),
});

function flowing(block: Block, room: Room): Element[] {
  switch (block.kind) {
    case 'text':
      return richText(block.text, room.text);
    case 'note':
      return richText(block.text, room.note, small);
    case 'facts':
      return block.facts.slice(0, room.facts).flatMap((fact) => factLine(fact, room.fact));
    case 'quote':
      return quoteBlock(block.label, block.text, room.quote);
    case 'code':
    case 'buttons':
      return [];
  }
}

const small = { isSubtle: true, size: 'Small' };
const close = { spacing: 'Small' };

function factLine(fact: { readonly label: string; readonly text: Text }, room: number): Element[] {
  const label = cut(oneLine(fact.label), labelRoom);
  return richText([{ strong: `${label}: ` }, ...fact.text.map(inOneLine)], room, {}, close);
}

function quoteBlock(label: string, text: string, room: number): Element[] {
  const head = richText([{ strong: `${cut(oneLine(label), labelRoom)}:` }], labelRoom + 1);
  const words = richText([text], room);
  return words.length === 0 ? head : [...head, { type: 'Container', style: 'emphasis', items: words, ...close }];
}

/** To be copied whole. Clients that know no CodeBlock (adaptivecards.io has none) show a block of nothing but monospace. */
function codeBlock(code: string): Element[] {
  const exact = harmless(code);
  if (exact === '') return [];
  const run = { type: 'TextRun', text: literal(exact), fontType: 'Monospace' };
  return [
    {
      type: 'CodeBlock',
      codeSnippet: exact,
      language: 'PlainText',
      fallback: { type: 'Container', style: 'emphasis', items: [{ type: 'RichTextBlock', inlines: [run] }] },
    },
  ];
}

/** Half a command must not be there to be copied. */
const tooLong = (code: string): Element[] =>
  richText([`(${harmless(code).length} characters, too long to be shown here: nothing of it is shown)`], 200);

/** What has an id on a card has one of its own: the second input of one field is `reason#2`. */
export function uniqueIds(): UniqueId {
  const seen = new Map<string, number>();
  return ({ id }) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id}#${count}`;
  };
}
