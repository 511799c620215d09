/**
 * The closed list of statements, and the protocol around it. Sources: pkg/sql/parser (what CockroachDB's grammar has), pkg/sql/scanner,
 * pkg/sql/authorization.go, pkg/sql/pgwire; PostgreSQL docs, "Message Flow".
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitStatements } from '../../src/sandbox/cockroach/sql/tokens.ts';
import { refusal, rig, rows } from './cockroach-rig.ts';

const r = await rig();
const root = await r.connect('root');
const bot = await r.connect('crdb_access');
const app = await r.connect('app', 'analytics');

for (const sql of ['LISTEN x', 'NOTIFY x', 'VACUUM', 'LOCK TABLE events', 'CHECKPOINT', 'REINDEX TABLE events', '?']) {
  test(`CockroachDB's grammar does not have it, so neither does the stand-in: ${sql}`, async () => {
    assert.match(JSON.stringify(await refusal(app.query(sql))), /"42601".*syntax error/);
  });
}

for (const sql of [
  'DO $$ BEGIN END $$',
  'COPY events TO STDOUT',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'CREATE TEMP TABLE t (n int8)',
  'PREPARE p AS LISTEN x',
  'EXECUTE p',
  'SET ROLE root',
  'SET SESSION AUTHORIZATION root',
  'CALL f()',
  'UPSERT INTO events VALUES (1)',
  'ALTER SYSTEM SET fsync = off',
  'SHOW COLUMNS FROM events',
]) {
  test(`What the stand-in does not know it says it does not know, to root too: ${sql}`, async () => {
    assert.equal((await refusal(root.query(sql))).code, '0A000');
    assert.equal((await refusal(root.query({ text: sql, values: [] }))).code, '0A000');
  });
}

for (const call of [
  `pg_read_file('/etc/passwd')`,
  `pg_ls_dir('/')`,
  'pg_advisory_lock(1)',
  'pg_reload_conf()',
  `lo_import('/etc/passwd')`,
  `"pg_read_file"('/etc/passwd')`,
  `query_to_xml('select 1', true, true, '')`,
  `dblink('x')`,
]) {
  test(`Functions of PostgreSQL alone are unknown: ${call}`, async () => {
    assert.equal((await refusal(root.query(`SELECT ${call}`))).code, '42883');
  });
}

test('Session variables are those of CockroachDB: unknown ones are 42704, its own switches work, timeouts print in milliseconds.', async () => {
  assert.deepEqual(await refusal(app.query('SET work_mem = 1')), {
    code: '42704',
    message: 'unrecognized configuration parameter "work_mem"',
  });
  await app.query('SET autocommit_before_ddl = false');
  assert.deepEqual(await rows(app, 'SHOW autocommit_before_ddl'), [['off']]);
  await app.query(`SET statement_timeout = '15s'`);
  assert.deepEqual(await rows(app, 'SHOW statement_timeout'), [['15000']]);
  await app.query('RESET statement_timeout');
  assert.deepEqual(await rows(app, 'SHOW transaction_isolation'), [['serializable']]);
});

test('A table is said not to be allowed in CockroachDB’s words, by verb.', async () => {
  await root.query('CREATE USER t_nobody');
  const nobody = await r.connect('t_nobody', 'analytics');
  for (const [verb, sql] of [
    ['SELECT', 'SELECT * FROM customers'],
    ['INSERT', `INSERT INTO customers VALUES (9, 'x', 'x')`],
    ['UPDATE', `UPDATE customers SET name = 'x'`],
    ['DELETE', 'DELETE FROM customers'],
  ]) {
    assert.deepEqual(await refusal(nobody.query(sql as string)), {
      code: '42501',
      message: `user t_nobody does not have ${verb} privilege on relation customers`,
    });
  }
});

test('Nobody gets out of their user: not by RESET, not by DISCARD, not through the search path.', async () => {
  assert.equal((await refusal(app.query('RESET SESSION AUTHORIZATION'))).code, '0A000');
  assert.equal((await refusal(app.query('RESET ROLE'))).code, '0A000');
  await app.query('DISCARD ALL');
  assert.deepEqual(await rows(app, 'SELECT current_user'), [['app']]);
  assert.equal((await refusal(app.query('SELECT * FROM pg_catalog.pg_authid'))).code, '42501');
});

test('Several statements in one query run in order, stop at the first error, and are one transaction where PostgreSQL runs them.', async () => {
  const results = (await root.query('SELECT 1 AS a; SHOW CLUSTER SETTING cluster.organization; SELECT 2 AS b')) as unknown as {
    rows: unknown[];
  }[];
  assert.deepEqual(
    results.map((result) => result.rows.length),
    [1, 1, 1],
  );
  const owner = await r.connect('root', 'analytics');
  await refusal(owner.query(`INSERT INTO customers VALUES (50, 'x', 'x'); SELECT 1/0`));
  assert.deepEqual(await rows(owner, 'SELECT count(*)::int FROM customers WHERE id = 50'), [[0]]);
  assert.equal((await refusal(root.query('SHOW USERS; SELECT 1/0; CREATE USER t_never'))).code, '22012');
  assert.deepEqual(await rows(root, `SELECT username FROM [SHOW USERS] WHERE username = 't_never'`), []);
});

test('After an error in the extended protocol the session goes on in step, whoever made the error.', async () => {
  for (const text of [
    'SHOW CLUSTER SETTING nope.nope',
    'SELECT * FROM nope',
    'CREATE USER "o\'brien"',
    'LISTEN x',
    `SELECT 'open`,
  ]) {
    await refusal(bot.query({ text, values: [] }));
    assert.deepEqual(await rows(bot, 'SELECT $1::text', ['still here']), [['still here']]);
  }
});

test('A large result comes whole, and fifty sessions at once are served.', async () => {
  const big = await rows(app, `SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) AS n`);
  assert.equal(big.length, 5000);
  const clients = await Promise.all(Array.from({ length: 50 }, () => r.connect('app', 'analytics')));
  const counts = await Promise.all(clients.map((client) => rows(client, 'SELECT count(*)::int FROM events')));
  assert.ok(counts.every((found) => found[0]?.[0] === 24));
  await Promise.all(clients.map((client) => client.end()));
});

test('SHOW DATABASES and SHOW TABLES list what is there, and nothing of the stand-in’s own.', async () => {
  const databases = (await rows(bot, 'SHOW DATABASES')).map(([name]) => name);
  assert.deepEqual(databases, ['analytics', 'billing', 'defaultdb', 'postgres', 'reporting']);
  const tables = await app.query('SHOW TABLES');
  assert.deepEqual(
    tables.rows.map((row: { table_name: string; owner: string }) => [row.table_name, row.owner]),
    [
      ['customers', 'root'],
      ['events', 'root'],
    ],
  );
});

test('SHOW TABLES FROM takes a database, a schema, or both, from any session (pkg/sql/delegate/show_tables.go).', async () => {
  const named = async (from: string) => (await rows(root, `SHOW TABLES FROM ${from}`)).map((row) => row[1]);
  assert.deepEqual(await named('analytics'), ['customers', 'events']);
  assert.deepEqual(await named('analytics.public'), ['customers', 'events']);
  assert.deepEqual(await named('public'), []);
  assert.deepEqual(
    (await rows(app, 'SHOW TABLES FROM public')).map((row) => row[1]),
    ['customers', 'events'],
  );
  await assert.rejects(root.query('SHOW TABLES FROM t_nothing.public'), { code: '42704' });
});

test('A database that root makes knows CockroachDB’s version too.', async () => {
  await root.query('CREATE DATABASE t_new');
  const inside = await r.connect('root', 't_new');
  assert.match(String((await rows(inside, 'SELECT version()'))[0]?.[0]), /^CockroachDB CCL/);
  assert.match(String((await rows(inside, 'SELECT pg_catalog.version()'))[0]?.[0]), /^CockroachDB CCL/);
});

test('A quoted name survives any string (property).', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), async (name) => {
      fc.pre(!name.includes('\0'));
      const found = await app.query(`SELECT 1 AS "${name.replaceAll('"', '""')}"`);
      assert.equal(found.fields[0]?.name, name);
    }),
    { numRuns: 60 },
  );
});

test('The stand-in cuts SQL where CockroachDB’s scanner does: strings, names, dollar quotes and nested comments hide semicolons.', () => {
  const cut = (sql: string): string[] => splitStatements(sql).map(({ text }) => text);
  assert.deepEqual(cut(`a ';' ; b "x;""y" ; c $t$ ; $$ $t$ ; d -- ; e\n; /* ; /* ; */ ; */ f ; E'\\';' ;;`), [
    `a ';'`,
    `b "x;""y"`,
    'c $t$ ; $$ $t$',
    'd',
    'f',
    `E'\\';'`,
  ]);
  for (const open of [`'x`, '"x', '/* /* */', '$a$ $b$']) assert.throws(() => cut(open), { sqlstate: '42601' });
});

test('Any text is cut into tokens that lie in it in order, or refused, and never hangs (property).', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (sql) => {
      try {
        for (const { text, tokens } of splitStatements(sql)) {
          let at = 0;
          for (const token of tokens) {
            assert.ok(token.start >= at && token.end > token.start && token.end <= text.length);
            at = token.end;
          }
        }
      } catch (error) {
        assert.equal((error as { sqlstate?: string }).sqlstate, '42601');
      }
    }),
    { numRuns: 2000 },
  );
});
