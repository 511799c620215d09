/** What a bot sends as a message, and what Teams refuses of it. */
import { cardFaults } from './card-faults.ts';
import { type Json, list, word } from './json.ts';
import { Refused } from './refused.ts';
import type { Message } from './tenant.ts';

export const cardType = 'application/vnd.microsoft.card.adaptive';

/** learn.microsoft.com, "format-your-bot-messages" and "limits-specifications-teams": a message, with its cards, has at most about 28 KB. */
export const largestMessage = 28 * 1024;

export type Content = Pick<Message, 'text' | 'format' | 'summary' | 'cards'>;

/** @throws Refused in the connector's words */
export function contentOf(activity: Json): Content {
  const attachments = list(activity.attachments);
  const other = attachments.find(({ contentType }) => contentType !== cardType);
  if (other !== undefined)
    throw new Refused(
      400,
      'BadArgument',
      `Unknown attachment type ${word(other.contentType)}: the sandbox draws ${cardType} alone`,
    );
  const cards = attachments.map(({ content }) => content as Json);
  const faults = cards.flatMap((card, i) => cardFaults(card, `attachments/${i}/content`));
  if (faults.length > 0) throw new Refused(400, 'BadSyntax', `Invalid Adaptive Card: ${faults.join('; ')}`);
  const { text, textFormat = 'markdown', summary } = activity;
  if (word(text) === '' && cards.length === 0) throw new Refused(400, 'BadSyntax', 'Activity has no text and no attachments');
  if (textFormat !== 'plain' && textFormat !== 'markdown')
    throw new Refused(400, 'BadArgument', `The sandbox reads no textFormat ${JSON.stringify(textFormat)}`);
  return { text: word(text), format: textFormat, summary: word(summary), cards };
}

/** @param size bytes of the body as it was sent */
export function sizeChecked(size: number): void {
  if (size > largestMessage) throw new Refused(413, 'MessageSizeTooBig', 'Message size too large.');
}
