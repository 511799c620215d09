/** What is asked of a text, symbol by symbol: of what the first group holds, or of the principal as a whole. */

import { normalizeName } from '../../sql-username.ts';
import { alphabet, isAscii } from './alphabet.ts';

/** States are numbers from 0, where it begins, to below `states`. */
export interface Automaton {
  readonly states: number;
  /** -1: no text that goes on so is meant. */
  step(state: number, symbol: number): number;
  accepts(state: number): boolean;
}

export const anyText: Automaton = { states: 1, step: () => 0, accepts: () => true };

/** CockroachDB's folding of a single symbol; of ASCII and its look-alikes it goes character by character. */
const folded: readonly string[] = alphabet.map(normalizeName);

/** Texts that CockroachDB normalises to this one. @param text ASCII */
export function normalisesTo(text: string): Automaton {
  return {
    states: text.length + 1,
    step: (state, symbol) => (folded[symbol] === text[state] ? state + 1 : -1),
    accepts: (state) => state === text.length,
  };
}

/** ASCII texts that differ from this one in more than case. */
export function otherThan(text: string): Automaton {
  const differs = text.length + 1;
  return {
    states: text.length + 2,
    step: (state, symbol) => {
      if (isAscii[symbol] !== true) return -1;
      return state !== differs && folded[symbol] === text[state] ? state + 1 : differs;
    },
    accepts: (state) => state !== text.length,
  };
}

/** CockroachDB's limit on a SQL user name, in bytes. */
const longest = 63;
const first = /^[a-z0-9_]$/;
const later = /^[-a-z0-9_.]$/;

/** Texts that are a SQL user name once they stand between these two. */
export function namesBetween(before: string, after: string): Automaton {
  const most = Math.max(0, longest - before.length - after.length);
  const least = before.length + after.length > 0 ? 0 : 1;
  const fits = /^(?:[a-z0-9_][-a-z0-9_.]*)?$/.test(before) && /^[-a-z0-9_.]*$/.test(after);
  const may = (symbol: number, state: number): boolean =>
    (state === 0 && before === '' ? first : later).test(folded[symbol] ?? '');
  return {
    states: most + 1,
    step: (state, symbol) => (fits && state < most && may(symbol, state) ? state + 1 : -1),
    accepts: (state) => fits && state >= least,
  };
}

/** Principals of this domain: something without an `@`, then the domain. */
export function ofDomain(domain: string): Automaton {
  const tail = `@${domain}`;
  // 0: nothing yet. 1: within the name. From 2 on: so many characters of the tail and one.
  return {
    states: tail.length + 2,
    step: (state, symbol) => {
      const char = alphabet[symbol] ?? '';
      if (state < 2) return char !== '@' ? 1 : state === 1 ? 2 : -1;
      return char === tail[state - 1] ? state + 1 : -1;
    },
    accepts: (state) => state === tail.length + 1,
  };
}

/** Principals without an `@`. */
export const withoutDomain: Automaton = {
  states: 1,
  step: (_, symbol) => (alphabet[symbol] === '@' ? -1 : 0),
  accepts: () => true,
};
