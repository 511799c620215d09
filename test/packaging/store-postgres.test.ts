/** The SQL for a store on PostgreSQL: what the bot's role may do there, and all that a store does as that role. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import pg from 'pg';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { migrateStore } from '../../src/cli/migrate.ts';
import { splitStatements } from '../../src/sandbox/cockroach/sql/tokens.ts';
import { startDatabases } from '../contracts/database.ts';
import { type StoreGround, storeContract } from '../contracts/store.ts';
import { checkout } from './checkout.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const databases = await startDatabases('packaging');
after(() => databases.stop());
const superuser = await databases.create();

const url = (user: string, database = 'crdb_access'): string => {
  const at = new URL(superuser);
  if (user !== '') {
    at.username = user;
    at.password = 'x';
  }
  at.pathname = `/${database}`;
  return at.href;
};

async function run(at: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(at);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
const file = (name: string): string[] =>
  splitStatements(readFileSync(join(checkout, 'deploy', name), 'utf8')).map(({ text }) => text);

await run(superuser, [
  ...file('store-postgres.sql'),
  // What `\password` does by a prompt.
  `ALTER ROLE crdb_access_owner PASSWORD 'x'`,
  `ALTER ROLE crdb_access_store PASSWORD 'x'`,
]);
await run(url(''), file('store-owner.sql'));
const said: string[] = [];
const hear = (text: string): void => void said.push(text);
const migrated = await migrateStore({ DATABASE_URL: url('crdb_access_owner') }, { stdout: hear, stderr: hear });
await run(url(''), file('store-grants.sql'));

suite('the bot’s role of a store on PostgreSQL', () => {
  test('the owner migrates, and says what it did', () => {
    assert.equal(migrated, 0, said.join(''));
    assert.match(said.join(''), /^migrated 0001-ground\.sql\n[\s\S]*the store is up to date\n$/);
  });

  test('changes rows of its tables, and neither the audit nor the tables', async () => {
    const store = url('crdb_access_store');
    await run(store, [`INSERT INTO audit (id, seq, event, details) VALUES ('a', 1, 'test', '{}')`, 'SELECT * FROM audit']);
    const refused = [
      `UPDATE audit SET event = 'x'`,
      'DELETE FROM audit',
      'TRUNCATE audit',
      'CREATE TABLE mine (id int)',
      'DROP TABLE requests',
    ];
    for (const sql of refused)
      await assert.rejects(run(store, [sql]), (e) => e instanceof pg.DatabaseError && e.code === '42501', sql);
  });

  test('with another program’s tables, a role that may make none says so', async () => {
    await run(url(''), ['CREATE TABLE kept AS SELECT * FROM migrations', 'DELETE FROM migrations WHERE number > 1']);
    const answers: string[] = [];
    const code = await migrateStore(
      { DATABASE_URL: url('crdb_access_store') },
      { stdout: hear, stderr: (text) => void answers.push(text) },
    );
    assert.equal(code, 1);
    assert.match(answers.join(''), /permission denied/);
    await run(url(''), ['INSERT INTO migrations SELECT * FROM kept WHERE number > 1', 'DROP TABLE kept']);
  });
});

storeContract('PostgreSQL, as crdb_access_store', (): Promise<StoreGround> => {
  const reading = openDatabase(url('crdb_access_store'), log);
  return Promise.resolve({
    url: url('crdb_access_store'),
    open: async (holder: string, leaseSeconds: number) => {
      const store = await openStore({ url: url('crdb_access_store'), log, holder, leaseSeconds });
      await store.migrate();
      return store;
    },
    audit: async (requestId: string) => {
      const lines = await reading.sql('SELECT event, actor, details FROM audit WHERE request_id = $1 ORDER BY written_at, seq', [
        requestId,
      ]);
      return lines as unknown as Awaited<ReturnType<StoreGround['audit']>>;
    },
    close: () => reading.close(),
  });
});
