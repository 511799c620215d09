import { Fault } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

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
};
