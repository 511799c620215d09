/** The bot as docker-compose.yml runs it: its store on CockroachDB, as the user who may make no table, and its queue in Redis. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type TestRedis, startRedis } from '../contracts/redis.ts';
import { drive, type Driver } from '../journeys/sandbox-driver.ts';
import { prepared } from './deploy-sql.ts';

const on = await prepared();

suite('with the store on CockroachDB and the queue in Redis', () => {
  let redis: TestRedis;
  let it: Driver;
  before(async () => {
    redis = await startRedis();
    const store = await on.cluster.clientUrl('crdb_access_store', 'crdb_access');
    it = await drive({ env: { DATABASE_URL: store, QUEUE_URL: redis.url } });
  });
  after(async () => {
    await it?.stop();
    await redis?.stop();
  });

  test('Alice asks, Bob approves, Alice logs in, and the store has kept it', async () => {
    await it.command('alice', '/crdb-access request analytics because Q4');
    await it.press('bob', (await it.card('bob', 'Alice')).id, 'approve');
    const { code, out, err } = await it.shell('alice', await it.bash('alice'), 'SELECT current_user;');
    assert.equal(code, 0, err);
    assert.match(out, /alice/);
    const root = await on.connect('root', 'crdb_access');
    assert.deepEqual((await root.query('SELECT state, sql_username FROM requests')).rows, [
      { state: 'granted', sql_username: 'alice' },
    ]);
    assert.ok(Number((await root.query('SELECT count(*) FROM audit')).rows[0]?.count) > 3);
  });
});
