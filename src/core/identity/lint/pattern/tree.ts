/** A pattern as a tree: what it matches, and where its first group is. How greedy it is does not matter to what it can match. */

import { symbolOf, symbolsOf } from './alphabet.ts';
import { type Assertion, type Token, tokensOf } from './tokens.ts';

export type Tree =
  | { readonly kind: 'set'; readonly symbols: readonly number[] }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'all'; readonly of: readonly Tree[] }
  | { readonly kind: 'any'; readonly of: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly of: Tree; readonly least: number; readonly most: number | null }
  /** The first capturing group. */
  | { readonly kind: 'group'; readonly of: Tree };

interface Open {
  readonly ways: Tree[][];
  readonly captures: 'first' | 'other' | 'no';
  /** Flags that are in force inside. */
  flags: string;
  hasFirst: boolean;
}

const charOf = (char: string, flags: string): readonly number[] =>
  flags.includes('i') && /[A-Za-z]|[^\0-\x7f]/.test(char)
    ? symbolsOf(/[A-Za-z]/.test(char) ? char : `[${char}]`, 'i')
    : [symbolOf(char)].filter((symbol) => symbol >= 0);

/** `i-s` on top of these. */
function flagged(flags: string, change: string): string {
  const [on = '', off = ''] = change.split('-');
  return ['i', 's'].filter((flag) => (flags.includes(flag) || on.includes(flag)) && !off.includes(flag)).join('');
}

/**
 * @param pattern one that RE2 accepts
 * @param anyCase whether CockroachDB puts `(?i)` in front
 * @returns null: it is none
 */
export function treeOf(pattern: string, anyCase: boolean): Tree | null {
  const stack: Open[] = [{ ways: [[]], captures: 'no', flags: anyCase ? 'i' : '', hasFirst: false }];
  let groups = 0;
  for (const token of tokensOf(pattern)) {
    const top = stack.at(-1);
    if (top === undefined) return null;
    if (token.kind === 'open') {
      groups += token.captures ? 1 : 0;
      const captures = !token.captures ? 'no' : groups === 1 ? 'first' : 'other';
      stack.push({ ways: [[]], captures, flags: flagged(top.flags, token.flags), hasFirst: captures === 'first' });
    } else if (token.kind === 'close') {
      stack.pop();
      const outer = stack.at(-1);
      outer?.ways.at(-1)?.push(closed(top));
      if (outer !== undefined && top.hasFirst) outer.hasFirst = true;
    } else take(top, token);
  }
  const [whole] = stack;
  return whole === undefined || stack.length > 1 ? null : closed(whole);
}

function closed({ ways, captures }: Open): Tree {
  const of: readonly Tree[] = ways.map(
    (way): Tree => (way.length === 1 && way[0] !== undefined ? way[0] : { kind: 'all', of: way }),
  );
  const tree: Tree = of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of };
  return captures === 'first' ? { kind: 'group', of: tree } : tree;
}

function take(top: Open, token: Exclude<Token, { readonly kind: 'open' | 'close' }>): void {
  const way = top.ways.at(-1) ?? [];
  const chars = token.kind === 'char' ? token.char : token.kind === 'quoted' ? token.chars : '';
  for (const char of chars) way.push({ kind: 'set', symbols: charOf(char, top.flags) });
  if (token.kind === 'or') top.ways.push([]);
  if (token.kind === 'flags') top.flags = flagged(top.flags, token.flags);
  if (token.kind === 'set') way.push({ kind: 'set', symbols: symbolsOf(token.text, top.flags) });
  // Under (?m) as without it: no principal that is looked for has more than one line.
  if (token.kind === 'assert') way.push({ kind: 'assert', what: token.what });
  if (token.kind === 'repeat') repeatLast(way, token.least, token.most);
}

/**
 * Of a group that is repeated, the last turn that took part counts. Here any turn may be that one, and how many there are does not
 * matter: more than RE2 does, so that what is excluded is excluded, and what is found is tried.
 */
function repeatLast(way: Tree[], least: number, most: number | null): void {
  const of = way.pop();
  if (of === undefined) return;
  if (most === 1 || !hasGroup(of)) return void way.push({ kind: 'repeat', of, least, most });
  const others: Tree = { kind: 'repeat', of: withoutGroup(of), least: 0, most: null };
  way.push({ kind: 'all', of: [others, { kind: 'repeat', of, least: Math.min(least, 1), most: 1 }, others] });
}

function withoutGroup(tree: Tree): Tree {
  if (tree.kind === 'group') return withoutGroup(tree.of);
  if (tree.kind === 'repeat') return { ...tree, of: withoutGroup(tree.of) };
  return tree.kind === 'all' || tree.kind === 'any' ? { ...tree, of: tree.of.map(withoutGroup) } : tree;
}

function hasGroup(tree: Tree): boolean {
  if (tree.kind === 'group') return true;
  if (tree.kind === 'repeat') return hasGroup(tree.of);
  return (tree.kind === 'all' || tree.kind === 'any') && tree.of.some(hasGroup);
}
