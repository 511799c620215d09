/** The identity map with our own rows rebuilt; every other line, comment and blank stays byte for byte, in its place. */

import { type MapRow, parseIdentityMap } from '../identity/identity-map.ts';

const meaning = (row: MapRow): string => `${row.map} ${row.identity} ${row.user}`;

/** Whether the rows that stand there as ours say what `own` says, whatever their order, spacing and comments. */
export function saysTheSame(standing: readonly MapRow[], own: readonly string[]): boolean {
  const parsed = parseIdentityMap(own.join('\n'));
  if ('error' in parsed) throw new Error(`own rows of the identity map: ${parsed.error}`);
  const wanted = new Set(parsed.rows.map(meaning));
  const there = new Set(standing.map(meaning));
  return wanted.size === there.size && [...wanted].every((row) => there.has(row));
}

/**
 * The map without the lines of `replaced`, and with `own` where the first own line stood, else at the end.
 *
 * @param own the rows that are ours
 * @param replaced rows of `text` to be left out: ours as they stand, for an admin's correction others too
 */
export function withOwnRows(text: string, own: readonly string[], replaced: readonly MapRow[]): string {
  const lines = text.split('\n');
  const gone = new Set(replaced.map((row) => row.line - 1));
  const [first] = [...gone].sort((a, b) => a - b);
  // A final newline, and an empty text, leave an empty last piece: our rows go before it.
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const at = first ?? end;
  return [...lines.slice(0, at), ...own, ...lines.slice(at).filter((_, i) => !gone.has(at + i))].join('\n');
}
