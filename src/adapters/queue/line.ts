/** The two ends of the queue, kept alive: whatever the backend goes through, they work again when it does. */

import { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { AddingEnd, Backend, End, WorkingEnd } from './backend.ts';
import { within } from './within.ts';

/** How the working end runs what comes: `run` never rejects. */
export interface Working {
  readonly run: (data: unknown, started: () => Promise<unknown>) => Promise<void>;
  readonly concurrency: number;
}

const queueName = 'work';
const readyMillis = 10_000;
const closeMillis = 1_000;
const rebuildMillis = 1_000;

/** A worker that was killed: its job is given to another after the lock has run out. The sweep of the core asks sooner. */
const worker = {
  lockDuration: 15_000,
  stalledInterval: 10_000,
  maxStalledCount: 3,
  runRetryDelay: 1_000,
  drainDelay: 5,
} as const;

export class Line {
  readonly #backend: Backend;
  readonly #log: Log;
  #queue: AddingEnd | null = null;
  #worker: WorkingEnd | null = null;
  #working: Working | null = null;
  #rebuilding: Promise<void> | null = null;
  #closed = false;
  #complained = 0;

  constructor(backend: Backend, log: Log) {
    this.#backend = backend;
    this.#log = log;
  }

  /** Opens the adding end. @throws Fault `queue_unavailable`, `later` */
  async open(): Promise<void> {
    const queue = this.#backend.queue(queueName);
    queue.on('error', (error) => this.#trouble(error));
    try {
      await within(readyMillis, 'answer', queue.waitUntilReady());
    } catch (error) {
      await cutOff(queue);
      throw faultOf(error);
    }
    this.#queue = queue;
  }

  /** Runs one operation on the adding end. @throws Fault `queue_unavailable`, `later` */
  async use<T>(millis: number, what: string, operation: (queue: AddingEnd) => Promise<T>): Promise<T> {
    if (this.#queue === null) throw new Fault('queue_unavailable', 'later', 'the queue is not there');
    try {
      return await within(millis, what, operation(this.#queue));
    } catch (error) {
      this.#trouble(error);
      throw faultOf(error);
    }
  }

  /** Opens the working end; it starts as soon as the backend lets it. */
  work(working: Working): void {
    this.#working = working;
    const { concurrency, run } = working;
    const opened = this.#backend.worker(queueName, (job) => run(job.data, () => job.removeDeduplicationKey()), {
      ...worker,
      concurrency,
    });
    opened.on('error', (error) => this.#trouble(error));
    this.#worker = opened;
  }

  /**
   * Ends both ends: nothing new is taken, what runs has this long to finish.
   * @returns false when something was still running
   */
  async close(drainMillis: number): Promise<boolean> {
    this.#closed = true;
    await this.#rebuilding?.catch(() => undefined);
    const [queue, worker] = [this.#queue, this.#worker];
    this.#queue = null;
    this.#worker = null;
    const [drained] = await Promise.all([worker === null || endWorker(worker, drainMillis), queue === null || cutOff(queue)]);
    return drained;
  }

  /** Says what is wrong, once a second, not once a try; makes the ends anew when their ground is gone. */
  #trouble(error: unknown): void {
    if (this.#closed) return;
    const now = performance.now();
    if (now - this.#complained > 1_000) {
      this.#complained = now;
      this.#log.warn({ backend: this.#backend.name, error: messageOf(error) }, 'trouble with the queue');
    }
    if (this.#backend.lostGround(error)) this.#rebuilding ??= this.#rebuild().finally(() => (this.#rebuilding = null));
  }

  async #rebuild(): Promise<void> {
    const [queue, old] = [this.#queue, this.#worker];
    this.#queue = null;
    this.#worker = null;
    if (queue) await cutOff(queue);
    // Its running handlers go on, and what they do is in the store.
    if (old) await endWorker(old, 0);
    while (!this.#closed) {
      try {
        await this.open();
        break;
      } catch (error) {
        this.#log.warn(
          { backend: this.#backend.name, error: messageOf(error) },
          'the queue could not be opened again; trying on',
        );
        await new Promise((resolve) => setTimeout(resolve, rebuildMillis));
      }
    }
    if (this.#working && !this.#closed) this.work(this.#working);
  }
}

/**
 * Ends a worker. Its `pause` waits for what runs and for its bookkeeping, and wakes it from waiting; a `close` without force would do
 * the same but hang for ever, its timers running, on a connection that hangs.
 * @returns false when something was still running
 */
async function endWorker(worker: WorkingEnd, drainMillis: number): Promise<boolean> {
  const drained = await within(drainMillis, 'drain', worker.pause(false)).then(
    () => true,
    () => false,
  );
  await cutOff(worker);
  return drained;
}

async function cutOff(end: End): Promise<void> {
  try {
    await within(closeMillis, 'close', end.close(true));
  } catch {
    await within(closeMillis, 'disconnect', end.disconnect()).catch(() => undefined);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

const faultOf = (error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault('queue_unavailable', 'later', `the queue did not do its part: ${messageOf(error)}`, { cause: error });
