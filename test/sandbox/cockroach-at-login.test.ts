/**
 * What a login itself changes from v25.4 on. Sources: pkg/sql/pgwire/auth_methods.go@0258d8b9bed5 (authJwtToken), pkg/sql/authorization.go
 * (EnsureUserOnlyBelongsToRoles), authccl testdata/jwt@0258d8b9bed5 and testdata/jwt_authz@0b8a1d6abae1, docs v26.1 jwt-authorization;
 * the vectors' numbers are those of the field note cockroachdb-login, §7, whose §8 has the rest.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { refusal, rig, rows, signer } from './cockroach-rig.ts';

const r = await rig({ version: 'v25.4.2' });
const key = await signer('k1');
const jwt = 'server.jwt_authentication.';
let root = await r.connect('root');
const set = (name: string, value: string): Promise<unknown> => root.query(`SET CLUSTER SETTING ${name} = $1`, [value]);

const claims = { iss: 'test-issuer', aud: 'test_cluster' };
const token = (username: string, more: Record<string, unknown> = {}, seconds?: number): Promise<string> =>
  key.token({ ...claims, username, ...more }, seconds);

for (const [name, value] of [
  ['jwks', JSON.stringify(key.jwk)],
  ['issuers', 'test-issuer'],
  ['audience', 'test_cluster'],
  ['claim', 'username'],
  ['group_claim', 'roles'],
  ['enabled', 'true'],
]) {
  await set(`${jwt}${name}`, value ?? '');
}
await root.query('CREATE USER alice; CREATE ROLE owner; CREATE ROLE "user"; CREATE ROLE outer_role; GRANT outer_role TO owner');

beforeEach(async () => {
  await set('security.provisioning.jwt.enabled', 'false');
  await set(`${jwt}authorization.enabled`, 'false');
});

async function comesIn(user: string, given: string): Promise<unknown> {
  const client = r.withToken(user, given);
  await client.connect();
  return (await rows(client, 'SELECT current_user'))[0]?.[0];
}
const isRefused = async (user: string, given: string): Promise<string> =>
  (await refusal(r.withToken(user, given).connect())).message;

async function user(name: string): Promise<{ options: string[]; member_of: string[] } | undefined> {
  const { rows: users } = await root.query<{ username: string; options: string[]; member_of: string[] }>('SHOW USERS');
  const found = users.find(({ username }) => username === name);
  return found === undefined ? undefined : { options: found.options, member_of: found.member_of };
}

test('Without provisioning a user that is not there is refused as ever, and stays away (vector 52).', async () => {
  assert.deepEqual(await refusal(r.withToken('unprovisioned_jwt_user', await token('unprovisioned_jwt_user')).connect()), {
    code: '28000',
    message: 'password authentication failed for user unprovisioned_jwt_user',
  });
  assert.equal(await user('unprovisioned_jwt_user'), undefined);
});

test('With provisioning it is created at its first login, with where it came from among its options and no roles (vector 53).', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  assert.equal(await comesIn('new_user', await token('new_user')), 'new_user');
  assert.deepEqual(await user('new_user'), { options: ['PROVISIONSRC=jwt_token:test-issuer'], member_of: [] });
  assert.equal(await comesIn('new_user', await token('new_user')), 'new_user');
  await set('security.provisioning.jwt.enabled', 'false');
  assert.equal(await comesIn('new_user', await token('new_user')), 'new_user');
  await root.query('ALTER USER new_user WITH NOLOGIN');
  await set('security.provisioning.jwt.enabled', 'true');
  assert.equal(await isRefused('new_user', await token('new_user')), 'new_user does not have login privilege');
});

test('A user that was there is not made out to be provisioned.', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  await comesIn('alice', await token('alice'));
  assert.deepEqual(await user('alice'), { options: [], member_of: [] });
});

test('The user is created before the audience is looked at, and not before signature, issuer and identity are (authJwtToken).', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  const stranger = await signer('k1');
  for (const [name, given, said] of [
    ['bad_key', await stranger.token({ ...claims, username: 'bad_key' }), 'JWT authentication: invalid token'],
    ['bad_issuer', await token('bad_issuer', { iss: 'other' }), 'JWT authentication: invalid issuer'],
    ['bad_name', await token('alice'), 'JWT authentication: invalid principal'],
  ] as const) {
    assert.equal(await isRefused(name, given), said);
    assert.equal(await user(name), undefined, name);
  }
  assert.equal(
    await isRefused('bad_audience', await token('bad_audience', { aud: 'other' })),
    'JWT authentication: invalid audience',
  );
  assert.deepEqual((await user('bad_audience'))?.options, ['PROVISIONSRC=jwt_token:test-issuer']);
});

test('A name that can’t be a SQL user’s is refused, with the error for creating it (username.go, ValidateUsername).', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  assert.equal(await isRefused('-abc', await token('-abc')), '"-abc": username is invalid');
  const long = 'x'.repeat(64);
  assert.equal(await isRefused(long, await token(long)), `"${long}": username is too long`);
  assert.equal(await isRefused('public', await token('public')), 'JWT authentication: invalid identity');
});

test('Many first logins at the same moment make one user.', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  const given = await token('everybody');
  const all = await Promise.all(Array.from({ length: 8 }, () => comesIn('everybody', given)));
  assert.deepEqual(new Set(all), new Set(['everybody']));
});

/** testdata/jwt_authz, one after the other. */
const steps: readonly (readonly [what: string, roles: unknown, said: string | null, held: readonly string[]])[] = [
  ['no groups in the token', undefined, 'JWT authorization: userinfo lookup failed', []],
  ['an empty list', [], 'JWT authorization: empty group list', []],
  ['a list, in any case (vector 62)', ['Owner', 'uSER'], null, ['owner', 'user']],
  ['one name, as text: the other role is revoked', 'USER', null, ['user']],
  ['text with commas', 'USER , owneR', null, ['owner', 'user']],
  ['names that no role has (vector 65)', ['user', 'nowhere', '*'], null, ['user']],
  ['no name that a role has', ['nowhere'], null, []],
  ['a list again', ['owner', 'user'], null, ['owner', 'user']],
  [
    'no groups in the token, for somebody who has roles',
    undefined,
    'JWT authorization: userinfo lookup failed',
    ['owner', 'user'],
  ],
  ['an empty list: all are revoked before the login is refused (vector 61)', [], 'JWT authorization: empty group list', []],
];
test('With role sync a user has exactly the roles that the token’s groups name, those that others granted not included.', async (t) => {
  for (const [what, roles, said, held] of steps) {
    await t.test(what, async () => {
      await set(`${jwt}authorization.enabled`, 'true');
      const given = await token('alice', { roles });
      if (said === null) assert.equal(await comesIn('alice', given), 'alice');
      else assert.deepEqual(await refusal(r.withToken('alice', given).connect()), { code: '28000', message: said });
      assert.deepEqual((await user('alice'))?.member_of, held);
    });
  }
  await root.query('GRANT analytics_reader TO alice');
  await set(`${jwt}authorization.enabled`, 'true');
  await comesIn('alice', await token('alice', { roles: ['user'] }));
  assert.deepEqual((await user('alice'))?.member_of, ['user']);
});

test('Roles are not touched by a login that is refused before (ValidateJWTLogin), nor while role sync is off.', async () => {
  await root.query('GRANT analytics_reader TO alice');
  await comesIn('alice', await token('alice', { roles: ['owner'] }));
  await set(`${jwt}authorization.enabled`, 'true');
  for (const given of [
    await token('alice', { roles: ['owner'], aud: 'other' }),
    await token('alice', { roles: ['owner'] }, -1),
    await (await signer('k1')).token({ ...claims, username: 'alice', roles: ['owner'] }),
  ]) {
    await isRefused('alice', given);
    assert.deepEqual((await user('alice'))?.member_of, ['analytics_reader', 'user']);
  }
});

test('A user that is created at login gets its roles at the same login; its own name among the groups is refused.', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  await set(`${jwt}authorization.enabled`, 'true');
  assert.equal(await comesIn('carl', await token('carl', { roles: ['owner'] })), 'carl');
  assert.deepEqual(await user('carl'), { options: ['PROVISIONSRC=jwt_token:test-issuer'], member_of: ['owner'] });
  assert.equal(await isRefused('carl', await token('carl', { roles: ['carl'] })), 'carl cannot be a member of itself');
});

test('A group called admin makes a superuser: role sync gives any role that is named.', async () => {
  await set(`${jwt}authorization.enabled`, 'true');
  const client = r.withToken('alice', await token('alice', { roles: ['admin'] }));
  await client.connect();
  await client.query(`SET CLUSTER SETTING cluster.organization = 'taken over'`);
  await comesIn('alice', await token('alice', { roles: ['user'] }));
});

test('As v25.2 there is neither: the settings are unknown, and a token with groups changes nothing.', async () => {
  await set('security.provisioning.jwt.enabled', 'true');
  await set(`${jwt}authorization.enabled`, 'true');
  await r.restart({ version: 'v25.2.4' });
  root = await r.connect('root');
  for (const name of ['security.provisioning.jwt.enabled', `${jwt}authorization.enabled`])
    assert.equal((await refusal(set(name, 'true'))).message, `unknown cluster setting '${name}'`);
  await comesIn('alice', await token('alice', { roles: ['owner'] }));
  const { rows: users } = await root.query<{ username: string; member_of: string[] }>('SHOW USERS');
  assert.deepEqual(users.find(({ username }) => username === 'alice')?.member_of, ['user']);
  assert.equal(await isRefused('dora', await token('dora')), 'password authentication failed for user dora');
  assert.equal(
    users.some(({ username }) => username === 'dora'),
    false,
  );
});
