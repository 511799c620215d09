/**
 * Who was sent away and will come again, in the order in which they first came: whoever comes for the first time goes behind them all. They
 * come back by way of the queue, some perhaps to another process: one that does not come is soon not waited for any more, and keeps its place.
 */

/** So long one is waited for that was promised a turn and is not there. */
const grace = 500;
/** A place is kept so long after its turn. */
const kept = 600_000;

interface Promised {
  readonly seat: number;
  readonly at: number;
}

export interface Line {
  /** A new place behind all others; for one who is known, theirs. Null: somebody who can't be told from others. */
  seatOf(who: string | null): number;
  /** What those in front of this seat were promised: how many they are, and the latest turn of theirs. */
  before(seat: number, now: number): { readonly count: number; readonly latest: number };
  /** Until when one in front of this seat is waited for who should be here by now. */
  heldUntil(seat: number, now: number): number;
  promise(who: string | null, promised: Promised, now: number): void;
  /** They are here. */
  came(who: string | null): void;
  isEmpty(now: number): boolean;
}

export function openLine(): Line {
  const away = new Map<string, Promised>();
  let seats = 0;

  /** The turns of those in front that are still waited for. */
  const ahead = (seat: number, now: number): number[] =>
    [...away.values()].filter((one) => one.seat < seat && one.at + grace > now).map(({ at }) => at);

  return {
    seatOf(who) {
      const known = who === null ? undefined : away.get(who);
      if (known === undefined) seats += 1;
      return known?.seat ?? seats;
    },
    before(seat, now) {
      const turns = ahead(seat, now);
      return { count: turns.length, latest: Math.max(-Infinity, ...turns) };
    },
    heldUntil: (seat, now) =>
      Math.max(
        -Infinity,
        ...ahead(seat, now)
          .filter((at) => at <= now)
          .map((at) => at + grace),
      ),
    promise(who, promised, now) {
      if (who === null) return;
      for (const [name, { at }] of away) if (at + kept < now) away.delete(name);
      away.set(who, promised);
    },
    came: (who) => void (who !== null && away.delete(who)),
    isEmpty: (now) => ahead(Infinity, now).length === 0,
  };
}
