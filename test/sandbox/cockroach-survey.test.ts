/**
 * What a longer look at a cluster asks beside users and settings. Sources: pkg/sql/delegate/show_role_grants.go (who is asked for nobody:
 * every direct membership; logic test "role"), docs "SHOW GRANTS" ("ON ROLE"), "SHOW SYSTEM GRANTS"; docs "Functions and Operators" (date and
 * time: `clock_timestamp`, `extract` gives a float).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rig, rows } from './cockroach-rig.ts';

const r = await rig();
const root = await r.connect('root');
const bot = await r.connect('crdb_access');

test('SHOW GRANTS ON ROLE without names lists every membership that was given, and none that follows from others.', async () => {
  await root.query('CREATE ROLE t_outer; CREATE ROLE t_inner; CREATE USER t_member');
  await root.query('GRANT t_outer TO t_inner');
  await root.query('GRANT t_inner TO t_member WITH ADMIN OPTION');
  const all = await bot.query({ text: 'SHOW GRANTS ON ROLE', rowMode: 'array' });
  assert.deepEqual(
    all.fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    [
      ['role_name', 25],
      ['member', 25],
      ['is_admin', 16],
    ],
  );
  const found = all.rows as unknown as unknown[][];
  assert.deepEqual(
    found.filter(([role]) => String(role).startsWith('t_')),
    [
      ['t_inner', 't_member', true],
      ['t_outer', 't_inner', false],
    ],
  );
  assert.ok(
    found.some((row) => row.join() === 'admin,root,true'),
    'root is a member of admin, with the admin option',
  );
});

test('A clock is read as a float of seconds, at the moment of asking and not of the transaction.', async () => {
  const clock = 'SELECT extract(epoch FROM clock_timestamp()::TIMESTAMPTZ)::FLOAT8';
  const { fields } = await bot.query(clock);
  assert.deepEqual(
    fields.map(({ dataTypeID }) => dataTypeID),
    [701],
  );
  const before = Date.now() / 1000;
  await bot.query('BEGIN');
  const [first] = await rows(bot, clock);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const [second] = await rows(bot, clock);
  await bot.query('COMMIT');
  assert.ok(Number(first?.[0]) >= before - 0.01 && Number(second?.[0]) <= Date.now() / 1000 + 0.01);
  assert.ok(Number(second?.[0]) - Number(first?.[0]) >= 0.025);
});

test('Of a SQL user that is not there SHOW SYSTEM GRANTS says so; of one without any it lists nothing.', async () => {
  assert.deepEqual(await rows(bot, 'SHOW SYSTEM GRANTS FOR "t_member"'), []);
  await assert.rejects(bot.query('SHOW SYSTEM GRANTS FOR "t_gone"'), { code: '42704', message: /t_gone does not exist/ });
});
