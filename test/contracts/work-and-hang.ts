/** A process with the working end of the queue: it takes a job and never comes back, or works and closes, and must then end by itself. */

import { openJobs } from '../../src/adapters/queue/jobs.ts';

const env = (name: string): string => process.env[name] ?? '';
const say = (line: string) => void process.stdout.write(`${line}\n`);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const queueUrl = process.env.JOBS_QUEUE_URL;
const jobs = await openJobs({ queueUrl, databaseUrl: env('JOBS_DATABASE_URL'), log: quiet, prefix: env('JOBS_PREFIX') });

if (env('JOBS_DO') === 'hang') {
  jobs.work(() => {
    say('took it');
    return new Promise(() => undefined);
  }, 1);
} else {
  let ran = (): void => undefined;
  const once = new Promise<void>((resolve) => {
    ran = resolve;
  });
  jobs.work(async () => ran(), 2);
  await jobs.add({ kind: 'request', id: 'R1' });
  await jobs.add({ kind: 'request', id: 'R2' }, 3_600);
  await once;
  await jobs.close();
  say('closed');
}
