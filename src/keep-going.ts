/** What a bot does again and again until it is stopped. */

import type { Metrics } from './adapters/metrics/metrics.ts';
import type { World } from './core/ports.ts';
import { sweep } from './core/work/sweep.ts';
import { watchOver } from './core/work/watch.ts';

/** The sweep, every so many seconds. */
export async function keepSweeping(
  world: World,
  seconds: number,
  atOnce: number,
  stop: AbortSignal,
  metrics: Metrics | null,
): Promise<void> {
  while (!stop.aborted) {
    try {
      const found = await sweep(world, atOnce);
      metrics?.swept(found);
      if (Object.values(found).some((n) => n > 0)) world.log.info(found, 'the sweep found work');
    } catch (error) {
      metrics?.swept(null);
      world.log.warn({ says: String(error) }, 'the sweep was cut short; the next one goes on');
    }
    await sleep(seconds * 1000, stop);
  }
}

/** The watch over keys and clusters. Resolves once it is stopped and what it had begun has ended. */
export async function keepWatching(world: World, seconds: number, stop: AbortSignal): Promise<void> {
  const watch = watchOver(world);
  const { checkSeconds, keySeconds } = world.watching;
  while (!stop.aborted) {
    try {
      await watch.beat();
    } catch (error) {
      world.log.warn({ says: String(error) }, 'the watch was cut short; the next beat goes on');
    }
    await sleep(Math.min(seconds, checkSeconds, keySeconds) * 1000, stop);
  }
  await watch.settled();
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((go) => {
    if (stop.aborted) return go();
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      go();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end, { once: true });
  });
}
