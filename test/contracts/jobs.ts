/** What the queue does, whatever it stands on. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openJobs, type OpenJobs } from '../../src/adapters/queue/jobs.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Job } from '../../src/core/ports.ts';
import { unique } from './samples.ts';
import type { Wire } from './wire.ts';

/** Where the queue of the suite stands: its addresses lead over `wire`. */
export interface JobsGround {
  readonly queueUrl: string | undefined;
  readonly databaseUrl: string;
  readonly wire: Wire;
  /** Loses everything that the queue holds. */
  flush(prefix: string): Promise<void>;
  /** Stops what the queue stands on, empty or not, and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const request = (id: string): Job => ({ kind: 'request', id });

async function until(what: string, done: () => boolean | Promise<boolean>, millis = 15_000): Promise<void> {
  for (const end = performance.now() + millis; performance.now() < end; await sleep(20)) if (await done()) return;
  assert.fail(`not within ${millis} ms: ${what}`);
}

/** Runs the contract. */
export function jobsContract(name: string, ground: () => Promise<JobsGround>): void {
  describe(`the contract of the queue: ${name}`, () => {
    let on: JobsGround;
    let prefix = '';
    const opened: OpenJobs[] = [];
    const children: ChildProcess[] = [];
    const complaints: string[] = [];
    const log = {
      info: () => undefined,
      warn: (facts: object, message: string) => void complaints.push(`${message} ${JSON.stringify(facts)}`),
      error: (facts: object, message: string) => void complaints.push(`${message} ${JSON.stringify(facts)}`),
    };

    before(async () => {
      on = await ground();
    });
    after(() => on?.close());
    afterEach(async () => {
      on.wire.set('up');
      for (const child of children.splice(0)) child.kill('SIGKILL');
      for (const jobs of opened.splice(0)) await jobs.close();
      complaints.length = 0;
      prefix = '';
    });

    /** Opens the queue; all of one test share theirs. */
    const open = async (): Promise<OpenJobs> => {
      prefix ||= unique('q');
      const jobs = await openJobs({ queueUrl: on.queueUrl, databaseUrl: on.databaseUrl, log, prefix });
      opened.push(jobs);
      return jobs;
    };

    const openWorking = async (concurrency = 4) => {
      const jobs = await open();
      const ran: string[] = [];
      jobs.work(async (job) => void ran.push(`${job.kind} ${job.id}`), concurrency);
      return { jobs, ran };
    };

    const startChild = (what: string): ChildProcess => {
      const program = fileURLToPath(new URL('./work-and-hang.ts', import.meta.url));
      const env = { ...process.env, JOBS_DO: what, JOBS_DATABASE_URL: on.databaseUrl, JOBS_PREFIX: prefix || unique('q') };
      const child = spawn(process.execPath, ['--import', 'tsx', program], {
        env: on.queueUrl === undefined ? env : { ...env, JOBS_QUEUE_URL: on.queueUrl },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return child;
    };

    it('runs each of 100 jobs once, with two processes taking from it', async () => {
      const [first, second] = [await openWorking(), await openWorking()];
      const wanted = Array.from({ length: 100 }, (_, i) => `R${i}`);
      await Promise.all(
        wanted.map((id, i) => (i % 2 ? first : second).jobs.add(i % 10 ? request(id) : { kind: 'interaction', id })),
      );
      const all = () => [...first.ran, ...second.ran];
      await until('all ran', () => all().length >= 100, 60_000);
      await sleep(200);
      assert.deepEqual(all().sort(), wanted.map((id, i) => `${i % 10 ? 'request' : 'interaction'} ${id}`).sort());
      await first.jobs.probe();
    });

    it('keeps a delayed job for its time', async () => {
      const { jobs, ran } = await openWorking();
      const started = performance.now();
      await jobs.add(request('later'), 1);
      await jobs.add(request('now'));
      await until('both ran', () => ran.length === 2);
      assert.deepEqual(ran, ['request now', 'request later']);
      assert.ok(performance.now() - started >= 950, 'not before its time');
    });

    it('says what a handler threw, does not repeat it, and goes on', async () => {
      const jobs = await open();
      const ran: string[] = [];
      jobs.work(async (job) => {
        ran.push(job.id);
        if (job.id === 'bad') throw new Error('out of order');
      }, 1);
      await jobs.add(request('bad'));
      await jobs.add(request('good'));
      await until('both ran', () => ran.length === 2);
      await sleep(500);
      assert.deepEqual(ran, ['bad', 'good']);
      assert.match(complaints.join('\n'), /a job failed .*"id":"bad".*out of order/);
      await jobs.add(request('bad'));
      await until('asked for again', () => ran.length === 3);
    });

    it('drops a hint while the same one waits, and keeps it while the same one runs', async () => {
      const jobs = await open();
      const ran: string[] = [];
      let release = (): void => undefined;
      jobs.work(async (job) => {
        ran.push(job.id);
        if (ran.length === 1) await new Promise<void>((resolve) => (release = resolve));
      }, 1);
      await jobs.add(request('A'));
      await until('the first runs', () => ran.length === 1);
      for (let i = 0; i < 10; i++) await jobs.add(request('A'));
      for (let i = 0; i < 10; i++) await jobs.add(request('B'));
      release();
      await until('all ran', () => ran.length >= 3);
      await sleep(300);
      assert.deepEqual(ran, ['A', 'A', 'B']);
    });

    it('does not let a delayed hint hold up one that is due', async () => {
      const { jobs, ran } = await openWorking();
      await jobs.add(request('A'), 60);
      await jobs.add(request('A'));
      await until('it ran', () => ran.length === 1);
    });

    it('lets a job be asked for again when the process that ran it was killed', async () => {
      const jobs = await open();
      const child = startChild('hang');
      await jobs.add(request('A'));
      assert.match(String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0]), /took it/);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const ran: string[] = [];
      jobs.work(async (job) => void ran.push(job.id), 1);
      const started = performance.now();
      await jobs.add(request('A'));
      await until('it ran', () => ran.length === 1, 3_000);
      assert.ok(performance.now() - started < 3_000);
    });

    it('loses with a flush nothing that a second add can’t ask for again', async () => {
      const jobs = await open();
      const ran: string[] = [];
      let release = (): void => undefined;
      jobs.work(async (job) => {
        ran.push(job.id);
        if (job.id === 'running') await new Promise<void>((resolve) => (release = resolve));
      }, 1);
      await jobs.add(request('running'));
      await until('the first runs', () => ran.length === 1);
      for (const id of ['A', 'B', 'C']) await jobs.add(request(id));
      await on.flush(prefix);
      release();
      await until(
        'all that was asked for again ran',
        async () => {
          // As the sweep does: a Fault is logged, the next round asks again.
          for (const id of ['A', 'B', 'C']) if (!ran.includes(id)) await jobs.add(request(id)).catch(() => undefined);
          await sleep(100);
          return ['A', 'B', 'C'].every((id) => ran.includes(id));
        },
        20_000,
      );
    });

    it('works again after the wire was cut, and fails an add in time meanwhile', async () => {
      const { jobs, ran } = await openWorking();
      await jobs.add(request('before'));
      await until('it runs', () => ran.length === 1);
      on.wire.set('down');
      await failsInTime(() => jobs.add(request('lost')));
      await failsInTime(() => jobs.probe());
      await sleep(1_000);
      on.wire.set('up');
      await worksAgain(jobs, ran);
      await jobs.probe();
      assert.ok(complaints.length < 20, `no flood: ${complaints.length}`);
    });

    it('works again after a network that swallowed everything, and fails an add in time meanwhile', async () => {
      const { jobs, ran } = await openWorking();
      await jobs.add(request('before'));
      await until('it runs', () => ran.length === 1);
      on.wire.set('hang');
      await failsInTime(() => jobs.add(request('lost')));
      await failsInTime(() => jobs.probe());
      on.wire.set('up');
      await worksAgain(jobs, ran);
    });

    it('works again after what it stands on was started anew', async () => {
      const { jobs, ran } = await openWorking();
      await jobs.add(request('before'));
      await until('it runs', () => ran.length === 1);
      await on.restart();
      await worksAgain(jobs, ran);
    });

    it('waits at its close for what runs, and takes nothing new', async () => {
      const jobs = await open();
      const ran: string[] = [];
      let finished = false;
      jobs.work(async (job) => {
        ran.push(job.id);
        await sleep(700);
        finished = true;
      }, 1);
      await jobs.add(request('A'));
      await jobs.add(request('B'));
      await until('it runs', () => ran.length === 1);
      await jobs.close();
      assert.equal(finished, true);
      assert.deepEqual(ran, ['A']);
      const heir = await openWorking();
      await until('the next process runs the rest', () => heir.ran.includes('request B'));
    });

    it('closes in time, whatever hangs', async () => {
      const jobs = await open();
      let taken = false;
      jobs.work(() => {
        taken = true;
        return new Promise(() => undefined);
      }, 1);
      await jobs.add(request('A'));
      await until('it runs', () => taken);
      on.wire.set('hang');
      const started = performance.now();
      await Promise.all([jobs.close(), jobs.close()]);
      assert.ok(performance.now() - started < 6_000, 'in time');
    });

    it('leaves nothing open: a process that closes it ends by itself', async () => {
      const child = startChild('close');
      let said = '';
      child.stdout?.on('data', (chunk) => (said += String(chunk)));
      const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
      assert.equal(code, 0);
      assert.match(said, /closed/);
    });
  });
}

/** It takes jobs again, and runs them. */
async function worksAgain(jobs: OpenJobs, ran: readonly string[]): Promise<void> {
  const taken = () =>
    jobs.add(request('after')).then(
      () => true,
      () => false,
    );
  await until('it takes jobs again', taken);
  await until('it runs jobs again', () => ran.includes('request after'));
}

async function failsInTime(operation: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await assert.rejects(operation(), (e) => e instanceof Fault && e.code === 'queue_unavailable');
  assert.ok(performance.now() - started < 2_500, `within 2.5 s, not ${Math.round(performance.now() - started)} ms`);
}
