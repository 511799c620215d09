/**
 * A pattern's tree as a machine of small steps, with what CockroachDB's unanchored search adds: any text before the match and any text
 * after it.
 */

import { everySymbol } from './alphabet.ts';
import type { Assertion } from './tokens.ts';
import { type Tree, treeOf } from './tree.ts';

export type Step =
  | { readonly kind: 'take'; readonly symbols: readonly number[]; readonly next: number }
  | { readonly kind: 'fork'; readonly ways: readonly number[] }
  | { readonly kind: 'assert'; readonly what: Assertion; readonly next: number }
  /** The first group begins, or ends. */
  | { readonly kind: 'enter'; readonly next: number }
  | { readonly kind: 'leave'; readonly next: number }
  | { readonly kind: 'done' };

export interface Machine {
  readonly steps: readonly Step[];
  readonly start: number;
}

/** More is not built: repeats in repeats multiply. The longest row of our own has some 20,000. */
const mostSteps = 60_000;

/**
 * @param pattern one that RE2 accepts
 * @returns null: it is too large
 */
export function machineOf(pattern: string, anyCase: boolean): Machine | null {
  const tree = treeOf(pattern, anyCase);
  if (tree === null) return null;
  const steps: Step[] = [];
  const add = (step: Step): number => (steps.length <= mostSteps ? steps.push(step) - 1 : mostSteps);
  /** What takes anything, as often as one likes, and goes on. */
  const anything = (next: number): number => {
    const fork = add({ kind: 'fork', ways: [next] });
    const take = add({ kind: 'take', symbols: everySymbol, next: fork });
    steps[fork] = { kind: 'fork', ways: [next, take] };
    return fork;
  };
  const end = anything(add({ kind: 'done' }));
  const start = anything(build(tree, end, add, steps));
  return steps.length > mostSteps ? null : { steps, start };
}

type Add = (step: Step) => number;

/** Adds the steps of a tree that go on to `next`. @returns where they begin */
function build(tree: Tree, next: number, add: Add, steps: Step[]): number {
  if (steps.length > mostSteps) return next;
  if (tree.kind === 'set') return add({ kind: 'take', symbols: tree.symbols, next });
  if (tree.kind === 'assert') return add({ kind: 'assert', what: tree.what, next });
  if (tree.kind === 'all') return tree.of.reduceRight((then, part) => build(part, then, add, steps), next);
  if (tree.kind === 'any') return add({ kind: 'fork', ways: tree.of.map((way) => build(way, next, add, steps)) });
  if (tree.kind === 'group') return add({ kind: 'enter', next: build(tree.of, add({ kind: 'leave', next }), add, steps) });
  return repeated(tree, next, add, steps);
}

function repeated({ of, least, most }: Extract<Tree, { kind: 'repeat' }>, next: number, add: Add, steps: Step[]): number {
  let entry = most === null ? loop(of, next, add, steps) : next;
  for (let n = most ?? least; n > least && steps.length <= mostSteps; n -= 1)
    entry = add({ kind: 'fork', ways: [build(of, entry, add, steps), next] });
  for (let n = 0; n < least && steps.length <= mostSteps; n += 1) entry = build(of, entry, add, steps);
  return entry;
}

function loop(of: Tree, next: number, add: Add, steps: Step[]): number {
  const fork = add({ kind: 'fork', ways: [next] });
  if (fork < mostSteps) steps[fork] = { kind: 'fork', ways: [build(of, fork, add, steps), next] };
  return fork;
}
