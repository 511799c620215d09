/** An interaction is durable before Teams is answered. */

import type { Interaction, Log, Receive } from '../../core/ports.ts';

/** A person looks at a button that turns; Teams itself gives up after fifteen seconds (learn.microsoft.com, "bot-builder-howto-long-operations-guidance"). */
export const answerWithin = 2_500;

/** `slow`: it may be recorded still. */
export type Recorded = 'kept' | 'failed' | 'slow';
export type Record = (interaction: Interaction) => Promise<Recorded>;

/** @param receive resolves once an interaction is durable */
export function recorder(receive: Receive, log: Log): Record {
  return async (interaction) => {
    const { key } = interaction;
    const kept = receive(interaction).then(
      () => 'kept' as const,
      (error: unknown) => {
        log.error({ key, error: error instanceof Error ? error.message : 'unknown' }, 'an interaction could not be recorded');
        return 'failed' as const;
      },
    );
    const outcome = await within(answerWithin, kept, 'slow' as const);
    if (outcome === 'slow') log.warn({ key }, 'recording an interaction takes too long');
    return outcome;
  };
}

/** What comes of it, or `late` when nothing has by then. */
export async function within<T, L>(milliseconds: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
