/**
 * Adding to a JSON text without touching the rest of it: what others have written into a shared setting stays byte for byte. The
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

/**
 * Adds elements (JSON texts; for an object, `"name":value`) at the end of an array or object.
 *
 * @param path names of the members that lead to it from the top; empty: the text is itself the array or object
 * @returns the new text; null when no array or object is there
 */
export function append(text: string, path: readonly string[], elements: readonly string[]): string | null {
  const start = blank(text, 0);
  let at: Span = { from: start, to: endOfValue(text, start) };
  for (const name of path) {
    const next = text.charAt(at.from) === '{' ? member(text, at.from, name) : null;
    if (next === null) return null;
    at = next;
  }
  if (!'[{'.includes(text.charAt(at.from)) || elements.length === 0) return elements.length === 0 ? text : null;
  const closes = at.to - 1;
  const empty = blank(text, at.from + 1) === closes;
  const before = text.slice(0, closes);
  const kept = before.trimEnd();
  return `${kept}${empty ? '' : ','}${elements.join(',')}${before.slice(kept.length)}${text.slice(closes)}`;
}
