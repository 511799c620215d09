import { Fault } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

/** How long one may calculate before others have their turn, in milliseconds. */
const stretch = 20;

/** When the event loop last came round to us, and who waits for its next turn: all of them go on in the same one. */
const turn: { at: number; next: Promise<void> | null } = { at: 0, next: null };

function nextTurn(): Promise<void> {
  turn.next ??= new Promise((go) => {
    setImmediate(() => {
      turn.at = performance.now();
      turn.next = null;
      go();
    });
  });
  return turn.next;
}

/** This machine's clock. */
export const clock: Clock = {
  now: () => new Date(),
  async within(seconds, what, work) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const fault = (): Fault => new Fault('not_yet', 'later', `${what} did not answer within ${seconds} s`);
      timer = setTimeout(() => reject(fault()), seconds * 1000);
    });
    // Nobody waits for it any more once it is late.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  },
  async rest() {
    if (performance.now() - turn.at >= stretch) await nextTurn();
  },
};
