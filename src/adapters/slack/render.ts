/** A card as a message, within Slack's limits. */

import type { types } from '@slack/bolt';
import { type Card, commandName, type Text } from '../../core/messages/card.ts';
import { fallback } from '../../core/messages/fallback.ts';
import { cutMark, inOneLine } from '../../core/messages/harmless.ts';
import { blocksOf, messageLimits } from './blocks.ts';
import { escapedWithin } from './plain.ts';
import { type Element, elements, rich, section } from './runs.ts';

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
    text: escapedWithin(fallback(card, commandName) || cutMark, fallbackRoom),
    blocks: [title, ...blocksOf(card.blocks, messageLimits, [title])],
  };
}

/** The first line, in bold. */
export function titleBlock(title: Text): types.RichTextBlock {
  const made = elements(title.map(inOneLine), titleRoom).map((e) => ({ ...e, style: { ...styleOf(e), bold: true } }) as Element);
  return rich([section(made.length > 0 ? made : [{ type: 'text', text: cutMark }])]);
}

function styleOf(element: Element): object {
  return 'style' in element && element.style !== undefined ? element.style : {};
}
