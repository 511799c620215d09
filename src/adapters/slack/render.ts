/** A card as a message, within Slack's limits. */

import type { types } from '@slack/bolt';
import { type Block, type Card, plainText, runs, type Text } from '../../core/messages/card.ts';
import { blocksOf, messageLimits } from './blocks.ts';
import { cutMark, harmless, oneLine } from '../../core/messages/harmless.ts';
import { escapedWithin } from './plain.ts';
import { type Element, elements, inOneLine, rich, section } from './runs.ts';

export interface SlackMessage {
  /** What notifications and screen readers say. */
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

/** chat.update takes 4,000 characters of `text` (docs.slack.dev/reference/methods/chat.update). */
const fallbackRoom = 3000;
const titleRoom = 300;

/** Any card as a message: too long values are cut visibly, but a code block is shown whole or not at all. */
export function render(card: Card): SlackMessage {
  const title = titleBlock(card.title);
  return {
    text: escapedWithin(harmless(plainText(flat(card))) || cutMark, fallbackRoom),
    blocks: [title, ...blocksOf(card.blocks, messageLimits, [title])],
  };
}

/** The card for its plain-text fallback, in which nothing but a line break sets values apart: they must not bring their own. */
function flat(card: Card): Card {
  const line = (text: Text) =>
    text.map((run) => (typeof run === 'string' ? oneLine(run) : 'at' in run ? run : oneLine(runs([run]))));
  const blocks = card.blocks.map((block): Block => {
    if (block.kind === 'quote') return { ...block, label: oneLine(block.label), text: oneLine(block.text) };
    if (block.kind === 'facts')
      return { ...block, facts: block.facts.map((f) => ({ label: oneLine(f.label), text: line(f.text) })) };
    return block;
  });
  return { title: line(card.title), blocks };
}

/** The first line, in bold. */
export function titleBlock(title: Text): types.RichTextBlock {
  const made = elements(title.map(inOneLine), titleRoom).map((e) => ({ ...e, style: { ...styleOf(e), bold: true } }) as Element);
  return rich([section(made.length > 0 ? made : [{ type: 'text', text: cutMark }])]);
}

function styleOf(element: Element): object {
  return 'style' in element && element.style !== undefined ? element.style : {};
}
