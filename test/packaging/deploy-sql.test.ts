/** The SQL that an operator runs gives the bot's users what they need, and no more. Run on the CockroachDB stand-in. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import pg from 'pg';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import { openDatabase } from '../../src/adapters/store/database.ts';
import { migrations } from '../../src/adapters/store/migrate.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import { type StoreGround, storeContract } from '../contracts/store.ts';
import type { Rig } from '../sandbox/cockroach-rig.ts';
import { checkout } from './checkout.ts';
import { files, prepared, sqlOf } from './deploy-sql.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A bot on a cluster of this version. */
async function botOn(version: string) {
  const on = await prepared(version);
  const bot = cockroachCluster({
    name: 'prod',
    url: await on.cluster.clientUrl('crdb_access', 'defaultdb'),
    settingsUrl: await on.cluster.clientUrl('crdb_access_settings', 'defaultdb'),
    log,
    connectTimeoutSeconds: 30, // a busy machine is not what is tested
  });
  return { version, on, bot };
}

// All of it before the first suite: node:test may take a file for done, and run its closers, while it waits between two suites.
const bots = [await botOn('v23.2.4'), await botOn('v26.1.0')];
const on = await prepared();
const empty = await prepared();

for (const { version, on, bot } of bots) {
  suite(`the bot's users on a cluster of ${version}`, () => {
    after(() => bot.close());

    test('the bot creates a SQL user, grants, reads back, revokes, and sets what JWT login needs', async () => {
      await bot.run({ kind: 'create_user', user: 'alice' });
      await bot.run({ kind: 'grant_roles', user: 'alice', roles: ['analytics_reader'] });
      assert.deepEqual(
        (await bot.members(['analytics_reader'])).map((m) => m.member),
        ['alice'],
      );
      await bot.run({ kind: 'revoke_roles', user: 'alice', roles: ['analytics_reader'] });
      await bot.run({ kind: 'set_setting', setting: 'server.jwt_authentication.audience', value: 'some-audience' });
      await bot.run({ kind: 'set_setting', setting: 'server.identity_map.configuration', value: 'iss alice@x.com alice' });
      const { settings } = await bot.read();
      assert.equal(settings['server.jwt_authentication.audience'], 'some-audience');
      assert.equal(settings['server.identity_map.configuration'], 'iss alice@x.com alice');
    });

    test('neither user is an admin, and neither can make itself or anybody one', async () => {
      for (const user of ['crdb_access', 'crdb_access_settings']) {
        const client = await on.connect(user);
        assert.deepEqual((await client.query(`SELECT pg_has_role('${user}', 'admin', 'MEMBER') AS admin`)).rows, [
          { admin: false },
        ]);
        await assert.rejects(client.query(`GRANT admin TO ${user}`), refusedPrivilege, user);
      }
      await assert.rejects(bot.run({ kind: 'grant_roles', user: 'alice', roles: ['admin'] }), isRefused);
    });

    test('each user can do its own part only, and neither reads anybody’s data', async () => {
      const [main, settings] = await Promise.all([on.connect('crdb_access'), on.connect('crdb_access_settings')]);
      await assert.rejects(main.query(`SET CLUSTER SETTING server.jwt_authentication.claim = 'sub'`), refusedPrivilege);
      await assert.rejects(settings.query('CREATE USER mallory'), refusedPrivilege);
      await assert.rejects(settings.query('GRANT analytics_reader TO crdb_access_settings'), refusedPrivilege);
      for (const user of ['crdb_access', 'crdb_access_settings', 'crdb_access_store', 'crdb_access_owner']) {
        const client = await on.connect(user, 'analytics');
        await assert.rejects(client.query('SELECT * FROM customers'), refusedPrivilege, user);
      }
    });
  });
}

suite('the bot’s user of the store', () => {
  test('reads and adds to the audit, and can’t change, delete or empty it', async () => {
    const store = await on.connect('crdb_access_store', 'crdb_access');
    await store.query(`INSERT INTO audit (id, seq, event, details) VALUES ('a', 1, 'test', '{}')`);
    for (const sql of [`UPDATE audit SET event = 'other'`, 'DELETE FROM audit', 'TRUNCATE audit', 'DROP TABLE audit'])
      await assert.rejects(store.query(sql), refusedPrivilege, sql);
    assert.deepEqual((await store.query('SELECT event FROM audit')).rows, [{ event: 'test' }]);
  });

  test('makes and changes no table, and does not forge what was migrated', async () => {
    const store = await on.connect('crdb_access_store', 'crdb_access');
    const forged = `INSERT INTO migrations (number, name, checksum) VALUES (9999, 'x', 'y')`;
    for (const sql of ['CREATE TABLE mine (id int8 PRIMARY KEY)', 'ALTER TABLE requests ADD COLUMN x text', forged])
      await assert.rejects(store.query(sql), refusedPrivilege, sql);
  });

  test('a bot whose tables are of another program says so, and makes nothing', async () => {
    const root = await on.connect('root', 'crdb_access');
    const { rows } = await root.query('SELECT number, name, checksum FROM migrations ORDER BY number DESC LIMIT 1');
    const [last] = rows as { number: string; name: string; checksum: string }[];
    await root.query('DELETE FROM migrations WHERE number = $1', [last?.number]);
    const store = await openStore({ url: await storeUrl(on), log, holder: 'behind', leaseSeconds: 5 });
    await assert.rejects(store.migrate(), (e) => e instanceof Fault && e.code === 'store_unavailable' && e.retry === 'never');
    await store.close();
    await root.query('INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)', [
      last?.number,
      last?.name,
      last?.checksum,
    ]);
  });
});

/** All that a store does, as the user who may make no table. */
storeContract('CockroachDB’s stand-in, as crdb_access_store', async (): Promise<StoreGround> => {
  const url = await storeUrl(empty);
  const reading = openDatabase(url, log);
  return {
    url,
    open: async (holder, leaseSeconds) => {
      const store = await openStore({ url, log, holder, leaseSeconds });
      await store.migrate();
      return store;
    },
    audit: async (requestId) => {
      const lines = await reading.sql('SELECT event, actor, details FROM audit WHERE request_id = $1 ORDER BY written_at, seq', [
        requestId,
      ]);
      return lines as unknown as Awaited<ReturnType<StoreGround['audit']>>;
    },
    close: () => reading.close(),
  };
});

test('docs/operations.md has each file of deploy/ word for word', () => {
  const operations = readFileSync(join(checkout, 'docs/operations.md'), 'utf8');
  const all = readdirSync(join(checkout, 'deploy')).filter((name) => name.endsWith('.sql'));
  assert.ok(files.every(({ name }) => all.includes(name)));
  for (const name of all)
    assert.ok(operations.includes(`\`\`\`sql\n${readFileSync(join(checkout, 'deploy', name), 'utf8')}\`\`\``), name);
});

test('every table of the migrations is granted, and nothing else', () => {
  const made = migrations().flatMap((m) => m.statements.map((sql) => /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(sql)?.[1] ?? []));
  const granted = [...sqlOf(files[3]).matchAll(/ON TABLE\s+([\w\s,]+?) TO /g)].flatMap(
    ([, names]) => names?.split(/[\s,]+/) ?? [],
  );
  assert.deepEqual(granted.sort(), made.flat().sort());
});

function storeUrl(on: Rig): Promise<string> {
  return on.cluster.clientUrl('crdb_access_store', 'crdb_access');
}
function isRefused(error: unknown): boolean {
  return error instanceof Fault && error.code === 'cluster_refused';
}
/** 42501: insufficient privilege. */
function refusedPrivilege(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '42501';
}
