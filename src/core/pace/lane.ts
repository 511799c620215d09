/**
 * One conversation's line: one message is sent at a time, changes before posts, and the others wait. Both platforms' paces are made of these;
 * what differs is when the next one may go, and what is said to whoever is sent away. Time is handed in: the core has none of its own.
 */

import type { Fault } from '../errors.ts';

export type Kind = 'post' | 'update';

export interface Time {
  /** In milliseconds; only differences count. */
  now(): number;
  /** @returns what takes it back */
  after(millis: number, run: () => void): () => void;
}

export interface Waiting {
  readonly kind: Kind;
  /** Its place among those of its kind: lower ones go first, equal ones as they came. */
  readonly seat: number;
  /** It does not go before. */
  readonly from: number;
}

export interface Lane {
  /** How many of this kind wait, beside the one that is being sent. */
  waiting(kind: Kind): number;
  isBusy(): boolean;
  /** Runs `send` when it is its turn; @throws what `away` gives when it did not come in time, and what `send` throws. */
  enter<T>(who: Waiting, send: () => Promise<T>, away: () => Fault): Promise<T>;
}

type Entry = Waiting & { readonly run: () => Promise<void> };

/**
 * @param o.mayGo when whoever is first of its kind may go
 * @param o.patience milliseconds after which somebody who still waits is sent away: what is before them may hang
 */
export function openLane(o: {
  readonly time: Time;
  readonly patience: number;
  readonly mayGo: (first: Waiting) => number;
}): Lane {
  const { time } = o;
  const waiting: Readonly<Record<Kind, Entry[]>> = { post: [], update: [] };
  let busy = false;
  let forget: () => void = () => undefined;

  /** Runs whoever's turn it is, or sees to it later. */
  function go(): void {
    forget();
    if (busy) return;
    const first = [waiting.update[0], waiting.post[0]].filter((entry) => entry !== undefined);
    const ready = first.find((entry) => o.mayGo(entry) <= time.now());
    if (ready === undefined) {
      if (first.length === 0) return;
      const soonest = Math.min(...first.map(o.mayGo));
      forget = time.after(Math.max(soonest - time.now(), 1), go);
      return;
    }
    busy = true;
    leave(ready);
    void ready.run().finally(() => {
      busy = false;
      go();
    });
  }

  function take(entry: Entry): void {
    const line = waiting[entry.kind];
    const behind = line.findIndex(({ seat }) => seat > entry.seat);
    line.splice(behind < 0 ? line.length : behind, 0, entry);
  }
  const leave = (entry: Entry): unknown => waiting[entry.kind].splice(waiting[entry.kind].indexOf(entry), 1);

  return {
    waiting: (kind) => waiting[kind].length,
    isBusy: () => busy,
    enter: (who, send, away) =>
      new Promise((resolve, reject) => {
        const entry: Entry = {
          ...who,
          run: async () => {
            calm();
            try {
              resolve(await send());
            } catch (error) {
              reject(error);
            }
          },
        };
        const calm = time.after(o.patience, () => {
          leave(entry);
          reject(away());
          go();
        });
        take(entry);
        go();
      }),
  };
}

/** What is known by name. When there is much of it, what is idle is forgotten. */
export function remembering<T>(most: number, make: () => T, isIdle: (one: T) => boolean): (name: string) => T {
  const all = new Map<string, T>();
  return (name) => {
    const known = all.get(name);
    if (known !== undefined) return known;
    if (all.size > most) for (const [old, one] of all) if (isIdle(one)) all.delete(old);
    const made = make();
    all.set(name, made);
    return made;
  };
}
