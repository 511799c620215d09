/** Whoever types or presses is answered in time, whatever happens behind it. */

import type { Clock, Log, Receive, Recorder, Suggest } from '../ports.ts';

/** Seconds. The least that a platform waits is three; and where it waits longer, a person looks at a button that turns. */
export const answerWithin = 2.5;

/** Nothing that can be chosen has a longer name; whatever is typed beyond that finds nothing new. */
const typedRoom = 200;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

/** Hands interactions to `receive`, and says in time what became of each. */
export function recorder(receive: Receive, clock: Clock, log: Log): Recorder {
  return async (interaction) => {
    const { key } = interaction;
    const kept = receive(interaction).then(
      () => 'kept' as const,
      (error: unknown) => {
        log.error({ key, error: messageOf(error) }, 'an interaction could not be recorded');
        return 'failed' as const;
      },
    );
    return await clock.within(answerWithin, 'the store', kept).catch(() => {
      log.warn({ key }, 'recording an interaction takes too long');
      return 'slow' as const;
    });
  };
}

/** As `suggest`, but in time, and without a word of what went wrong: nothing is offered then. */
export function offering(suggest: Suggest, clock: Clock, log: Log): Suggest {
  return async (door, field, typed) => {
    const asked = Promise.resolve().then(() => suggest(door, field, typed.slice(0, typedRoom)));
    return await clock.within(answerWithin, 'what a choice offers', asked).catch((error: unknown) => {
      log.warn({ field, error: messageOf(error) }, 'nothing could be offered for a choice');
      return [];
    });
  };
}
