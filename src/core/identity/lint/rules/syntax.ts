import type { Rule } from '../line.ts';

/** A line that CockroachDB refuses, in its own words: with it, the whole map. */
export const syntax: Rule = ({ error }) =>
  error === null
    ? null
    : {
        weight: 'shut',
        says: `CockroachDB refuses the whole map for this line: ${error}`,
        witness: null,
        corrected: null,
      };
