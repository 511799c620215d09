import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { redisName, startRedis, type TestRedis } from '../contracts/redis.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
let redis: TestRedis;
before(async () => {
  redis = await startRedis();
  d = await drive({ env: { QUEUE_URL: redis.url } });
});
after(async () => {
  await d?.stop();
  await redis?.stop();
});

const keys = async (): Promise<readonly unknown[]> => (await redis.ask('KEYS', '*')) as unknown[];
const logins = async (as: string): Promise<number> =>
  (await d.inbox(as)).filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD='))).length;

/** Files a request, has it approved while the cluster is down, and waits until the requester was told that it waits. */
async function approvedAndWaiting(as: string, entitlement: string): Promise<void> {
  await d.chaos('cockroach', 'down');
  await d.command(as, `/crdb-access request ${entitlement}`);
  await d.press('bob', (await d.card('bob', entitlement)).id, 'Approve');
  await d.sees(as, (m) => m.ephemeral && m.text.includes(entitlement) && m.text.includes('not ready yet'), 30);
}

/** The login comes once, and it works. */
async function grantedOnce(as: string, entitlement: string): Promise<void> {
  const isIt = (m: { ephemeral: boolean; text: string; code: readonly string[] }): boolean =>
    !m.ephemeral && m.text.includes(entitlement) && m.code.some((c) => c.includes('PGPASSWORD='));
  const message = await d.sees(as, isIt, 60);
  const run = await d.shell(as, message.code.find((c) => c.includes('PGPASSWORD=')) ?? '', 'SELECT current_user;');
  assert.match(run.out, new RegExp(`^${as}$`, 'm'), run.err);
  await pause(3000);
  assert.equal((await d.inbox(as)).filter(isIt).length, 1);
}

test(`on ${redisName}, from the command to the login: the jobs go through it, and the store holds no queue`, async () => {
  await d.command('alice', '/crdb-access request analytics because Q4 churn numbers');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await grantedOnce('alice', 'analytics');
  assert.ok((await keys()).length > 0);
  assert.deepEqual(await d.store("SELECT 1 FROM pg_namespace WHERE nspname = 'crdb_access_queue'"), []);
});

test('FLUSHALL between the click and the grant loses nothing: the request goes on by itself, once', async () => {
  await approvedAndWaiting('carol', 'analytics');
  await redis.ask('FLUSHALL');
  await d.chaos('cockroach', 'none');
  await grantedOnce('carol', 'analytics');
});

test('a Redis that is started anew, empty, loses nothing either, and what is typed while it is away is worked when it is back', async () => {
  await approvedAndWaiting('carol', 'billing');
  await redis.restart(async () => {
    await d.chaos('cockroach', 'none');
    await d.command('alice', '/crdb-access request reporting');
    const filed = await d.store("SELECT 1 FROM interactions WHERE body::text LIKE '%request reporting%'");
    assert.equal(filed.length, 1, 'the command was stored before it was acknowledged');
    const ready = await fetch(d.sandbox.facts.bot.readyUrl);
    assert.equal(ready.status, 503, await ready.text());
  });
  await Promise.all([grantedOnce('carol', 'billing'), grantedOnce('alice', 'reporting')]);
  assert.equal(await logins('alice'), 2);
  const ready = await fetch(d.sandbox.facts.bot.readyUrl);
  assert.equal(ready.status, 200, await ready.text());
});
