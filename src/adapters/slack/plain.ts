/** Text as Slack's fields hold it. Block Kit's rich_text and plain_text do not parse markup at all: what is harmless there is literal. */

import { cutMark } from '../../core/messages/harmless.ts';

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
