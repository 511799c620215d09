/**
 * Looks for a principal that a pattern matches, of which the first group and the whole are as they are asked to be: breadth first
 * over the machine and both automata side by side, so that what is found is short, and finding nothing is a proof that there is none.
 */

import { alphabet, isWord } from './alphabet.ts';
import type { Automaton } from './automata.ts';
import type { Machine, Step } from './machine.ts';

export interface Wanted {
  /** What the first group holds; nothing, when it takes no part. */
  readonly group: Automaton;
  readonly whole: Automaton;
}

/** How much may be looked at, for all searches of a map together. What it does not reach stays undecided. */
export interface Patience {
  left: number;
}

/** One search looks at no more: each is kept until it ends. */
const mostPlaces = 150_000;

/** `maybe`: neither found nor excluded. */
export type Search = { readonly kind: 'found'; readonly principal: string } | { readonly kind: 'never' | 'maybe' };

/** What may follow a place, by what it is: a word character, another one, the end. */
const [wordNext, otherNext, endNext] = [1, 2, 4];
const anyNext = 7;
/** Before the group, past it; from 2 on, the group's automaton. */
const [notYet, past] = [0, 1];

interface Place {
  readonly at: number;
  readonly group: number;
  readonly whole: number;
  /** What stands before: 0 nothing, 1 a word character, 2 another. */
  readonly before: number;
  readonly may: number;
  readonly from: Place | null;
  readonly symbol: number;
}

/**
 * @param is asked of each principal that is found: the path that leads to it may not be the one that RE2 prefers
 */
export function search(machine: Machine, wanted: Wanted, patience: Patience, is: (principal: string) => boolean): Search {
  const seen = new Set<number>();
  let doubtful = false;
  let layer: readonly Place[] = [{ at: machine.start, group: notYet, whole: 0, before: 0, may: anyNext, from: null, symbol: -1 }];
  while (layer.length > 0) {
    const next: Place[] = [];
    const open = [...layer].reverse();
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (isSeen(place, wanted, machine, seen)) continue;
      const step = machine.steps[place.at];
      if (step === undefined) continue;
      if (patience.left <= 0 || seen.size > mostPlaces) return { kind: 'maybe' };
      if (step.kind === 'take') {
        patience.left -= step.symbols.length;
        next.push(...taken(step, place, wanted));
      } else if (step.kind === 'done') {
        if (!isWanted(place, wanted)) continue;
        const principal = textOf(place);
        if (is(principal)) return { kind: 'found', principal };
        doubtful = true;
      } else {
        patience.left -= 1;
        open.push(...onward(step, place, wanted).reverse());
      }
    }
    layer = next;
  }
  return { kind: doubtful ? 'maybe' : 'never' };
}

/** Whether the same was looked at before; it is from now on. */
function isSeen({ at, group, whole, before, may }: Place, wanted: Wanted, { steps }: Machine, seen: Set<number>): boolean {
  const key = (((whole * (wanted.group.states + 2) + group) * 3 + before) * 8 + may) * steps.length + at;
  if (seen.has(key)) return true;
  seen.add(key);
  return false;
}

function taken({ symbols, next }: Extract<Step, { kind: 'take' }>, place: Place, wanted: Wanted): Place[] {
  const places: Place[] = [];
  const kinds = new Set<number>();
  for (const symbol of symbols) {
    const kind = isWord[symbol] === true ? 1 : 2;
    if ((place.may & (kind === 1 ? wordNext : otherNext)) === 0) continue;
    const whole = wanted.whole.step(place.whole, symbol);
    const inner = place.group >= 2 ? wanted.group.step(place.group - 2, symbol) : 0;
    if (whole < 0 || inner < 0) continue;
    const group = place.group >= 2 ? inner + 2 : place.group;
    // Of symbols that lead to the same place, the first is enough.
    const like = (whole * (wanted.group.states + 2) + group) * 3 + kind;
    if (kinds.has(like)) continue;
    kinds.add(like);
    places.push({ at: next, group, whole, before: kind, may: anyNext, from: place, symbol });
  }
  return places;
}

function onward(step: Exclude<Step, { kind: 'take' | 'done' }>, place: Place, { group }: Wanted): Place[] {
  if (step.kind === 'fork') return step.ways.map((at) => ({ ...place, at }));
  if (step.kind === 'enter') return [{ ...place, at: step.next, group: 2 }];
  if (step.kind === 'leave') return group.accepts(place.group - 2) ? [{ ...place, at: step.next, group: past }] : [];
  const may = place.may & allowed(step.what, place.before);
  return may === 0 ? [] : [{ ...place, at: step.next, may }];
}

/** What may follow an assertion that stands here. */
function allowed(what: Extract<Step, { kind: 'assert' }>['what'], before: number): number {
  if (what === 'begin') return before === 0 ? anyNext : 0;
  if (what === 'end') return endNext;
  return (what === 'edge') === (before === 1) ? otherNext | endNext : wordNext;
}

function isWanted({ group, whole, may }: Place, wanted: Wanted): boolean {
  const inGroup = group === past || wanted.group.accepts(0);
  return (may & endNext) !== 0 && inGroup && wanted.whole.accepts(whole);
}

/** Every place stands for the symbol that was taken last on the way to it. */
function textOf(place: Place): string {
  const chars: string[] = [];
  for (let at = place; at.from !== null; at = at.from) chars.push(alphabet[at.symbol] ?? '');
  return chars.reverse().join('');
}
