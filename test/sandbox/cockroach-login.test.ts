/** How people and programs get in. Sources: pkg/sql/pgwire/auth.go@013891ff333c, pre_serve_options.go@07b5ba3d335d, pkg/ccl/jwtauthccl/testdata/jwt@0258d8b9bed5. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import pg from 'pg';
import { authority } from '../../src/sandbox/certs.ts';
import { errorFields } from '../../src/sandbox/cockroach/backend.ts';
import { parseOptions } from '../../src/sandbox/cockroach/wire/startup.ts';
import { startupMessage } from '../../src/sandbox/cockroach/wire/messages.ts';
import { refusal, rig, rows, signer } from './cockroach-rig.ts';

const logins: Record<string, unknown>[] = [];
const r = await rig({
  watch: (when, what, facts) => {
    if (what === 'login' && when === 'after') logins.push({ ...facts });
  },
});
const issuer = 'https://login.microsoftonline.com/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/v2.0';
const key = await signer('k1');
const claims = { iss: issuer, aud: 'api', upn: 'Alice@contoso.com' };

async function configure(): Promise<void> {
  const root = await r.connect('root');
  for (const [name, value] of [
    ['jwt_authentication.jwks', JSON.stringify({ keys: [key.jwk] })],
    ['jwt_authentication.audience', 'api'],
    ['jwt_authentication.issuers', issuer],
    ['jwt_authentication.claim', 'upn'],
    ['jwt_authentication.enabled', 'true'],
    ['identity_map.configuration', `${issuer} /(?i)^([a-z0-9._-]+)@contoso\\.com$ \\1`],
  ]) {
    await root.query(`SET CLUSTER SETTING server.${name} = $1`, [value]);
  }
}

test('A start-up in clear is turned away: a secure cluster wants TLS (pkg/sql/pgwire/server.go).', async () => {
  const socket = connect(r.cluster.port, '127.0.0.1');
  socket.write(startupMessage({ user: 'root', database: 'defaultdb' }));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const said = errorFields(Buffer.concat(chunks).subarray(5));
  assert.deepEqual(
    [said.get('S'), said.get('C'), said.get('M')],
    ['FATAL', '08P01', 'node is running secure mode, SSL connection required'],
  );
});

test('root logs in with its client certificate through adminUrl as it is, and sees CockroachDB, not PostgreSQL.', async () => {
  const client = new pg.Client({ connectionString: r.cluster.adminUrl });
  await client.connect();
  const [[version, user]] = (await rows(client, 'SELECT version(), current_user')) as [[string, string]];
  await client.end();
  assert.match(version, /^CockroachDB CCL v25\.2\.4 \(/);
  assert.equal(user, 'root');
});

test('A certificate is good for the user in its common name alone, and only from the CA of the cluster.', async () => {
  const other = new URL(await r.cluster.clientUrl('app', 'defaultdb'));
  other.username = 'root';
  assert.deepEqual(await refusal(new pg.Client({ connectionString: other.href }).connect()), {
    code: '28000',
    message: 'certificate authentication failed for user "root"',
    detail: 'The client certificate is valid for "app" on all tenants.',
  });
  const foreign = await (await authority(`${r.ca.caFile}.d`, 'foreign')).client('root');
  const forged = new URL(r.cluster.adminUrl);
  forged.searchParams.set('sslcert', foreign.certFile);
  forged.searchParams.set('sslkey', foreign.keyFile);
  const said = await refusal(new pg.Client({ connectionString: forged.href }).connect());
  assert.equal(said.code, '28000');
});

test('Nobody has a password: every password is refused, for users that exist and for users that do not, in the same words.', async () => {
  for (const user of ['root', 'app', 'alice']) {
    const url = new URL(r.cluster.adminUrl);
    url.username = user;
    url.password = 'secret';
    url.searchParams.delete('sslcert');
    url.searchParams.delete('sslkey');
    const said = await refusal(new pg.Client({ connectionString: url.href }).connect());
    assert.deepEqual(said, { code: '28P01', message: `password authentication failed for user ${user}` });
  }
});

test('A token is refused for as long as JWT login is off, and for a user that is not there as if the password were wrong (vectors 1, 85).', async () => {
  const token = await key.token(claims);
  const missing = await refusal(r.withToken('alice', token).connect());
  assert.equal(missing.message, 'password authentication failed for user alice');
  const off = await refusal(r.withToken('app', token).connect());
  assert.deepEqual(off, { code: '28000', message: 'JWT authentication: not enabled' });
});

test('With the settings made, a token lets its person in as the mapped SQL user, with exactly the rights that were granted.', async () => {
  await configure();
  const bot = await r.connect('crdb_access');
  await bot.query('CREATE USER "alice" WITH LOGIN PASSWORD NULL');
  await bot.query('GRANT "analytics_reader" TO "alice"');
  const alice = r.withToken('alice', await key.token(claims), 'analytics');
  await alice.connect();
  assert.deepEqual(await rows(alice, 'SELECT current_user, session_user'), [['alice', 'alice']]);
  assert.equal((await rows(alice, 'SELECT id FROM events')).length, 24);
  assert.deepEqual(await refusal(alice.query('INSERT INTO events (id) VALUES (99)')), {
    code: '42501',
    message: 'user alice does not have INSERT privilege on relation events',
  });
  const elsewhere = r.withToken('alice', await key.token(claims), 'billing');
  await elsewhere.connect();
  assert.equal((await refusal(elsewhere.query('SELECT * FROM invoices'))).code, '42501');
  assert.equal(logins.at(-1)?.['as'], 'alice');
});

test('The errors of a refused token are CockroachDB’s, with their DETAIL (vectors 8, 12, 27, 32 of the contract).', async () => {
  const token = (more: Record<string, unknown>, seconds?: number): Promise<string> => key.token({ ...claims, ...more }, seconds);
  const tried = async (user: string, given: string): Promise<unknown> => await refusal(r.withToken(user, given).connect());
  assert.deepEqual(await tried('alice', await token({}, -1)), {
    code: '28000',
    message: 'JWT authentication: invalid token',
    detail: 'unable to parse token: "exp" not satisfied',
  });
  assert.deepEqual(await tried('alice', await token({ iss: 'https://evil.example/' })), {
    code: '28000',
    message: 'JWT authentication: invalid issuer',
    detail: 'token issued by https://evil.example/',
  });
  assert.deepEqual(await tried('app', await token({})), {
    code: '28000',
    message: 'JWT authentication: invalid principal',
    detail: 'token issued for [Alice@contoso.com] and login was for app',
  });
  assert.deepEqual(await tried('alice', await token({ aud: 'other' })), {
    code: '28000',
    message: 'JWT authentication: invalid audience',
    detail: 'token issued with an audience of [other]',
  });
  const stranger = await signer('k1');
  assert.match(JSON.stringify(await tried('alice', await stranger.token(claims))), /JWT authentication: invalid token/);
  assert.match(JSON.stringify(await tried('alice', 'garbage')), /JWT authentication: invalid token/);
});

test('A user that was switched off does not get in, whatever its token says (vector 86).', async () => {
  const root = await r.connect('root');
  await root.query('ALTER USER alice WITH NOLOGIN');
  const said = await refusal(r.withToken('alice', await key.token(claims)).connect());
  assert.deepEqual(said, { code: '28000', message: 'alice does not have login privilege' });
  await root.query('ALTER USER alice WITH LOGIN');
});

test('A person called admin becomes the superuser role under a catch-all map: CockroachDB refuses root, not admin (vector 87).', async () => {
  const admin = r.withToken('admin', await key.token({ ...claims, upn: 'admin@contoso.com' }), 'billing');
  await admin.connect();
  assert.equal((await rows(admin, 'SELECT id FROM invoices')).length, 3);
  await admin.query(`SET CLUSTER SETTING cluster.organization = 'taken over'`);
  const root = await refusal(r.withToken('root', await key.token({ ...claims, upn: 'root@contoso.com' })).connect());
  assert.deepEqual(root, {
    code: '28000',
    message: 'JWT authentication: invalid identity',
    detail: 'cannot use JWT auth to login to a reserved user root',
  });
});

test('With the option switched off a token is just a wrong password (vector 51).', async () => {
  const client = r.withToken('alice', await key.token(claims));
  const url = `postgresql://alice:x@localhost:${r.cluster.port}/defaultdb?sslmode=verify-full&sslrootcert=${r.cluster.caFile}&options=--crdb:jwt_auth_enabled=false`;
  const off = new pg.Client({ connectionString: url });
  assert.deepEqual(await refusal(off.connect()), { code: '28P01', message: 'password authentication failed for user alice' });
  await client.connect();
});

test('The options of a start-up are read as pre_serve_options.go does.', () => {
  assert.deepEqual(parseOptions('--crdb:jwt_auth_enabled=true -c a-b=1 -cx=y%20--Z=z --e=f\\ g+-c --h=i'), [
    ['crdb:jwt_auth_enabled', 'true'],
    ['a_b', '1'],
    ['x', 'y'],
    ['z', 'z'],
    ['e', 'f g'],
    ['__h', 'i'],
  ]);
  assert.throws(() => parseOptions('--novalue'), { sqlstate: '08P01', message: `option "--novalue" is invalid, check '='` });
  assert.throws(() => parseOptions('--a=b=c'), { message: `option "--a=b=c" is invalid, check '='` });
  assert.throws(() => parseOptions('a=b'), { message: `option "a=b" is invalid, must have prefix '-c' or '--'` });
  assert.throws(() => parseOptions('%zz'), { message: 'failed to unescape options "%zz"' });
});

test('A start-up may set session variables; what nobody knows is passed over, and a JWT option that is no truth value is refused.', async () => {
  const connect = async (options: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: `${r.cluster.adminUrl}&options=${encodeURIComponent(options)}` });
    await client.connect();
    return client;
  };
  const client = await connect('-c statement_timeout=1234 --autocommit_before_ddl=false --unheard_of=1');
  assert.deepEqual(await rows(client, 'SHOW statement_timeout'), [['1234']]);
  assert.deepEqual(await rows(client, 'SHOW autocommit_before_ddl'), [['off']]);
  await client.end();
  assert.deepEqual(await refusal(connect('--crdb:jwt_auth_enabled=maybe')), {
    code: '22023',
    message: 'crdb:jwt_auth_enabled: strconv.ParseBool: parsing "maybe": invalid syntax',
  });
});

test('An unknown database, the stand-in’s own included, is said not to exist.', async () => {
  for (const database of ['nope', 'crdb_internal_engine', 'template1']) {
    assert.deepEqual(await refusal(r.connect('root', database)), {
      code: '3D000',
      message: `database "${database}" does not exist`,
    });
  }
});

test('Users, grants, settings and the files people saved are good after a restart.', async () => {
  await r.restart();
  const alice = r.withToken('alice', await key.token(claims), 'analytics');
  await alice.connect();
  assert.deepEqual(await rows(alice, 'SELECT count(*)::int FROM customers'), [[3]]);
});
