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
const closeMillis = 3_000;
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
      await this.#end(queue);
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

  /** Takes nothing new any more. What runs goes on. */
  async pause(): Promise<void> {
    this.#closed = true;
    await this.#rebuilding?.catch(() => undefined);
    await this.#worker?.pause(true).catch(() => undefined);
  }

  /** Ends both ends. `force`: without waiting for what runs. */
  async close(force: boolean): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#worker, this.#queue].map((end) => (end ? this.#end(end, force) : undefined)));
    this.#worker = null;
    this.#queue = null;
  }

  async #end(end: End, force = true): Promise<void> {
    try {
      await within(closeMillis, 'close', end.close(force));
    } catch {
      // It hangs, or is half closed: cut it off.
      await within(closeMillis, 'disconnect', end.disconnect()).catch(() => undefined);
    }
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
    if (queue) await this.#end(queue);
    // By force: its running handlers go on, and what they did is in the store.
    if (old) await this.#end(old);
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

const faultOf = (error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault('queue_unavailable', 'later', `the queue did not do its part: ${messageOf(error)}`, { cause: error });
