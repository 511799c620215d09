/**
 * Runs of a card's text as TextRuns of a RichTextBlock, which hold literal text: Markdown is not read there, so that no value can become a
 * format, a link or a list (learn.microsoft.com, "adaptive-cards/authoring-cards/text-features", note), and mentions need an entity that
 * the bot never sends.
 */

import { merged, type Run, spelled, type Text, utc } from '../../core/messages/card.ts';
import { cut, cutMark, harmless, oneLine } from '../../core/messages/harmless.ts';
import type { Json } from './activity.ts';
import { calledBy } from './reply.ts';

export type Element = Json;
/** How all of a block's runs look. */
export type Looks = Readonly<Record<string, string | boolean>>;

/** What clients do read in any text are these two functions: a value must not bring its own. */
const functions = /\{\{(?=(?:DATE|TIME)\()/g;
export const literal = (text: string): string => harmless(text).replace(functions, '{ {');

/** A block of text, at most `room` characters; none when there is nothing to say. */
export function richText(text: Text, room: number, looks: Looks = {}, block: Looks = {}): Element[] {
  const inlines = textRuns(text, room, looks);
  return inlines.length === 0 ? [] : [{ type: 'RichTextBlock', inlines, ...block }];
}

function textRuns(text: Text, room: number, looks: Looks): Element[] {
  const out: Element[] = [];
  let left = room;
  for (const run of merged(text)) {
    if (left <= 0) {
      out.push(textRun(cutMark, looks));
      break;
    }
    const { says, own } = spoken(run);
    if (says === '') continue;
    // A function of the client's is whole or nothing.
    out.push(textRun(own.whole === true ? says : cut(says, Math.max(left, cutMark.length)), { ...looks, ...own.looks }));
    left -= own.whole === true ? utcLength : says.length;
  }
  return out;
}

const utcLength = 20;
const textRun = (text: string, looks: Looks): Element => ({ type: 'TextRun', text, ...looks });

function spoken(run: Run): { readonly says: string; readonly own: { readonly looks?: Looks; readonly whole?: true } } {
  if (typeof run === 'string') return { says: literal(run), own: {} };
  if ('strong' in run) return { says: literal(oneLine(run.strong)), own: { looks: { weight: 'Bolder' } } };
  if ('typed' in run) return spoken({ code: spelled(run.typed, calledBy) });
  if ('code' in run) return { says: literal(oneLine(run.code)), own: { looks: { fontType: 'Monospace' } } };
  return { says: localTime(run.at, run.style), own: { whole: true } };
}

/** In the reader's zone (learn.microsoft.com, "text-features", "Date/Time formatting and localization"): seconds at the finest. */
function localTime(at: Date, style: 'time' | 'date'): string {
  if (Number.isNaN(at.getTime())) return utc(new Date(0), style);
  const iso = `${at.toISOString().slice(0, 19)}Z`;
  return `${style === 'date' ? `{{DATE(${iso}, SHORT)}} ` : ''}{{TIME(${iso})}}`;
}
