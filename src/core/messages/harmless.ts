/**
 * Makes any string harmless and short enough to show where text is literal: what is left to do there is what Unicode allows, characters
 * that reorder, hide or break a line.
 */

import type { Run } from './card.ts';

/** Ends a value that was too long to be shown whole. */
export const cutMark = '… (cut)';

/** Controls but for line feed and tab, bidirectional overrides and isolates, invisible characters, lone surrogates. */
const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/** The text with each deceptive character replaced by a visible one; line feeds stay. */
export function harmless(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(deceptive, '\ufffd');
}

/** As `harmless`, on one line: a value can't forge a line of its own. */
export function oneLine(text: string): string {
  return harmless(text).replace(/[\n\t]+/g, ' ');
}

export const inOneLine = (run: Run): Run => (typeof run === 'string' ? oneLine(run) : run);

/** At most `room` UTF-16 units, never half a character; what is left out is said. */
export function cut(text: string, room: number): string {
  if (text.length <= room) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length + cutMark.length > room) break;
    kept += character;
  }
  return kept + cutMark;
}
