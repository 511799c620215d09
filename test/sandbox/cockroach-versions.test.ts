/**
 * The stand-in as each version: what must differ, version by version, written out. Sources: the pull requests that src/core/cluster/releases.ts
 * names row by row, field note cockroachdb-login §0, §1.1, §1.2, §2.2, §2.3, §3.2, §5.2, §5.4; for the internals unsafesql_test.go@25c905978456
 * (TestAccessCheckServer), docs v26.1/crdb-internal.md and PR 158085.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { played, readVersion } from '../../src/sandbox/cockroach/version.ts';
import { refusal, rig, rows, signer } from './cockroach-rig.ts';

const jwt = 'server.jwt_authentication.';
const restricted = 'Access to crdb_internal and system is restricted.';
const notPlayed = /^the CockroachDB stand-in does not know this: /;

interface Expected {
  readonly version: (typeof played)[number];
  /** Settings that this version knows, of those that came and went. */
  readonly knows: readonly string[];
  /** The name that the issuers are listed under, and whether the old one is answered with a NOTICE. */
  readonly issuers: string;
  /** Whether SHOW CLUSTER SETTINGS has the settings of JWT login without ALL. */
  readonly listed: boolean;
  readonly issuerMap: boolean;
  /** In front of what is wrong with a value. */
  readonly wrong: string;
  /** Type of the options in SHOW USERS, and whether there is a last login. */
  readonly options: 'text' | 'text[]';
  /** What somebody with CREATEROLE alone is told who grants a role; null: it is done. */
  readonly grants: string | null;
  /** SHOW allow_unsafe_internals; null: it is unknown. */
  readonly internals: 'on' | 'off' | null;
  /** A token with a wrong issuer and a wrong signature: what is found first. */
  readonly first: readonly [error: string, detail: string | undefined];
  /** SQLSTATE for a user that is not there. */
  readonly unknownUser: string;
  /** Whether a row of the identity map in other case matches. */
  readonly anyCase: boolean;
}

const newer = ['jwks_auto_fetch.enabled', 'issuers.custom_ca', 'client.timeout', 'authorization.enabled', 'group_claim'].map(
  (n) => jwt + n,
);
const cameAndWent = [
  ...newer,
  'security.provisioning.jwt.enabled',
  'server.redact_sensitive_settings.enabled',
  'sql.override.allow_unsafe_internals.enabled',
];
const [fetching, redaction, provisioning, override] = [
  newer[0] ?? '',
  cameAndWent[6] ?? '',
  cameAndWent[5] ?? '',
  cameAndWent[7] ?? '',
];
const unknownFirst = ['JWT authentication: invalid issuer', 'token issued by other'] as const;

const table: readonly Expected[] = [
  {
    version: 'v23.1.5',
    knows: [],
    issuers: `${jwt}issuers`,
    listed: false,
    issuerMap: false,
    wrong: '',
    options: 'text',
    grants: 'crdb_access is not a superuser or role admin for role analytics_reader',
    internals: null,
    first: ['JWT authentication: invalid token', undefined],
    unknownUser: '28P01',
    anyCase: false,
  },
  {
    version: 'v24.1.8',
    knows: [fetching, redaction],
    issuers: `${jwt}issuers`,
    listed: false,
    issuerMap: true,
    wrong: '',
    options: 'text',
    grants: null,
    internals: null,
    first: unknownFirst,
    unknownUser: '28P01',
    anyCase: false,
  },
  {
    version: 'v25.2.4',
    knows: [...newer.slice(0, 3), redaction],
    issuers: `${jwt}issuers.configuration`,
    listed: true,
    issuerMap: true,
    wrong: `invalid value for ${jwt}issuers.configuration: `,
    options: 'text',
    grants: null,
    internals: null,
    first: unknownFirst,
    unknownUser: '28000',
    anyCase: false,
  },
  {
    version: 'v25.4.2',
    knows: [...newer, provisioning, redaction],
    issuers: `${jwt}issuers.configuration`,
    listed: true,
    issuerMap: true,
    wrong: `invalid value for ${jwt}issuers.configuration: `,
    options: 'text[]',
    grants: null,
    internals: 'on',
    first: unknownFirst,
    unknownUser: '28000',
    anyCase: false,
  },
  {
    version: 'v26.1.0',
    knows: [...newer, provisioning, redaction, override],
    issuers: `${jwt}issuers.configuration`,
    listed: true,
    issuerMap: true,
    wrong: `invalid value for ${jwt}issuers.configuration: `,
    options: 'text[]',
    grants: null,
    internals: 'off',
    first: unknownFirst,
    unknownUser: '28000',
    anyCase: true,
  },
];

test('Every version that is said to be tested is.', () => {
  assert.deepEqual(
    table.map(({ version }) => version),
    played,
  );
});

const r = await rig({ version: played[0] });
const [key, stranger] = [await signer('k1'), await signer('k1')];
const claims = { iss: 'iss', aud: 'api', upn: 'alice@x.com' };

async function noticesOf(client: pg.Client, sql: string): Promise<string[]> {
  const seen: string[] = [];
  const note = (notice: { message?: string | undefined }): number => seen.push(notice.message ?? '');
  client.on('notice', note);
  await client.query(sql);
  client.off('notice', note);
  return seen;
}
const isKnown = async (client: pg.Client, setting: string): Promise<boolean> =>
  await client.query(`SHOW CLUSTER SETTING ${setting}`).then(
    () => true,
    (error: unknown) => {
      assert.equal((error as Error).message, `unknown setting: "${setting}"`);
      return false;
    },
  );

for (const expected of table) {
  const { version } = expected;
  test(`As ${version} it has the settings, listings, privileges, logins and internals of that version.`, async (t) => {
    await r.restart({ version });
    const root = await r.connect('root');
    const bot = await r.connect('crdb_access');
    const set = (name: string, value: string): Promise<unknown> => root.query(`SET CLUSTER SETTING ${name} = $1`, [value]);

    await t.test('its banner', async () => {
      assert.match(String((await rows(root, 'SELECT version()'))[0]?.[0]), new RegExp(`^CockroachDB CCL ${version} \\(`));
    });

    await t.test('the settings that it knows', async () => {
      for (const name of cameAndWent) assert.equal(await isKnown(root, name), expected.knows.includes(name), name);
      const all = (await rows(bot, 'SHOW ALL CLUSTER SETTINGS')).map(([name]) => String(name));
      assert.deepEqual(
        cameAndWent.filter((name) => all.includes(name)),
        cameAndWent.filter((name) => expected.knows.includes(name)),
      );
    });

    await t.test('which of them are public, and in which columns', async () => {
      const { fields, rows: listed } = await bot.query<{ variable: string }>('SHOW CLUSTER SETTINGS');
      assert.deepEqual(
        fields.map(({ name }) => name),
        ['variable', 'value', 'setting_type', 'description', 'default_value', 'origin'],
      );
      const names = listed.map(({ variable }) => variable);
      assert.equal(names.includes(`${jwt}enabled`), expected.listed);
      assert.equal(names.includes(expected.issuers), expected.listed);
      assert.ok(names.includes('server.identity_map.configuration') && !names.includes(override));
    });

    await t.test('the names of the issuers', async () => {
      const old = `${jwt}issuers`;
      const notice = `"${old}" is now an alias for "${expected.issuers}", the preferred setting name`;
      assert.deepEqual(await noticesOf(root, `SET CLUSTER SETTING ${old} = 'iss'`), expected.issuers === old ? [] : [notice]);
      assert.deepEqual(await noticesOf(root, `SHOW CLUSTER SETTING ${old}`), expected.issuers === old ? [] : [notice]);
      assert.equal(await isKnown(root, `${jwt}issuers.configuration`), expected.issuers !== old);
      const map = set(old, '{"issuer_jwks_map":{"iss":"https://b"}}');
      if (expected.issuerMap) await map;
      else assert.match((await refusal(map)).message, /^JWT authentication issuers JSON not valid: /);
      assert.ok((await refusal(set(old, '123'))).message.startsWith(`${expected.wrong}JWT authentication`));
      await set(old, 'iss');
    });

    await t.test('SHOW USERS', async () => {
      const { fields, rows: users } = await bot.query<{ username: string; options: string | string[] }>('SHOW USERS');
      const modern = expected.options === 'text[]';
      assert.deepEqual(
        fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
        [
          ['username', 25],
          ['options', modern ? 1009 : 25],
          ['member_of', 1009],
          ...(modern ? [['estimated_last_login_time', 1184]] : []),
        ],
      );
      const options = ['CREATELOGIN', 'CREATEROLE'];
      const own = users.find(({ username }) => username === 'crdb_access');
      assert.deepEqual(own?.options, modern ? options : options.join(', '));
    });

    await t.test('who may grant a role', async () => {
      const grant = bot.query('GRANT analytics_reader TO app');
      if (expected.grants === null) await grant;
      else assert.deepEqual(await refusal(grant), { code: '42501', message: expected.grants });
      await root.query('REVOKE analytics_reader FROM app');
      assert.deepEqual(
        (await rows(bot, 'SHOW SYSTEM GRANTS FOR crdb_access')).map(([, privilege]) => privilege),
        ['VIEWCLUSTERSETTING'],
      );
    });

    await t.test('the order of a login, and whose rows match', async () => {
      await root.query('CREATE USER IF NOT EXISTS alice');
      await set('server.identity_map.configuration', 'iss /^([a-z]+)@x\\.com$ \\1');
      for (const [name, value] of [
        ['jwks', JSON.stringify(key.jwk)],
        ['audience', 'api'],
        ['claim', 'upn'],
        ['enabled', 'true'],
      ]) {
        await set(`${jwt}${name}`, value ?? '');
      }
      const refused = async (given: string, user = 'alice') => await refusal(r.withToken(user, given).connect());
      const [message, detail] = expected.first;
      assert.deepEqual(await refused(await stranger.token({ ...claims, iss: 'other' })), {
        code: '28000',
        message,
        ...(detail === undefined ? {} : { detail }),
      });
      const nobody = await refused(await key.token({ ...claims, upn: 'nobody@x.com' }), 'nobody');
      assert.deepEqual(nobody, { code: expected.unknownUser, message: 'password authentication failed for user nobody' });
      await r.withToken('alice', await key.token(claims)).connect();
      const shouting = await key.token({ ...claims, upn: 'ALICE@X.COM' });
      if (expected.anyCase) await r.withToken('alice', shouting).connect();
      else {
        assert.deepEqual(await refused(shouting), {
          code: '28000',
          message: 'JWT authentication: invalid principal',
          detail: 'the value [ALICE@X.COM] for the issuer iss is invalid',
        });
      }
    });

    await t.test('the gate before its internals', async () => {
      const variable = 'allow_unsafe_internals';
      const unknown = `unrecognized configuration parameter "${variable}"`;
      if (expected.internals === null) {
        assert.deepEqual(await refusal(root.query(`SHOW ${variable}`)), { code: '42704', message: unknown });
        assert.equal((await refusal(root.query(`SET ${variable} = true`))).code, '42704');
      } else assert.deepEqual(await rows(root, `SHOW ${variable}`), [[expected.internals]]);
      const said = async (sql: string): Promise<string> => (await refusal(root.query(sql))).message;
      const inside = [
        'SELECT * FROM system.namespace',
        'SELECT * FROM crdb_internal.gossip_alerts',
        'SELECT crdb_internal.cluster_id()',
        `SELECT name FROM "system"."public"."users" WHERE true`,
        'SELECT 1 FROM defaultdb.crdb_internal.cluster_settings',
      ];
      for (const sql of inside) {
        if (expected.internals === 'off') assert.equal(await said(sql), restricted, sql);
        else assert.match(await said(sql), notPlayed, sql);
      }
      assert.match(await said('SELECT * FROM crdb_internal.zones'), notPlayed, 'open to everybody');
      for (const sql of [
        'SHOW USERS',
        'SHOW DATABASES',
        'SHOW GRANTS',
        'SELECT * FROM [SHOW USERS]',
        `SELECT 'system.namespace'`,
      ])
        await root.query(sql);
    });
  });
}

test('Refused internals come with CockroachDB’s SQLSTATE and hint, also when they are prepared; a session may open them for itself, a setting for all.', async () => {
  const [root, other] = [await r.connect('root'), await r.connect('app')];
  const sql = 'SELECT * FROM system.namespace';
  const refused = {
    code: '42501',
    message: restricted,
    hint: 'These interfaces are unsupported in production. To proceed, set the session variable allow_unsafe_internals = true (not recommended), or contact Cockroach Labs for a supported alternative.',
  };
  assert.deepEqual(await refusal(root.query(sql)), refused);
  assert.deepEqual(await refusal(root.query(`${sql} WHERE id = $1`, [1])), refused);
  await root.query('SET allow_unsafe_internals = true');
  assert.match((await refusal(root.query(sql))).message, notPlayed);
  assert.deepEqual(await refusal(other.query(sql)), refused);
  await root.query('RESET allow_unsafe_internals');
  assert.deepEqual(await refusal(root.query(sql)), refused);
  await root.query(`SET CLUSTER SETTING ${override} = true`);
  assert.match((await refusal(other.query(sql))).message, notPlayed);
  await root.query(`RESET CLUSTER SETTING ${override}`);
  assert.deepEqual(await refusal(other.query(sql)), refused);
});

test('A version is read as CockroachDB writes its own, and what is none is refused before anything is started.', async () => {
  assert.equal(readVersion('24.1'), 'v24.1.0');
  assert.equal(readVersion('v25.4.2'), 'v25.4.2');
  for (const wrong of ['', 'banana', 'v24', '24.1.8.1', 'v24.1.8-rc.1', 'CockroachDB CCL v24.1.8', 'latest'])
    assert.throws(() => readVersion(wrong), { message: `"${wrong}" is no version of CockroachDB; write one as v24.1.8` });
  for (const old of ['v22.2.0', '9.6', 'v23.0.0'])
    assert.throws(() => readVersion(old), { message: `"${old}" is older than the stand-in plays: v23.1.0 and later` });
  await assert.rejects(r.restart({ version: 'banana' }), { message: /is no version of CockroachDB/ });
  await r.restart();
});
