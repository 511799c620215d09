/**
 * Makes any string harmless and short enough to show. Block Kit's rich_text and plain_text do not parse markup at all, so what is
 * left to do is what Unicode allows: characters that reorder, hide or break a line.
 */

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

/** The text in pieces of at most `size` UTF-16 units: broken at a line or a word where there is one, never within a character. */
export function pieces(text: string, size: number): string[] {
  const out: string[] = [];
  let rest = text;
  while (rest.length > size) {
    const window = rest.slice(0, size);
    const gap = Math.max(window.lastIndexOf('\n'), window.lastIndexOf(' ')) + 1;
    const end = gap > size / 2 ? gap : size - (/[\ud800-\udbff]$/.test(window) ? 1 : 0);
    out.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === '' ? out : [...out, rest];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** For fields that Slack parses: the three characters that open mentions, links and dates (docs.slack.dev/messaging/formatting-message-text). */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] ?? character);
}

/** As `escaped`, at most `room` long after escaping. */
export function escapedWithin(text: string, room: number): string {
  if (escaped(text).length <= room) return escaped(text);
  let kept = '';
  for (const character of text) {
    const next = escaped(character);
    if (kept.length + next.length + cutMark.length > room) break;
    kept += next;
  }
  return kept + cutMark;
}
