/** Patterns as they were meant: what can be put right without asking. Each takes and gives a pattern without the map's slash. */

import { isOwnRow } from '../map-row.ts';
import { type Line, readLine, type RowLine, withFields } from './line.ts';
import { hasWays, type Token, tokensOf } from './pattern/tokens.ts';
import { type Tree, treeOf } from './pattern/tree.ts';

/** `/^…$/` and `/^…$/i` as other languages write patterns; a slash at the end alone. */
const slashed = /(\$|\\z)\/([a-z]{0,3})$|([^\\])\/$/;

export function withoutSlash(pattern: string): string {
  const found = slashed.exec(pattern);
  if (found === null) return pattern;
  const body = `${pattern.slice(0, found.index)}${found[1] ?? found[3] ?? ''}`;
  return found[2]?.includes('i') ? `(?i)${body}` : body;
}

const isLetter = (token: Token | undefined): boolean => token?.kind === 'char' && /^[A-Za-z0-9]$/.test(token.char);

/** Whether a `.` can only be meant as itself: it stands for one character, between letters or behind the `@`. */
function isMeantDot(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.text !== '.' || token.kind !== 'set' || tokens[at + 1]?.kind === 'repeat') return false;
  const behind = tokens.slice(0, at).some((one) => one.kind === 'char' && one.char === '@');
  return behind || (isLetter(tokens[at - 1]) && isLetter(tokens[at + 1]));
}

/** The pattern with every such dot written otherwise; itself, when it has none. */
export function dotsAs(pattern: string, dot: string): string {
  const tokens = tokensOf(pattern);
  return tokens.map((token, at) => (isMeantDot(tokens, at) ? dot : token.text)).join('');
}

/** Whether every way through begins (ends) with an anchor. */
function isAnchored(tree: Tree, side: 'begin' | 'end'): boolean {
  if (tree.kind === 'assert') return tree.what === side;
  if (tree.kind === 'group') return isAnchored(tree.of, side);
  if (tree.kind === 'repeat') return tree.least > 0 && isAnchored(tree.of, side);
  if (tree.kind === 'any') return tree.of.every((way) => isAnchored(way, side));
  if (tree.kind === 'set') return false;
  const parts = side === 'begin' ? tree.of : [...tree.of].reverse();
  const first = parts.find((part) => part.kind !== 'assert' || part.what === side);
  return first !== undefined && isAnchored(first, side);
}

/** Which ends of a pattern are open. */
export function openEnds(pattern: string): { readonly begin: boolean; readonly end: boolean } {
  const tree = treeOf(pattern, false);
  if (tree === null) return { begin: !/^(?:\(\?[a-zA-Z-]+\))*(?:\^|\\A)/.test(pattern), end: !/(?:\$|\\z)$/.test(pattern) };
  return { begin: !isAnchored(tree, 'begin'), end: !isAnchored(tree, 'end') };
}

export function anchored(pattern: string): string {
  const open = openEnds(pattern);
  if (!open.begin && !open.end) return pattern;
  const flags = /^(?:\(\?[a-zA-Z-]+\))*/.exec(pattern)?.[0] ?? '';
  const body = pattern.slice(flags.length);
  const whole = hasWays(tokensOf(body)) ? `(?:${body})` : body;
  return `${flags}${open.begin ? '^' : ''}${whole}${open.end ? '$' : ''}`;
}

/** All of them. */
export const mended = (pattern: string): string => anchored(dotsAs(withoutSlash(pattern), '\\.'));

/** A line with its pattern put right in every respect. */
export function mendedLine(line: RowLine): string {
  return withPattern(line, mended(line.row.identity.slice(1)));
}

/** The line with another pattern, spelled so that the bot does not take it for one of its own and removes it. */
export function withPattern(line: RowLine, pattern: string): string {
  const written = withFields(line, { identity: `/${pattern}` });
  const again = reread(line, written);
  if (again?.row == null || isOwn(line)) return written;
  return isOwnRow(again.row, line.row.map, line.facts.domains)
    ? withFields(line, { identity: `/${pattern.replace(/\$$/, '\\z')}` })
    : written;
}

export const isOwn = ({ row, facts }: RowLine): boolean => isOwnRow(row, row.map, facts.domains);

/** Another text in the place of this line. */
export function reread(line: Line, text: string): Line | null {
  return readLine(text, line.number, line);
}
