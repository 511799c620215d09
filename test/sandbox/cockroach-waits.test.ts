/**
 * What takes long or breaks off: role changes behind open transactions (known-limitations grant-revoke-schema-changes.md@82b41d40304a),
 * statement timeouts, cancel requests, sessions, faults, and the watch.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { refusal, rig, rows } from './cockroach-rig.ts';

const seen: { when: string; what: string; facts: Readonly<Record<string, unknown>> }[] = [];
let hold: (what: string, when: string, facts: Readonly<Record<string, unknown>>) => Promise<void> | void = () => undefined;
const r = await rig({
  watch: async (when, what, facts) => {
    seen.push({ when, what, facts });
    await hold(what, when, facts);
  },
});
const root = await r.connect('root');
const bot = await r.connect('crdb_access');
const other = await r.connect('app', 'analytics');

/** Whether a promise is still open after a while. */
async function pending(work: Promise<unknown>, ms = 150): Promise<boolean> {
  return (await Promise.race([work.then(() => 'done'), sleep(ms, 'open')])) === 'open';
}

for (const [name, sql] of [
  ['CREATE USER', 'CREATE USER t_w1'],
  ['ALTER USER', 'ALTER USER t_w1 WITH NOLOGIN'],
  ['GRANT', 'GRANT analytics_reader TO t_w1'],
  ['REVOKE', 'REVOKE analytics_reader FROM t_w1'],
  ['DROP USER', 'DROP USER t_w1'],
]) {
  test(`${name} waits for a transaction of another session that has read, and goes on when that is over.`, async () => {
    await other.query('BEGIN');
    await other.query('SELECT count(*) FROM events');
    const change = bot.query(sql as string);
    assert.equal(await pending(change), true);
    await other.query('COMMIT');
    await change;
  });
}

test('A change that changes nothing does not wait (logic test no_op_grant_role), and neither does reading.', async () => {
  await bot.query('CREATE USER t_w2');
  await bot.query('GRANT analytics_reader TO t_w2');
  await other.query('BEGIN');
  await other.query('SELECT 1');
  await bot.query('GRANT analytics_reader TO t_w2');
  await bot.query('CREATE USER IF NOT EXISTS t_w2');
  await bot.query('REVOKE billing_reader FROM t_w2');
  await bot.query('SHOW USERS');
  await other.query('ROLLBACK');
});

test('A transaction that has only begun, one of the same session, and a session that is cut off hold nobody up.', async () => {
  await other.query('BEGIN');
  await bot.query('GRANT billing_reader TO t_w2');
  await other.query('ROLLBACK');
  const short = await r.connect('metabase', 'analytics');
  await short.query('BEGIN');
  await short.query('SELECT count(*) FROM events');
  const change = bot.query('REVOKE billing_reader FROM t_w2');
  assert.equal(await pending(change), true);
  const session = r.cluster.sessions().find((s) => s.user_name === 'metabase');
  r.cluster.cut(session?.session_id);
  await change;
});

test('statement_timeout ends the wait with 57014, and nothing was granted.', async () => {
  await other.query('BEGIN');
  await other.query('SELECT 1');
  await bot.query(`SET statement_timeout = '300ms'`);
  const before = Date.now();
  assert.deepEqual(await refusal(bot.query('GRANT reporting_reader TO t_w2')), {
    code: '57014',
    message: 'query execution canceled due to statement timeout',
  });
  assert.ok(Date.now() - before < 2000);
  assert.deepEqual(await rows(bot, 'SHOW GRANTS ON ROLE reporting_reader'), []);
  await bot.query('RESET statement_timeout');
  await other.query('ROLLBACK');
  await bot.query('GRANT reporting_reader TO t_w2');
});

test('statement_timeout ends what PostgreSQL runs in CockroachDB’s words too, and may come with the start-up options.', async () => {
  await bot.query('SET statement_timeout = 200');
  assert.equal((await refusal(bot.query('SELECT pg_sleep(5)'))).message, 'query execution canceled due to statement timeout');
  await bot.query('RESET statement_timeout');
});

test('A client that goes away while its change waits leaves nothing changed.', async () => {
  await other.query('BEGIN');
  await other.query('SELECT 1');
  const leaving = await r.connect('crdb_access');
  const change = leaving.query('GRANT billing_reader TO t_w2').catch(() => undefined);
  assert.equal(await pending(change, 100), true);
  const gone = r.cluster.sessions().filter((s) => s.user_name === 'crdb_access' && s.status === 'ACTIVE');
  assert.equal(gone.length, 1);
  r.cluster.cut(gone[0]?.session_id);
  await change;
  await other.query('ROLLBACK');
  assert.deepEqual(await rows(bot, 'SHOW GRANTS ON ROLE billing_reader'), []);
});

test('A session may let membership changes through (allow_role_memberships_to_change_during_transaction, PR 98370).', async () => {
  await other.query('BEGIN');
  await other.query('SELECT 1');
  await bot.query('SET allow_role_memberships_to_change_during_transaction = true');
  await bot.query('GRANT billing_reader TO t_w2');
  await bot.query('RESET allow_role_memberships_to_change_during_transaction');
  await other.query('ROLLBACK');
});

test('Two changes that wait for the same transaction both happen, and do not wait for each other.', async () => {
  await other.query('BEGIN');
  await other.query('SELECT 1');
  const second = await r.connect('crdb_access');
  const changes = [bot.query('CREATE USER t_w3'), second.query('CREATE USER t_w4')];
  assert.equal(await pending(Promise.race(changes)), true);
  await other.query('COMMIT');
  await Promise.all(changes);
});

test('Of twenty that create the same user at once one succeeds and nineteen are told that it exists.', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => r.connect('crdb_access')));
  const results = await Promise.allSettled(clients.map((client) => client.query('CREATE USER t_once')));
  const codes = results.map((result) => (result.status === 'fulfilled' ? 'ok' : (result.reason as { code: string }).code));
  assert.deepEqual(codes.sort(), [...Array.from({ length: 19 }, () => '42710'), 'ok']);
  await Promise.all(clients.map((client) => client.end()));
});

test('Transactions are serializable: of two that contradict each other one fails with 40001, said as CockroachDB says it.', async () => {
  const [a, b] = [await r.connect('app', 'analytics'), await r.connect('app', 'analytics')];
  for (const client of [a, b]) {
    await client.query('BEGIN');
    await client.query('SELECT count(*) FROM customers');
  }
  const write = async (client: pg.Client, id: number): Promise<void> => {
    await client.query(`INSERT INTO customers VALUES ($1, 'x', 'x')`, [id]);
    await client.query('COMMIT');
  };
  await write(a, 100);
  const said = await refusal(write(b, 101));
  assert.equal(said.code, '40001');
  assert.match(said.message, /^restart transaction: /);
  await b.query('ROLLBACK');
});

test('A cancel request ends the statement that runs, and the session goes on.', async () => {
  const sleeping = await r.connect('app');
  const work = refusal(sleeping.query('SELECT pg_sleep(20)'));
  await sleep(100);
  const { processID, secretKey } = sleeping as unknown as { processID: number; secretKey: number };
  const { Connection } = (await import('pg')).default as unknown as {
    Connection: new (
      o: object,
    ) => { once(e: string, f: () => void): void; connect(p: number, h: string): void; cancel(a: number, b: number): void };
  };
  const messenger = new Connection({});
  messenger.once('connect', () => messenger.cancel(processID, secretKey));
  messenger.connect(r.cluster.port, '127.0.0.1');
  assert.deepEqual(await work, { code: '57014', message: 'query execution canceled' });
  assert.deepEqual(await rows(sleeping, 'SELECT 1'), [[1]]);
});

test('SHOW CLUSTER SESSIONS lists one’s own, and everybody’s with VIEWACTIVITY; CANCEL SESSIONS ends them by user.', async () => {
  const victim = await r.connect('metabase');
  const mine = await rows(victim, 'SELECT DISTINCT user_name FROM [SHOW CLUSTER SESSIONS]');
  assert.deepEqual(mine, [['metabase']]);
  const sql = 'CANCEL SESSIONS IF EXISTS (SELECT session_id FROM [SHOW CLUSTER SESSIONS] WHERE user_name = $1)';
  assert.equal((await bot.query(sql, ['metabase'])).command, 'CANCEL');
  await victim.query('SELECT 1'); // the bot may neither see nor cancel it
  await root.query('GRANT SYSTEM VIEWACTIVITY, CANCELQUERY TO crdb_access');
  await bot.query(sql, ['metabase']);
  await assert.rejects(victim.query('SELECT 1'));
  assert.match((await refusal(bot.query(sql, ['root']))).message, /permission denied to cancel admin session/);
});

test('The watch sees each statement by name before and after, and can hold it.', async () => {
  seen.length = 0;
  await bot.query({ text: 'SELECT $1::int', values: [1] });
  await bot.query('SHOW USERS');
  assert.deepEqual(
    seen.map(({ when, what, facts }) => [when, what, facts['user']]),
    [
      ['before', 'SELECT', 'crdb_access'],
      ['after', 'SELECT', 'crdb_access'],
      ['before', 'SHOW USERS', 'crdb_access'],
      ['after', 'SHOW USERS', 'crdb_access'],
    ],
  );
  seen.length = 0;
  await refusal(bot.query('SELECT nope'));
  await refusal(bot.query('CREATE USER app'));
  assert.deepEqual(
    seen.map(({ what, facts }) => [what, facts['failed']]),
    [
      ['SELECT', undefined],
      ['SELECT', true],
      ['CREATE USER', undefined],
      ['CREATE USER', true],
    ],
  );
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  hold = (what, when) => (what === 'SHOW ROLES' && when === 'before' ? gate : undefined);
  const listing = bot.query('SHOW ROLES');
  assert.equal(await pending(listing), true);
  open();
  await listing;
  hold = () => undefined;
});

test('A connection that is cut after a change was made and before it was answered leaves the change made.', async () => {
  const leaving = await r.connect('crdb_access');
  hold = (what, when, facts) => (what === 'CREATE USER' && when === 'after' ? (facts['cut'] as () => void)() : undefined);
  await assert.rejects(leaving.query('CREATE USER t_unknown'), { message: /terminated/ });
  hold = () => undefined;
  assert.deepEqual(await rows(bot, `SELECT username FROM [SHOW USERS] WHERE username = 't_unknown'`), [['t_unknown']]);
});

test('Slow adds three seconds to a statement; 429 is no fault of a database.', async () => {
  r.cluster.fault('slow');
  const before = Date.now();
  await bot.query('SELECT 1');
  r.cluster.fault('none');
  assert.ok(Date.now() - before >= 3000);
  assert.throws(() => r.cluster.fault('429'), /not throttled/);
});

test('Down ends every connection and refuses new ones until it is over; the port stays.', async () => {
  const client = await r.connect('app');
  r.cluster.fault('down');
  await assert.rejects(client.query('SELECT 1'));
  await assert.rejects(r.connect('app'));
  r.cluster.fault('none');
  const again = await r.connect('app');
  assert.deepEqual(await rows(again, 'SELECT 1'), [[1]]);
});

test('A statement whose client left before it began holds nobody up: its transaction never was.', async () => {
  const fresh = await r.connect('crdb_access');
  await fresh.query('CREATE USER t_w9');
  const leaving = await r.connect('metabase', 'analytics');
  leaving.on('error', () => undefined);
  let go: () => void = () => undefined;
  const gate = new Promise<void>((open) => (go = open));
  hold = async (what, when, facts) => {
    if (facts['user'] !== 'metabase' || when !== 'before' || what !== 'SELECT') return;
    (facts['cut'] as () => void)();
    await gate;
  };
  await assert.rejects(leaving.query('SELECT count(*) FROM events'));
  await sleep(50);
  go();
  hold = () => undefined;
  await sleep(50);
  await fresh.query("SET statement_timeout = '3s'");
  await fresh.query('GRANT analytics_reader TO t_w9');
});
