/** Sent again, with the same id: a message that the bot did not take. Teams documents that it may; not how often. */
import type { Delivered, Outlet } from './deliver.ts';
import type { Json } from './json.ts';

/** Milliseconds before each further attempt. */
const usualWaits: readonly number[] = [1_000, 5_000];

export interface Repeating {
  /** Resolves with what came of the first attempt: that is what the person sees. */
  readonly send: Outlet;
  /** Nothing is sent again any more. */
  end(): void;
}

/** What a bot refuses (4xx) it would refuse again. */
const isLost = ({ error, status }: Delivered): boolean => error !== undefined && (status === 0 || status >= 500);

export function repeating(once: Outlet, waits: readonly number[] = usualWaits): Repeating {
  const timers = new Set<NodeJS.Timeout>();
  let ended = false;

  function again(activity: Json, attempt: number, before: Delivered): void {
    const wait = waits[attempt];
    if (ended || wait === undefined || !isLost(before)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void once(activity).then((then) => again(activity, attempt + 1, then));
    }, wait);
    timers.add(timer.unref());
  }

  return {
    async send(activity, authorization) {
      const first = await (authorization === undefined ? once(activity) : once(activity, authorization));
      again(activity, 0, first);
      return first;
    },
    end() {
      ended = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
