/**
 * The characters that principals are made of here: printable ASCII, as Entra's UPNs are (docs/decisions/0003-map-row.md), and the three
 * beyond it that CockroachDB lower-cases to an ASCII letter, so that a look-alike of a name is found as well.
 */

import { RE2JS } from 're2js';

/** In the order in which they are tried: what is found first is read by people. */
const preferred = 'xabcdefghijklmnopqrstuvwyz0123456789._-@';
const lookAlikes = '\u212a\u0130\u0131';
const printable = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n));

/** A symbol is an index into this. */
export const alphabet: readonly string[] = [...new Set([...preferred, ...printable, ...lookAlikes])];

const symbols = new Map(alphabet.map((char, symbol) => [char, symbol]));
const all = alphabet.join('');

/** RE2's `\w`, by which `\b` and `\B` go. */
export const isWord: readonly boolean[] = alphabet.map((char) => /^[A-Za-z0-9_]$/.test(char));
export const isAscii: readonly boolean[] = alphabet.map((char) => char < '\u0080');

export function symbolOf(char: string): number {
  return symbols.get(char) ?? -1;
}

export const everySymbol: readonly number[] = alphabet.map((_, symbol) => symbol);

/** Sets that were asked for, by how they are written: the same few come again and again. Forgotten when they are many. */
const known = new Map<string, readonly number[]>();
const mostKnown = 2000;

/**
 * The symbols that an RE2 atom matches, in their order. RE2 itself is asked, so that classes, properties and folding mean here what
 * they mean there.
 *
 * @param atom one that stands for a single character: `[a-z]`, `\d`, `.`
 * @param flags `i`, `s`, both or none
 */
export function symbolsOf(atom: string, flags: string): readonly number[] {
  const written = `${flags === '' ? '' : `(?${flags})`}${atom}`;
  const before = known.get(written);
  if (before !== undefined) return before;
  const matcher = RE2JS.compile(written).matcher(all);
  const found: number[] = [];
  while (matcher.find()) found.push(symbolOf(String.fromCodePoint(all.codePointAt(matcher.start()) ?? 0)));
  const sorted = [...new Set(found)].filter((symbol) => symbol >= 0).sort((a, b) => a - b);
  if (known.size >= mostKnown) known.clear();
  known.set(written, sorted);
  return sorted;
}
