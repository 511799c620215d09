/** Runs of a card's text as elements of Block Kit's rich_text, which hold literal text. */

import type { types } from '@slack/bolt';
import { commandName, merged, type Run, spelled, type Text, utc } from '../../core/messages/card.ts';
import { cut, cutMark, harmless, oneLine } from '../../core/messages/harmless.ts';
import { pieces } from './plain.ts';

export type Element = types.RichTextElement;
export type Section = types.RichTextSection | types.RichTextQuote | types.RichTextPreformatted;

/** What an element and a block weigh beside their text, in characters of JSON. */
export const weight = { element: 45, block: 60 };
/** How much text stands in one block of rich text; a longer one goes on in the next. */
export const blockText = 3000;

/** Tokens of Slack's own (docs.slack.dev/messaging/formatting-message-text, "Date formatting"). */
export const formats = { time: '{time}', date: '{date_short_pretty} {time}' } as const;

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/** Runs as rich text, at most `space` characters. */
export function elements(text: Text, space: number): Element[] {
  const out: Element[] = [];
  let left = space;
  for (const run of merged(text)) {
    if (left < 0) break;
    const element = elementOf(run, left);
    if (element === null) continue;
    out.push(element);
    left -= element.type === 'text' ? element.text.length + weight.element / 3 : weight.element;
  }
  if (left < 0 && out.at(-1)?.type !== 'text') out.push({ type: 'text', text: cutMark });
  return out;
}

function elementOf(run: Run, left: number): Element | null {
  if (typeof run === 'string') return textOf(harmless(run), left);
  if ('strong' in run) return textOf(oneLine(run.strong), left, { bold: true });
  if ('code' in run) return textOf(oneLine(run.code), left, { code: true });
  if ('typed' in run) return textOf(oneLine(spelled(run.typed, commandName)), left, { code: true });
  return { type: 'date', timestamp: seconds(run.at), format: formats[run.style], fallback: utc(run.at, run.style) };
}

/** Slack refuses empty text elements (`invalid_blocks`). */
function textOf(text: string, left: number, style?: { bold?: true; code?: true }): Element | null {
  if (text === '') return null;
  return { type: 'text', text: cut(text, Math.max(left, cutMark.length)), ...(style === undefined ? {} : { style }) };
}

export const section = (made: Element[]): types.RichTextSection => ({ type: 'rich_text_section', elements: made });
export const rich = (sections: Section[]): types.RichTextBlock => ({ type: 'rich_text', elements: sections });

/** As many blocks as the text needs. */
export function richText(made: readonly Element[]): types.RichTextBlock[] {
  const rows: Element[][] = [];
  let room = 0;
  for (const element of made.flatMap(split)) {
    const length = element.type === 'text' ? element.text.length : 0;
    // A line break where a block begins would show as an empty line.
    if (rows.length > 0 && length <= room) rows.at(-1)?.push(element);
    else if (element.type !== 'text' || element.text !== '\n') {
      rows.push([element]);
      room = blockText;
    } else continue;
    room -= length;
  }
  return rows.map((row) => rich([section(row)]));
}

function split(element: Element): Element[] {
  if (element.type !== 'text') return [element];
  return pieces(element.text, blockText).map((text) => ({ ...element, text }));
}
