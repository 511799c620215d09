/**
 * Cluster settings. Sources: pkg/sql/set_cluster_setting.go, pkg/ccl/jwtauthccl/settings.go@98cdac4aaec0 and settings_test.go@50a0043f7f99,
 * logic_test/cluster_settings@0017defd4fb3, PR 128170 (public), PR 128178 (rename), PR 105452 (columns), PR 115851 (redaction).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { refusal, rig, rows } from './cockroach-rig.ts';

const r = await rig();
let root = await r.connect('root');
let viewer = await r.connect('crdb_access');
let setter = await r.connect('crdb_access_settings');
const jwt = 'server.jwt_authentication.';
const show = async (client: pg.Client, name: string): Promise<unknown> =>
  (await rows(client, `SHOW CLUSTER SETTING ${name}`))[0]?.[0];

async function noticesOf(client: pg.Client, sql: string, values?: unknown[]): Promise<string[]> {
  const seen: string[] = [];
  const note = (notice: { message?: string | undefined }): number => seen.push(notice.message ?? '');
  client.on('notice', note);
  await client.query(sql, values);
  client.off('notice', note);
  return seen;
}

test('JWT login is unconfigured at the start.', async () => {
  assert.equal(await show(root, `${jwt}enabled`), false);
  assert.equal(await show(root, `${jwt}issuers`), '');
  assert.equal(await show(root, `${jwt}jwks`), '{"keys":[]}');
  assert.equal(await show(root, 'server.identity_map.configuration'), '');
});

test('SHOW CLUSTER SETTING gives one row and one column named after the setting; a bool is BOOL on the wire.', async () => {
  const bool = await viewer.query(`SHOW CLUSTER SETTING ${jwt}enabled`);
  assert.deepEqual(
    bool.fields.map((f) => [f.name, f.dataTypeID]),
    [[`${jwt}enabled`, 16]],
  );
  const text = await viewer.query({ text: `SHOW CLUSTER SETTING ${jwt}claim`, values: [] });
  assert.deepEqual(
    text.fields.map((f) => [f.name, f.dataTypeID]),
    [[`${jwt}claim`, 25]],
  );
  assert.equal(text.rows.length, 1);
});

test('A setting is set with a literal or a placeholder, read back at once by others, and RESET.', async () => {
  await setter.query(`SET CLUSTER SETTING ${jwt}claim = 'upn'`);
  assert.equal(await show(viewer, `${jwt}claim`), 'upn');
  await setter.query(`SET CLUSTER SETTING ${jwt}claim TO $1`, [`it's "x"`]);
  assert.equal(await show(viewer, `${jwt}claim`), `it's "x"`);
  await setter.query(`RESET CLUSTER SETTING ${jwt}claim`);
  assert.equal(await show(viewer, `${jwt}claim`), '');
  for (const [written, want] of [
    ['true', true],
    [`'off'`, false],
    ['on', true],
    ['DEFAULT', false],
  ] as const) {
    await setter.query(`SET CLUSTER SETTING ${jwt}enabled = ${written}`);
    assert.equal(await show(viewer, `${jwt}enabled`), want);
  }
});

test('The issuers go by a new name since v24.2; the old one works and is answered with a NOTICE.', async () => {
  const notice = `"${jwt}issuers" is now an alias for "${jwt}issuers.configuration", the preferred setting name`;
  assert.deepEqual(await noticesOf(setter, `SET CLUSTER SETTING ${jwt}issuers = $1`, ['issuer1']), [notice]);
  assert.deepEqual(await noticesOf(setter, `SET CLUSTER SETTING ${jwt}issuers.configuration = 'issuer2'`), []);
  assert.equal(await show(viewer, `${jwt}issuers`), 'issuer2');
  assert.equal(await show(viewer, `${jwt}issuers.configuration`), 'issuer2');
});

test('SET takes MODIFYCLUSTERSETTING, SHOW takes that or VIEWCLUSTERSETTING; 42501 otherwise.', async () => {
  const app = await r.connect('app');
  assert.deepEqual(await refusal(viewer.query(`SET CLUSTER SETTING ${jwt}claim = 'upn'`)), {
    code: '42501',
    message: `only users with the MODIFYCLUSTERSETTING privilege are allowed to set cluster setting '${jwt}claim'`,
  });
  assert.deepEqual(await refusal(app.query(`SHOW CLUSTER SETTING ${jwt}claim`)), {
    code: '42501',
    message: `only users with MODIFYCLUSTERSETTING or VIEWCLUSTERSETTING privileges are allowed to show cluster setting '${jwt}claim'`,
  });
  assert.match((await refusal(app.query('SHOW CLUSTER SETTINGS'))).message, /are allowed to SHOW CLUSTER SETTINGS$/);
  assert.equal(await show(setter, `${jwt}claim`), '');
});

test('An unknown setting is said to be unknown, in SET’s words and in SHOW’s.', async () => {
  assert.equal(
    (await refusal(setter.query(`SET CLUSTER SETTING server.nope = 'x'`))).message,
    `unknown cluster setting 'server.nope'`,
  );
  assert.equal((await refusal(viewer.query('SHOW CLUSTER SETTING server.nope'))).message, 'unknown setting: "server.nope"');
  assert.equal(
    (await refusal(viewer.query(`SHOW CLUSTER SETTING ${jwt}authorization.enabled`))).message,
    `unknown setting: "${jwt}authorization.enabled"`,
  );
});

test('SET is refused in an explicit transaction, which fails, and in a batch of several statements.', async () => {
  const message = 'SET CLUSTER SETTING cannot be used inside a multi-statement transaction';
  await setter.query('BEGIN');
  assert.equal((await refusal(setter.query(`SET CLUSTER SETTING ${jwt}claim = 'x'`))).message, message);
  assert.equal((await refusal(setter.query('SELECT 1'))).code, '25P02');
  await setter.query('ROLLBACK');
  assert.equal((await refusal(setter.query(`SELECT 1; SET CLUSTER SETTING ${jwt}claim = 'x'`))).message, message);
  assert.equal((await refusal(setter.query(`SET CLUSTER SETTING ${jwt}claim = 'x'; SELECT 1`))).message, message);
  assert.equal(await show(viewer, `${jwt}claim`), '');
});

const jwk = `{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`;
for (const [name, value, wrong] of [
  ['issuers', 'issuer1{}`[]!@#', null],
  ['issuers', '["a"]', null],
  ['issuers', '{"issuer_jwks_map":{"a":"https://b"}}', null],
  [
    'issuers',
    '{"redirect_urls": {"key":"http://example.com"}}',
    /^invalid value for server\.jwt_authentication\.issuers\.configuration: JWT authentication: issuers JSON not valid: /,
  ],
  ['audience', '[]', null],
  ['audience', '123', /JWT authentication audiences JSON not valid: /],
  ['jwks', '{"keys": []}', null],
  ['jwks', jwk, null],
  ['jwks', '', /JWT authentication JWKS not a valid JWKS: /],
  ['jwks', '{}', /JWT authentication JWKS not a valid JWKS: /],
  ['jwks', 'issuer1', /JWT authentication JWKS not a valid JWKS: /],
] as const) {
  test(`SET ${name} = ${value.slice(0, 50)} is ${wrong === null ? 'accepted' : 'refused'} (vectors 69 to 73).`, async () => {
    const set = setter.query(`SET CLUSTER SETTING ${jwt}${name} = $1`, [value]);
    if (wrong === null) await set;
    else assert.match((await refusal(set)).message, wrong);
  });
}

test('An identity map that can’t be parsed is refused with the line, and nothing is stored (vector 75).', async () => {
  const said = await refusal(setter.query(`SET CLUSTER SETTING server.identity_map.configuration = $1`, ['foo a b c']));
  assert.match(said.message, /unable to parse line 1: "foo a b c"/);
  assert.equal(await show(viewer, 'server.identity_map.configuration'), '');
});

test('A value of the wrong type is refused before it is looked at.', async () => {
  assert.deepEqual(await refusal(setter.query(`SET CLUSTER SETTING ${jwt}claim = 1`)), {
    code: '42804',
    message: `argument of ${jwt}claim must be type string, not type int`,
  });
  assert.equal((await refusal(setter.query(`SET CLUSTER SETTING ${jwt}enabled = 'perhaps'`))).code, '22P02');
});

test('SHOW CLUSTER SETTINGS has default_value and origin; SHOW ALL CLUSTER SETTINGS adds public.', async () => {
  const some = await viewer.query('SHOW CLUSTER SETTINGS');
  assert.deepEqual(
    some.fields.map((f) => f.name),
    ['variable', 'value', 'setting_type', 'description', 'default_value', 'origin'],
  );
  const all = await viewer.query('SHOW ALL CLUSTER SETTINGS');
  assert.deepEqual(
    all.fields.map((f) => f.name),
    ['variable', 'value', 'setting_type', 'public', 'description', 'default_value', 'origin'],
  );
  await setter.query(`SET CLUSTER SETTING ${jwt}claim = 'upn'`);
  const [claim] = await rows(
    viewer,
    `SELECT value, setting_type, default_value, origin FROM [SHOW CLUSTER SETTINGS] WHERE variable = '${jwt}claim'`,
  );
  assert.deepEqual(claim, ['upn', 's', '', 'override']);
});

test('With redaction on, the identity map is hidden from who can only look, and seen by who can change it.', async () => {
  await setter.query(`SET CLUSTER SETTING server.identity_map.configuration = 'iss a b'`);
  await setter.query('SET CLUSTER SETTING server.redact_sensitive_settings.enabled = true');
  assert.equal(await show(viewer, 'server.identity_map.configuration'), '<redacted>');
  assert.equal(await show(setter, 'server.identity_map.configuration'), 'iss a b');
  assert.equal(await show(viewer, `${jwt}claim`), 'upn');
  await setter.query('RESET CLUSTER SETTING server.redact_sensitive_settings.enabled');
});

async function as(version: string): Promise<void> {
  await r.restart({ version });
  [root, viewer, setter] = [await r.connect('root'), await r.connect('crdb_access'), await r.connect('crdb_access_settings')];
}

test('As v24.1 the JWT settings are not listed without ALL, and only the old name of the issuers is known; what was set is still set.', async () => {
  await as('v24.1.9');
  const listed = (await rows(viewer, 'SHOW CLUSTER SETTINGS')).map(([name]) => String(name));
  assert.equal(
    listed.some((name) => name.startsWith(jwt)),
    false,
  );
  const all = (await rows(viewer, 'SHOW ALL CLUSTER SETTINGS')).map(([name]) => String(name));
  assert.ok(all.includes(`${jwt}issuers`) && !all.includes(`${jwt}issuers.configuration`));
  assert.equal(
    (await refusal(setter.query(`SET CLUSTER SETTING ${jwt}issuers.configuration = 'x'`))).message,
    `unknown cluster setting '${jwt}issuers.configuration'`,
  );
  assert.deepEqual(await noticesOf(setter, `SET CLUSTER SETTING ${jwt}issuers = 'x'`), []);
  assert.equal(await show(viewer, `${jwt}claim`), 'upn');
  assert.match(String((await rows(root, 'SELECT version()'))[0]?.[0]), /^CockroachDB CCL v24\.1\.9 /);
});

test('As v25.4 there are the settings of role sync and provisioning, and SHOW USERS has arrays and a last login.', async () => {
  await as('v25.4.1');
  assert.equal(await show(viewer, `${jwt}authorization.enabled`), false);
  assert.equal(await show(viewer, 'security.provisioning.jwt.enabled'), false);
  const users = await viewer.query('SHOW USERS');
  assert.deepEqual(
    users.fields.map((f) => [f.name, f.dataTypeID]),
    [
      ['username', 25],
      ['options', 1009],
      ['member_of', 1009],
      ['estimated_last_login_time', 1184],
    ],
  );
  const bot = users.rows.find((row: { username: string }) => row.username === 'crdb_access') as { options: string[] };
  assert.deepEqual(bot.options, ['CREATELOGIN', 'CREATEROLE']);
});

test('As v23.1 CREATEROLE hands out no roles until the cluster says so (PR 104445), in that version’s words.', async () => {
  await as('v23.1.30');
  assert.deepEqual(await refusal(viewer.query('GRANT analytics_reader TO app')), {
    code: '42501',
    message: 'crdb_access is not a superuser or role admin for role analytics_reader',
  });
  await root.query('SET CLUSTER SETTING sql.auth.createrole_allows_grant_role_membership.enabled = true');
  await viewer.query('GRANT analytics_reader TO app');
  await root.query('CREATE ROLE t_power; GRANT admin TO t_power');
  assert.equal(
    (await refusal(viewer.query('GRANT t_power TO app'))).message,
    'crdb_access is not a superuser or role admin for role t_power',
  );
  assert.equal((await refusal(viewer.query('GRANT admin TO app'))).message, 'crdb_access is not a role admin for role admin');
});
