/** Time that passes only when a test says so: an hour takes a moment. */

import type { Time } from '../../src/core/pace/lane.ts';

export interface VirtualTime extends Time {
  pause(millis: number): Promise<void>;
  /** Lets so much time pass; what is due meanwhile is done at its time, with all that follows from it. */
  passes(millis: number): Promise<void>;
}

/** What promises lead to is done before time goes on. */
const settled = (): Promise<void> => new Promise((go) => setImmediate(go));

export function virtualTime(): VirtualTime {
  let at = 0;
  const due = new Set<{ readonly at: number; readonly run: () => void }>();
  const after: Time['after'] = (millis, run) => {
    const entry = { at: at + Math.max(millis, 0), run };
    due.add(entry);
    return () => void due.delete(entry);
  };
  return {
    now: () => at,
    after,
    pause: (millis) => new Promise((go) => after(millis, go)),
    async passes(millis) {
      const end = at + millis;
      for (;;) {
        await settled();
        let next: { readonly at: number; readonly run: () => void } | undefined;
        for (const entry of due) if (next === undefined || entry.at < next.at) next = entry;
        if (next === undefined || next.at > end) break;
        due.delete(next);
        at = next.at;
        next.run();
      }
      at = end;
    },
  };
}
