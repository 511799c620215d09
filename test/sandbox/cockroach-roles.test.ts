/**
 * Users, roles, memberships and system privileges. Sources: cockroachdb/cockroach pkg/sql/create_role.go@002c0334c42d,
 * alter_role.go@013891ff333c, drop_role.go@0116efa235b0, grant_role.go and revoke_role.go (wording from v23.2: PR 104376),
 * pkg/security/username/username.go@036c270233cc, pkg/sql/delegate/show_roles.go and show_role_grants.go@18012a560959.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { refusal, rig, rows } from './cockroach-rig.ts';

const r = await rig();
const root = await r.connect('root');
const bot = await r.connect('crdb_access');
const app = await r.connect('app');
const tag = async (client: pg.Client, sql: string): Promise<string> => (await client.query(sql)).command;
const hint =
  'Usernames are case insensitive, must start with a letter, digit or underscore, may contain letters, digits, dashes, periods, or underscores, and must not exceed 63 characters.';

test('SHOW USERS has username, options as one string and member_of as an array, and nobody with a person’s name at the start.', async () => {
  const found = await bot.query('SHOW USERS');
  assert.deepEqual(
    found.fields.map((f) => [f.name, f.dataTypeID]),
    [
      ['username', 25],
      ['options', 25],
      ['member_of', 1009],
    ],
  );
  const by = new Map(found.rows.map((row: { username: string; options: string; member_of: string[] }) => [row.username, row]));
  assert.deepEqual(
    [...by.keys()],
    [
      'admin',
      'analytics_reader',
      'app',
      'backup_agent',
      'billing_reader',
      'crdb_access',
      'crdb_access_settings',
      'metabase',
      'prometheus',
      'reporting_reader',
      'root',
    ],
  );
  assert.deepEqual(by.get('crdb_access'), { username: 'crdb_access', options: 'CREATELOGIN, CREATEROLE', member_of: [] });
  assert.deepEqual(by.get('root'), { username: 'root', options: '', member_of: ['admin'] });
  assert.equal(by.get('analytics_reader')?.options, 'NOLOGIN');
});

test('The same listing comes through the extended protocol, and as a table in square brackets.', async () => {
  const named = await bot.query({ name: 'users', text: 'SHOW USERS', values: [] });
  assert.deepEqual(named.rows, (await bot.query('SHOW USERS')).rows);
  assert.deepEqual((await bot.query({ name: 'users', text: 'SHOW USERS', values: [] })).rows, named.rows);
  assert.deepEqual(await rows(bot, 'SELECT u.username FROM [SHOW USERS] AS u WHERE member_of @> ARRAY[$1]', ['admin']), [
    ['root'],
  ]);
});

test('CREATE USER makes a user that may log in, CREATE ROLE one that may not; the tag is CREATE ROLE for both.', async () => {
  const made = await bot.query('CREATE USER "t.user-1" WITH LOGIN PASSWORD NULL');
  assert.equal(made.command, 'CREATE');
  await root.query('CREATE ROLE t_role');
  const found = await rows(bot, `SELECT username, options FROM [SHOW USERS] WHERE username IN ('t.user-1', 't_role')`);
  assert.deepEqual(found, [
    ['t.user-1', ''],
    ['t_role', 'NOLOGIN'],
  ]);
});

test('A name that is taken is refused with 42710, whoever has it; IF NOT EXISTS says nothing, not even for a role or for admin.', async () => {
  for (const name of ['app', 'admin', 'root', 'analytics_reader']) {
    assert.deepEqual(await refusal(bot.query(`CREATE USER "${name}"`)), {
      code: '42710',
      message: `a role/user named ${name} already exists`,
    });
    assert.equal(await tag(bot, `CREATE USER IF NOT EXISTS "${name}" WITH LOGIN`), 'CREATE');
  }
  assert.deepEqual(await rows(bot, `SELECT options FROM [SHOW USERS] WHERE username = 'analytics_reader'`), [['NOLOGIN']]);
});

test('Names are folded, quoted or not, dotless and dotted i included (lexbase/normalize.go).', async () => {
  await bot.query('CREATE USER "HeLlO"');
  await bot.query('CREATE USER "KAR\u0130M"');
  assert.deepEqual(await rows(bot, `SELECT username FROM [SHOW USERS] WHERE username IN ('hello', 'karim') ORDER BY 1`), [
    ['hello'],
    ['karim'],
  ]);
  assert.equal((await refusal(bot.query('CREATE USER "kar\u0131m"'))).code, '42710');
});

for (const [name, code, message] of [
  ["o'brien", '42602', `"o'brien": username is invalid`],
  ['-abc', '42602', '"-abc": username is invalid'],
  ['.', '42602', '".": username is invalid'],
  ['a b', '42602', '"a b": username is invalid'],
  ['', '42602', 'username is empty'],
  ['x'.repeat(64), '42622', `"${'x'.repeat(64)}": username is too long`],
] as const) {
  test(`CREATE USER refuses the name ${JSON.stringify(name.slice(0, 12))} as username.go does.`, async () => {
    assert.deepEqual(await refusal(bot.query(`CREATE USER "${name}"`)), { code, message, hint });
  });
}

for (const [name, message] of [
  ['node', 'username "node" reserved'],
  ['public', 'role name "public" is reserved'],
  ['none', 'role name "none" is reserved'],
  ['pg_x', 'role name "pg_x" is reserved'],
  ['crdb_internal_x', 'role name "crdb_internal_x" is reserved'],
]) {
  test(`CREATE USER refuses the reserved name ${name} with 42939.`, async () => {
    assert.deepEqual(await refusal(bot.query(`CREATE USER "${name}"`)), { code: '42939', message });
  });
}

for (const sql of [
  'CREATE USER alice.smith',
  `CREATE USER 'alice'`,
  'CREATE USER alice WITH SUPERUSER',
  'DROP USER app CASCADE',
  'GRANT analytics_reader TO app extra',
  'CREATE USER alice WITH LOGIN NOLOGIN',
]) {
  test(`CockroachDB's grammar does not have: ${sql}`, async () => {
    assert.equal((await refusal(bot.query(sql))).code, '42601');
  });
}

test('Creating a user takes CREATEROLE, and CREATELOGIN unless it says NOLOGIN (create_role.go, checkPasswordOptionConstraints).', async () => {
  assert.deepEqual(await refusal(app.query('CREATE USER x')), {
    code: '42501',
    message: 'user app does not have CREATEROLE privilege',
  });
  await root.query('ALTER USER app WITH CREATEROLE');
  assert.deepEqual(await refusal(app.query('CREATE USER x')), {
    code: '42501',
    message: 'user app does not have CREATELOGIN privilege',
  });
  assert.deepEqual(await refusal(app.query('ALTER USER metabase WITH NOLOGIN')), {
    code: '42501',
    message: 'user app does not have CREATELOGIN privilege',
  });
  await app.query('CREATE ROLE t_nologin');
  await root.query('ALTER USER app WITH NOCREATEROLE');
});

test('GRANT gives the role’s rights at once, to sessions that are open too, and REVOKE takes them away.', async () => {
  await bot.query('CREATE USER t_reader');
  const reader = await r.connect('t_reader', 'analytics');
  assert.equal(
    (await refusal(reader.query('SELECT * FROM events'))).message,
    'user t_reader does not have SELECT privilege on relation events',
  );
  await bot.query('GRANT analytics_reader, reporting_reader TO t_reader');
  assert.deepEqual(await rows(reader, 'SELECT count(*)::int FROM events'), [[24]]);
  const grants = await bot.query('SHOW GRANTS ON ROLE analytics_reader, reporting_reader');
  assert.deepEqual(
    grants.fields.map((f) => [f.name, f.dataTypeID]),
    [
      ['role_name', 25],
      ['member', 25],
      ['is_admin', 16],
    ],
  );
  assert.deepEqual(grants.rows, [
    { role_name: 'analytics_reader', member: 't_reader', is_admin: false },
    { role_name: 'reporting_reader', member: 't_reader', is_admin: false },
  ]);
  assert.equal((await bot.query('SHOW GRANTS ON ROLE FOR t_reader')).rows.length, 2);
  assert.deepEqual(await rows(bot, `SELECT pg_has_role('t_reader', 'analytics_reader', 'MEMBER')`), [[true]]);
  assert.equal(await tag(bot, 'GRANT analytics_reader TO t_reader'), 'GRANT');
  assert.equal(await tag(bot, 'REVOKE analytics_reader FROM t_reader'), 'REVOKE');
  assert.equal(await tag(bot, 'REVOKE analytics_reader FROM t_reader'), 'REVOKE');
  assert.equal((await refusal(reader.query('SELECT * FROM events'))).code, '42501');
});

test('What does not exist is 42704, with the hint for what is an option and no role.', async () => {
  assert.deepEqual(await refusal(bot.query('GRANT nope TO app')), { code: '42704', message: 'role/user nope does not exist' });
  assert.deepEqual(await refusal(bot.query('GRANT analytics_reader TO nope')), {
    code: '42704',
    message: 'role/user nope does not exist',
  });
  assert.deepEqual(await refusal(bot.query('GRANT createrole TO app')), {
    code: '42704',
    message: 'role/user createrole does not exist',
    hint: `CREATEROLE is a role option, try using ALTER ROLE to change a role's options.`,
  });
  assert.equal((await refusal(bot.query('DROP USER nope'))).code, '42704');
  await bot.query('DROP USER IF EXISTS nope');
});

test('No role is a member of itself, and no circle is made (0LP01).', async () => {
  assert.deepEqual(await refusal(root.query('GRANT analytics_reader TO analytics_reader')), {
    code: '0LP01',
    message: 'analytics_reader cannot be a member of itself',
  });
  await root.query('CREATE ROLE t_a; CREATE ROLE t_b; GRANT t_a TO t_b');
  assert.deepEqual(await refusal(root.query('GRANT t_b TO t_a')), {
    code: '0LP01',
    message: 'making t_a a member of t_b would create a cycle',
  });
});

test('CREATEROLE hands out every role but admin and those that lead to admin (PR 104376).', async () => {
  assert.deepEqual(await refusal(bot.query('GRANT admin TO app')), {
    code: '42501',
    message: 'crdb_access must have admin option on role "admin"',
  });
  await root.query('CREATE ROLE t_power');
  await root.query('GRANT admin TO t_power');
  assert.deepEqual(await refusal(bot.query('GRANT t_power TO app')), {
    code: '42501',
    message: 'crdb_access must have admin option on role "t_power"',
  });
  assert.deepEqual(await refusal(app.query('GRANT analytics_reader TO app')), {
    code: '42501',
    message: 'app must have CREATEROLE or have admin option on role "analytics_reader"',
  });
  await root.query('GRANT reporting_reader TO app WITH ADMIN OPTION');
  assert.equal(await tag(app, 'GRANT reporting_reader TO metabase'), 'GRANT');
  assert.deepEqual(await refusal(root.query('REVOKE admin FROM root')), {
    code: '55006',
    message: 'role/user root cannot be removed from role admin or lose the ADMIN OPTION',
  });
});

test('An admin can be altered and dropped by admins only, and the special ones by nobody.', async () => {
  await bot.query('CREATE USER t_boss');
  await root.query('GRANT admin TO t_boss');
  assert.equal(
    (await refusal(bot.query('ALTER USER t_boss WITH NOLOGIN'))).message,
    'only users with the admin role are allowed to alter another admin',
  );
  assert.equal((await refusal(bot.query('DROP USER t_boss'))).message, 'must be superuser to drop superusers');
  assert.deepEqual(await refusal(root.query('ALTER ROLE admin WITH NOLOGIN')), {
    code: '42501',
    message: 'cannot edit admin role',
  });
  assert.equal((await refusal(root.query('DROP ROLE admin'))).message, 'cannot drop special role admin');
  assert.equal((await refusal(root.query('DROP USER root'))).message, 'cannot drop special user root');
  await root.query('DROP USER t_boss');
});

test('A user that owns or was granted something is not dropped (2BP01), in whatever database it is.', async () => {
  const inAnalytics = await r.connect('root', 'analytics');
  await root.query('CREATE USER t_owner');
  await inAnalytics.query('GRANT SELECT ON TABLE events TO t_owner');
  assert.deepEqual(await refusal(root.query('DROP USER t_owner')), {
    code: '2BP01',
    message: 'cannot drop role/user t_owner: grants still exist on analytics.public.events',
  });
  await inAnalytics.query('REVOKE SELECT ON TABLE events FROM t_owner');
  const owner = await r.connect('t_owner');
  await owner.query('CREATE TABLE mine (id int8 PRIMARY KEY)');
  assert.deepEqual(await refusal(root.query('DROP USER t_owner')), {
    code: '2BP01',
    message: 'role t_owner cannot be dropped because some objects depend on it\nowner of table defaultdb.public.mine',
  });
  await owner.query('DROP TABLE mine');
  await root.query('DROP USER t_owner');
});

test('System privileges are given by admins and are inherited through roles; role options are not.', async () => {
  assert.equal((await refusal(bot.query('GRANT SYSTEM VIEWACTIVITY TO app'))).code, '42501');
  await root.query('CREATE ROLE t_creators WITH CREATEROLE CREATELOGIN');
  await root.query('GRANT t_creators TO metabase');
  const metabase = await r.connect('metabase');
  assert.equal((await refusal(metabase.query('CREATE USER t_y'))).code, '42501');
  await root.query('GRANT SYSTEM CREATEROLE, CREATELOGIN TO t_creators');
  await metabase.query('CREATE USER t_y');
  await root.query('REVOKE SYSTEM CREATEROLE FROM t_creators');
  assert.equal((await refusal(metabase.query('DROP USER t_y'))).code, '42501');
  assert.deepEqual(await rows(root, 'SHOW SYSTEM GRANTS FOR t_creators'), [['t_creators', 'CREATELOGIN', false]]);
});

test('The system privilege NOSQLLOGIN keeps its holder out, ALL does not.', async () => {
  await root.query('CREATE USER t_visitor');
  await root.query('GRANT SYSTEM ALL TO t_visitor');
  await r.connect('t_visitor');
  await root.query('GRANT SYSTEM NOSQLLOGIN TO t_visitor');
  assert.deepEqual(await refusal(r.connect('t_visitor')), { code: '28000', message: 't_visitor does not have login privilege' });
});

test('A role change inside an explicit transaction is refused by the stand-in, and fails the transaction.', async () => {
  await bot.query('BEGIN');
  assert.equal((await refusal(bot.query('CREATE USER t_z'))).code, '0A000');
  assert.equal((await refusal(bot.query('SELECT 1'))).code, '25P02');
  await bot.query('ROLLBACK');
});
