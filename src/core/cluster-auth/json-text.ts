/**
 * Adding to a JSON text, and taking from it, without touching the rest: what others have written into a shared setting stays byte for byte. The
 * text was parsed before it comes here, so it is known to be valid JSON.
 */

/** Where the text of a value begins and ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const blank = (text: string, at: number): number => {
  let i = at;
  while (' \t\n\r'.includes(text.charAt(i)) && i < text.length) i += 1;
  return i;
};

function endOfString(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
  return i + 1;
}

/** The end of the value that begins at `from`. */
function endOfValue(text: string, from: number): number {
  if (text.charAt(from) === '"') return endOfString(text, from);
  let depth = 0;
  let i = from;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === '"') {
      i = endOfString(text, i);
      continue;
    }
    if (depth === 0 && i > from && ',]} \t\n\r'.includes(c)) return i;
    if (c === '[' || c === '{') depth += 1;
    if (c === ']' || c === '}') depth -= 1;
    i += 1;
    if (depth === 0 && (c === ']' || c === '}')) return i;
  }
  return i;
}

/** The last member of this name in the object that begins at `from` (of two of one name the last counts, in Go as in JavaScript). */
function member(text: string, from: number, name: string): Span | null {
  let found: Span | null = null;
  let i = blank(text, from + 1);
  while (text.charAt(i) === '"') {
    const nameEnds = endOfString(text, i);
    const key: unknown = JSON.parse(text.slice(i, nameEnds));
    const value = blank(text, blank(text, nameEnds) + 1);
    const to = endOfValue(text, value);
    if (key === name) found = { from: value, to };
    i = blank(text, to);
    if (text.charAt(i) === ',') i = blank(text, i + 1);
  }
  return found;
}

/** The array or object that these member names lead to; null: none is there. */
function listAt(text: string, path: readonly string[]): Span | null {
  const start = blank(text, 0);
  let at: Span = { from: start, to: endOfValue(text, start) };
  for (const name of path) {
    const next = text.charAt(at.from) === '{' ? member(text, at.from, name) : null;
    if (next === null) return null;
    at = next;
  }
  return '[{'.includes(text.charAt(at.from)) ? at : null;
}

/**
 * Adds elements (JSON texts; for an object, `"name":value`) at the end of an array or object.
 *
 * @param path names of the members that lead to it from the top; empty: the text is itself the array or object
 * @returns the new text; null when no array or object is there
 */
export function append(text: string, path: readonly string[], elements: readonly string[]): string | null {
  if (elements.length === 0) return text;
  const at = listAt(text, path);
  if (at === null) return null;
  const closes = at.to - 1;
  const empty = blank(text, at.from + 1) === closes;
  const before = text.slice(0, closes);
  const kept = before.trimEnd();
  return `${kept}${empty ? '' : ','}${elements.join(',')}${before.slice(kept.length)}${text.slice(closes)}`;
}

/**
 * Takes elements out of an array, each with the comma that goes with it; the others, and what stands between them, stay byte for byte.
 *
 * @param path names of the members that lead to it from the top
 * @param gone the places of those that go, from 0
 * @returns the new text; null when no array is there
 */
export function remove(text: string, path: readonly string[], gone: ReadonlySet<number>): string | null {
  const at = listAt(text, path);
  if (at === null || text.charAt(at.from) !== '[') return null;
  const all = elementsOf(text, at);
  const lastKept = all.findLastIndex((_, i) => !gone.has(i));
  const cuts = all.flatMap((one, i): Span[] => {
    const next = all[i + 1];
    return gone.has(i) && i < lastKept && next !== undefined ? [{ from: one.from, to: next.from }] : [];
  });
  const end = all.at(-1);
  const from = all[lastKept]?.to ?? all[0]?.from;
  if (end !== undefined && from !== undefined && lastKept < all.length - 1) cuts.push({ from, to: end.to });
  return cuts.reduceRight((left, cut) => left.slice(0, cut.from) + left.slice(cut.to), text);
}

function elementsOf(text: string, { from, to }: Span): readonly Span[] {
  const found: Span[] = [];
  let i = blank(text, from + 1);
  while (i < to - 1) {
    const end = endOfValue(text, i);
    found.push({ from: i, to: end });
    i = blank(text, end);
    if (text.charAt(i) === ',') i = blank(text, i + 1);
  }
  return found;
}
