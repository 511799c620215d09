/**
 * How much a bot may say in one conversation, over four windows at once (learn.microsoft.com, "rate-limit", "Per bot per thread limit"). They slide;
 * what was said counts from when Teams had answered it: it was counted there some time before, so that no delay on the way can put more
 * into a window than belongs there.
 */

const limits = [
  { millis: 1_000, calls: 7 },
  { millis: 2_000, calls: 8 },
  { millis: 30_000, calls: 60 },
  { millis: 3_600_000, calls: 1_800 },
] as const;
const most = Math.max(...limits.map(({ calls }) => calls));

/** What is said for long runs at this pace: as many calls as the second window takes, spread over it. */
export const spread = 250;

export interface Windows {
  /** A call begins. */
  begins(now: number): void;
  /** The last one that began was answered. */
  ends(now: number): void;
  /** When another one may begin, not before `from`, if so many go before it as soon as they may, each of which takes so long. */
  next(from: number, before?: number, lasts?: number): number;
  /** When the last one was said. */
  last(): number;
}

export function windows(): Windows {
  let said: number[] = [];

  const earliest = (calls: readonly number[], from: number): number =>
    Math.max(from, ...limits.map((limit) => (calls.at(-limit.calls) ?? -Infinity) + limit.millis));

  return {
    begins(now) {
      if (said.length >= 2 * most) said = said.slice(-most);
      said.push(now);
    },
    ends(now) {
      said[said.length - 1] = now;
    },
    next(from, before = 0, lasts = 0) {
      if (before === 0) return earliest(said, from);
      const planned = said.slice(-most);
      let at = earliest(planned, from);
      for (let i = 0; i < before; i += 1) {
        planned.push(at + lasts);
        at = earliest(planned, at + lasts);
      }
      return at;
    },
    last: () => said.at(-1) ?? -Infinity,
  };
}
