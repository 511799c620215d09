/** Durations as CockroachDB's settings take them: `15s`, `1m30s`, `500 ms`. */

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const whole = /^\s*(?:\d+(?:\.\d+)?\s*(?:ns|us|µs|ms|s|m|h)\s*)+$/;
const part = /(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)/g;

export const isDuration = (text: string): boolean => whole.test(text);

/** What a text that is a duration comes to; any other is nothing at all. */
export function readMilliseconds(text: string): number {
  if (!isDuration(text)) return 0;
  return [...text.matchAll(part)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
}
