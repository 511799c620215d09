import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { schemaOf } from '../../src/adapters/queue/backend.ts';
import { openJobs } from '../../src/adapters/queue/jobs.ts';
import { Fault } from '../../src/core/errors.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { type JobsGround, jobsContract } from '../contracts/jobs.ts';
import { layWire } from '../contracts/wire.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function onPostgres(): Promise<JobsGround> {
  const databases = await startDatabases('queue');
  const url = new URL(await databases.create());
  const straight = url.href;
  const wire = await layWire(Number(url.port));
  url.port = String(wire.port);
  return {
    queueUrl: undefined,
    databaseUrl: url.href,
    wire,
    flush: (prefix) => run(straight, `DROP SCHEMA ${schemaOf(prefix)} CASCADE`),
    restart: () => databases.restart(() => new Promise((resolve) => setTimeout(resolve, 1_000))),
    async close() {
      await wire.close();
      await databases.stop();
    },
  };
}

jobsContract('BullMQ on PostgreSQL', onPostgres);

describe('the queue in the bot’s database', () => {
  let databases: TestDatabases;
  before(async () => {
    databases = await startDatabases('choice');
  });
  after(() => databases.stop());

  const refuses = (settings: { databaseUrl: string; queueUrl?: string }, retry: string, says: RegExp) =>
    assert.rejects(openJobs({ ...settings, log: quiet }), (e) => e instanceof Fault && e.retry === retry && says.test(e.message));

  it('is refused on a CockroachDB, with what to do', async () => {
    const url = await databases.create();
    await run(
      url,
      'CREATE SCHEMA fake',
      `CREATE FUNCTION fake.version() RETURNS text LANGUAGE sql AS $$ SELECT 'CockroachDB CCL v25.2.4' $$`,
    );
    const asCockroach = `${url}?options=${encodeURIComponent('-c search_path=fake,pg_catalog')}`;
    await refuses({ databaseUrl: asCockroach }, 'never', /CockroachDB and QUEUE_URL is not set.*redis:/s);
  });

  it('is refused when QUEUE_URL is no Redis, or nobody answers, without the password', async () => {
    const url = await databases.create();
    await refuses({ databaseUrl: url, queueUrl: 'amqp://me:hush@host' }, 'never', /^(?!.*hush).*redis:\/\//);
    await refuses({ databaseUrl: 'postgresql://me:hush@127.0.0.1:1/x' }, 'later', /^(?!.*hush).*does not answer/);
  });

  it('works with options in the URL, in a schema of its own', async () => {
    const url = await databases.create();
    const jobs = await openJobs({ databaseUrl: `${url}?options=${encodeURIComponent('-c statement_timeout=9000')}`, log: quiet });
    await jobs.add({ kind: 'request', id: 'A' });
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(`SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name = 'job'`);
    assert.deepEqual(rows, [{ table_schema: 'crdb_access_queue' }]);
    await client.end();
    await jobs.close();
  });
});
