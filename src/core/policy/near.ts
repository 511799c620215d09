/** The known name that was most likely meant, or null: at most two slips of the keyboard away, and fewer than half its letters. */
export function nearest(typed: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const slips = slipsTo(typed, name);
    if (slips !== null && slips < least) {
      best = name;
      least = slips;
    }
  }
  return best;
}

/** How many slips of the keyboard lie between what was typed and a name, in lower case; null: too many to be meant. */
export function slipsTo(typed: string, name: string): number | null {
  if (Math.abs(typed.length - name.length) > 4) return null;
  const slips = distance(typed.toLowerCase(), name);
  return slips < 3 && slips * 2 < name.length ? slips : null;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. Quadratic, so only the first 64 letters. */
function distance(left: string, right: string): number {
  const a = [...left].slice(0, 64);
  const b = [...right].slice(0, 64);
  let before: number[] = [];
  let above = b.map((_, j) => j).concat(b.length);
  for (const [i, ca] of a.entries()) {
    const row = [i + 1];
    for (const [j, cb] of b.entries()) {
      const swap = i > 0 && j > 0 && ca === b[j - 1] && a[i - 1] === cb ? at(before, j - 1) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(above, j) + (ca === cb ? 0 : 1), at(above, j + 1) + 1, at(row, j) + 1, swap));
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

const at = (row: readonly number[], i: number): number => row[i] ?? Number.POSITIVE_INFINITY;
