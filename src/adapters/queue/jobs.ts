/** Jobs on BullMQ: hints that there may be work, cheap to lose and harmless to have twice. */

import type { JobsOptions } from 'bullmq';
import type { Job, Jobs, Log } from '../../core/ports.ts';
import { chooseBackend } from './backend.ts';
import { Line, messageOf } from './line.ts';
import { within } from './within.ts';

export interface JobsSettings {
  /** `redis://…` or `rediss://…`; absent: the queue lives in the bot's database. */
  readonly queueUrl?: string | undefined;
  /** `postgresql://…` of the bot's database. */
  readonly databaseUrl: string;
  readonly log: Log;
  /** Keeps bots that share a Redis or a database apart. */
  readonly prefix?: string | undefined;
}

/** The queue, its working end, and its end. */
export type OpenJobs = Jobs & {
  /** Starts to run jobs, so many at once. What the handler throws is logged; nothing is retried here. Call it once. */
  work(handler: (job: Job) => Promise<void>, concurrency: number): void;
  /** Waits for what runs, a limited time, then closes. Safe to call twice. */
  close(): Promise<void>;
};

/** A click is acknowledged within three seconds: the hint must not take them. */
const addMillis = 2_000;
const probeMillis = 2_000;
const kinds: readonly Job['kind'][] = ['interaction', 'request', 'proposal', 'setting_change'];
const startMillis = 1_000;
const drainMillis = 3_000;

/**
 * How a hint is deduplicated. A job id would swallow hints: BullMQ ignores an add whose id exists, and a running job's does, though it
 * may have read the request before the hint's cause was saved. So: while a job *waits*, the same hint again is dropped; the key goes
 * when the job starts (see `started`), before anything is read. And it goes by itself after these milliseconds, so that a worker
 * that was killed in between holds nothing up, and a long outage collects one job per request and span, not one per sweep.
 * Source: docs.bullmq.io, "Deduplication" (throttle mode, manual removal of the key).
 */
const dedupeMillis = 5_000;

/** Nothing stays in the queue: the store knows what was done. */
const always = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

const optionsOf = (job: Job, delay: number): JobsOptions =>
  delay > 0
    ? { ...always, delay: Math.round(delay * 1_000) }
    : { ...always, deduplication: { id: `${job.kind}-${job.id}`, ttl: dedupeMillis } };

/**
 * Opens the queue.
 * @throws Fault `queue_unavailable`: `never` when the configuration can't work, `later` when the backend does not answer
 */
export async function openJobs(o: JobsSettings): Promise<OpenJobs> {
  const line = new Line(await chooseBackend(o.queueUrl, o.databaseUrl, o.prefix ?? 'crdb-access'), o.log);
  await line.open();
  let closing: Promise<void> | null = null;

  return {
    async add(job, delay = 0) {
      await line.use(addMillis, 'take a job', (queue) =>
        queue.add(job.kind, { kind: job.kind, id: job.id }, optionsOf(job, delay)),
      );
    },
    depth: () =>
      line.use(probeMillis, 'answer', async (queue) => {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed');
        return Object.values(counts).reduce((sum, n) => sum + n, 0);
      }),
    async probe() {
      await line.use(probeMillis, 'answer', (queue) => queue.getJobCounts('waiting'));
    },
    work(handler, concurrency) {
      const run = async (data: unknown, started: () => Promise<unknown>): Promise<void> => {
        const job = jobOf(data);
        if (job === null) return o.log.error({ data }, 'a job that is none was dropped');
        await noteStart(started, o.log);
        await handler(job).catch((error: unknown) =>
          o.log.error({ job: job.kind, id: job.id, error: messageOf(error) }, 'a job failed'),
        );
      };
      line.work({ concurrency, run });
    },
    close: () => (closing ??= shut(line, o.log)),
  };
}

/** Removes the job's deduplication key, so that hints that come from now on are kept. When it can't be, its time runs out. */
async function noteStart(started: () => Promise<unknown>, log: Log): Promise<void> {
  await within(startMillis, 'note the start of a job', started()).catch((error: unknown) =>
    log.warn({ error: messageOf(error) }, 'a hint may be dropped for some seconds'),
  );
}

async function shut(line: Line, log: Log): Promise<void> {
  if (!(await line.close(drainMillis)))
    log.warn({}, 'jobs were still running when the queue was closed; the sweep asks for them again');
}

/** A job as it came back; null: not one of ours. */
function jobOf(data: unknown): Job | null {
  const { kind, id } = (data ?? {}) as { kind?: unknown; id?: unknown };
  return kinds.includes(kind as Job['kind']) && typeof id === 'string' ? { kind: kind as Job['kind'], id } : null;
}
