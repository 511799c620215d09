/**
 * SHOW GRANTS as CockroachDB answers it. Sources: pkg/sql/delegate/show_grants.go at v23.1, v24.1 and v24.3; docs, "SHOW GRANTS" and
 * "Authorization"; the pull requests named in the tests.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, rig, rows } from './cockroach-rig.ts';

const r = await rig();
const root = await r.connect('root', 'analytics');
const bot = await r.connect('crdb_access', 'analytics');

const publics = [
  ['analytics', null, null, 'database', 'public', 'CONNECT', false],
  ['analytics', 'public', null, 'schema', 'public', 'CREATE', false],
  ['analytics', 'public', null, 'schema', 'public', 'USAGE', false],
];

test("A role that the bot is no member of is listed with its privileges in the session's database, and with what everybody has (PR 126866).", async () => {
  const { fields } = await bot.query('SHOW GRANTS FOR analytics_reader');
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['database_name', 'schema_name', 'object_name', 'object_type', 'grantee', 'privilege_type', 'is_grantable'],
  );
  assert.deepEqual(await rows(bot, 'SHOW GRANTS FOR analytics_reader'), [
    ...publics,
    ['analytics', 'public', 'customers', 'table', 'analytics_reader', 'SELECT', false],
    ['analytics', 'public', 'events', 'table', 'analytics_reader', 'SELECT', false],
  ]);
  assert.deepEqual(await rows(bot, 'SHOW GRANTS FOR billing_reader'), publics, 'nothing of other databases');
});

test('What a role inherits is listed under the role that carries it (PR 104119; docs v26.2, "SHOW GRANTS").', async () => {
  await root.query('CREATE ROLE t_team; GRANT analytics_reader TO t_team');
  await root.query('GRANT SELECT, UPDATE ON events TO t_team');
  const found = (await rows(bot, 'SHOW GRANTS FOR t_team')).map(([, , object, , grantee, privilege]) => [
    object,
    grantee,
    privilege,
  ]);
  assert.deepEqual(
    found.filter(([, grantee]) => grantee !== 'public'),
    [
      ['customers', 'analytics_reader', 'SELECT'],
      ['events', 'analytics_reader', 'SELECT'],
      ['events', 't_team', 'SELECT'],
      ['events', 't_team', 'UPDATE'],
    ],
  );
});

test('admin, root and the owner have ALL, and so has whoever was given ALL (docs, "Authorization").', async () => {
  const all = await rows(bot, 'SHOW GRANTS FOR admin, root');
  for (const grantee of ['admin', 'root']) {
    const has = all.filter((row) => row[4] === grantee).map((row) => [row[2], row[5], row[6]]);
    assert.deepEqual(has, [
      [null, 'ALL', true],
      [null, 'ALL', true],
      ['customers', 'ALL', true],
      ['events', 'ALL', true],
    ]);
  }
  await root.query('CREATE ROLE t_all');
  await root.query('GRANT ALL ON customers TO t_all');
  assert.deepEqual((await rows(bot, 'SHOW GRANTS FOR t_all')).at(-1)?.slice(2), ['customers', 'table', 't_all', 'ALL', false]);
});

test('ON DATABASE has three columns, from any session; a database or a role that is not there is an error.', async () => {
  const elsewhere = await r.connect('crdb_access');
  assert.deepEqual(await rows(elsewhere, 'SHOW GRANTS ON DATABASE analytics'), [
    ['analytics', 'admin', 'ALL', true],
    ['analytics', 'public', 'CONNECT', false],
    ['analytics', 'root', 'ALL', true],
  ]);
  assert.equal((await refusal(bot.query('SHOW GRANTS ON DATABASE t_nothing'))).code, '3D000');
  assert.deepEqual(await refusal(bot.query('SHOW GRANTS FOR t_nobody')), {
    code: '42704',
    message: 'role/user t_nobody does not exist',
  });
  assert.equal((await refusal(bot.query('SHOW GRANTS ON TABLE events'))).code, '0A000');
});

test('Without CONNECT on the database, only what one has a privilege on is seen (userCanSeeDescriptor; issue 59827).', async () => {
  await root.query('CREATE USER t_outsider');
  const outsider = await r.connect('t_outsider', 'analytics');
  const tables = async (): Promise<unknown[]> =>
    (await rows(outsider, 'SHOW GRANTS FOR app')).filter((row) => row[4] === 'app').map((row) => row[2]);
  assert.deepEqual([...new Set(await tables())], ['customers', 'events']);
  await root.query('REVOKE CONNECT ON DATABASE analytics FROM public');
  await root.query('GRANT SELECT ON events TO t_outsider');
  assert.deepEqual([...new Set(await tables())], ['events']);
  await root.query('GRANT CONNECT ON DATABASE analytics TO t_outsider');
  assert.deepEqual([...new Set(await tables())], ['customers', 'events']);
  await root.query('GRANT CONNECT ON DATABASE analytics TO public');
});

test('SHOW SYSTEM GRANTS tells anybody, with what is inherited (PR 104732, PR 104119).', async () => {
  await root.query(
    'CREATE ROLE t_watchers; GRANT SYSTEM VIEWACTIVITY TO t_watchers; CREATE ROLE t_night; GRANT t_watchers TO t_night',
  );
  assert.deepEqual(await rows(bot, 'SHOW SYSTEM GRANTS FOR t_night'), [['t_watchers', 'VIEWACTIVITY', false]]);
});

test('Before v24.3, v24.1, v23.1.4 and v23.1.3 it says less: no public, no type, no system privileges to non-admins, nothing inherited.', async () => {
  const own = ['t_team', 'events', 'UPDATE'];
  const played: readonly (readonly [version: string, columns: number, publics: boolean, inherited: boolean, system: boolean])[] =
    [
      ['v24.2.0', 7, false, true, true],
      ['v23.2.0', 6, false, true, true],
      ['v23.1.2', 6, false, false, false],
    ];
  for (const [version, columns, everybody, inherited, system] of played) {
    await r.restart({ version });
    const old = await r.connect('crdb_access', 'analytics');
    const { fields } = await old.query('SHOW GRANTS FOR t_team');
    assert.equal(fields.length, columns, version);
    assert.equal(fields[2]?.name, columns === 7 ? 'object_name' : 'relation_name');
    const found = (await rows(old, 'SHOW GRANTS FOR t_team')).map((row) => [row.at(-3), row[2], row.at(-2)]);
    assert.ok(
      found.some((row) => row.join() === own.join()),
      version,
    );
    assert.equal(
      found.some(([grantee]) => grantee === 'public'),
      everybody,
      version,
    );
    assert.equal(
      found.some(([grantee]) => grantee === 'analytics_reader'),
      inherited,
      version,
    );
    const asked = old.query('SHOW SYSTEM GRANTS FOR t_night');
    if (system) await asked;
    else assert.equal((await refusal(asked)).code, '42501');
  }
});
