/** What a cluster is to the core, whichever version it has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, settingNames, type SettingName } from '../../src/core/cluster/cluster.ts';
import { planGrant, planRevoke, readBack } from '../../src/core/cluster/plan.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Cluster } from '../../src/core/ports.ts';

/** One version of CockroachDB behind the port. */
export interface ClusterUnderTest {
  readonly version: string;
  /** As the bot has it, with its two SQL users `crdb_access` and `crdb_access_settings`. */
  readonly cluster: Cluster;
  /** The settings of JWT login that this version has not. */
  readonly lacks: readonly SettingName[];
  /** Whether the bot's CREATEROLE is enough to grant roles. */
  readonly createRoleGrants: boolean;
  /** Whether issuers may be mapped to the addresses of their keys. */
  readonly issuerMap: boolean;
  /** Runs SQL as an admin of the cluster. */
  root(sql: string): Promise<unknown>;
}

const roles = ['analytics_reader', 'reporting_reader'];
const create = (user: string): Change => ({ kind: 'create_user', user });
const set = (setting: SettingName, value: string): Change => ({ kind: 'set_setting', setting, value });

async function faultOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof Fault, `a Fault, not ${String(error)}`);
  return `${error.code}/${error.retry}: ${error.message}`;
}

/** Values that are all accepted, wherever the setting is known; the form and the blanks are part of the value. */
const values: Readonly<Record<SettingName, string>> = {
  'server.jwt_authentication.enabled': 'true',
  'server.jwt_authentication.issuers': '["https://login.example/t/v2.0", "x"]',
  'server.jwt_authentication.audience': '["a","b"]',
  'server.jwt_authentication.jwks': '{"keys": []}',
  'server.jwt_authentication.claim': 'upn',
  'server.jwt_authentication.jwks_auto_fetch.enabled': 'true',
  'server.jwt_authentication.authorization.enabled': 'true',
  'security.provisioning.jwt.enabled': 'true',
  'server.identity_map.configuration':
    'https://login.example/t/v2.0 /(?i)^([a-z]+)@x\\.com$ \\1\n# it\'s "theirs" \\x23 é\nother a b',
};

/** @param it opened for these tests alone */
export function clusterContract(it: ClusterUnderTest): void {
  test('its version, its SQL users with their options one by one, and its roles are read alike', async () => {
    const { version, users } = await it.cluster.read();
    assert.equal(version, it.version);
    const own = users.find(({ name }) => name === 'crdb_access');
    assert.deepEqual(own, { name: 'crdb_access', canLogin: true, options: ['CREATELOGIN', 'CREATEROLE'], memberOf: [] });
    assert.equal(users.find(({ name }) => name === 'analytics_reader')?.canLogin, false);
    assert.deepEqual(users.find(({ name }) => name === 'root')?.memberOf, ['admin']);
  });

  test('every setting that it knows is written and read back byte for byte, by the old names; of those that it lacks it says so', async () => {
    const { cluster, lacks } = it;
    for (const setting of settingNames) {
      if (lacks.includes(setting)) {
        assert.match(
          await faultOf(cluster.run(set(setting, values[setting]))),
          /^cluster_refused\/never: .*unknown cluster setting/,
        );
      } else assert.equal(await cluster.run(set(setting, values[setting])), 'done', setting);
    }
    const expected = Object.fromEntries(settingNames.filter((name) => !lacks.includes(name)).map((name) => [name, values[name]]));
    assert.deepEqual((await cluster.read()).settings, expected);
    for (const setting of settingNames.filter((name) => name.endsWith('.enabled') && !lacks.includes(name)))
      await cluster.run(set(setting, 'false'));
    assert.equal((await cluster.read()).settings['server.jwt_authentication.enabled'], 'false');
  });

  test('a value that it would not take is refused in its words, and leaves the old one', async () => {
    const { cluster } = it;
    const jwks = 'server.jwt_authentication.jwks';
    assert.match(await faultOf(cluster.run(set(jwks, 'nonsense'))), /^cluster_refused\/never: .*JWKS not a valid JWKS/);
    assert.equal((await cluster.read()).settings[jwks], values[jwks]);
  });

  test('issuers that are mapped to the addresses of their keys are taken where the version knows that', async () => {
    const { cluster, issuerMap } = it;
    const map = set('server.jwt_authentication.issuers', '{"issuer_jwks_map":{"https://a":"https://b"}}');
    if (issuerMap) assert.equal(await cluster.run(map), 'done');
    else assert.match(await faultOf(cluster.run(map)), /^cluster_refused\/never: .*issuers JSON not valid/);
  });

  test('a grant is planned, made, read back, has nothing left to do, and is revoked; where CREATEROLE is not enough, it says what is', async () => {
    const { cluster, createRoleGrants, root } = it;
    const grantOf = async (owned: boolean) => {
      const { users } = await cluster.read();
      return { sqlUsername: 'ann.lee-1', roles, users, memberships: await cluster.members(roles), owned };
    };
    const plan = planGrant(await grantOf(false));
    assert.ok('changes' in plan);
    const [user, grant] = plan.changes;
    assert.ok(user !== undefined && grant !== undefined && plan.changes.length === 2);
    assert.equal(await cluster.run(user), 'done');
    if (!createRoleGrants) {
      assert.match(await faultOf(cluster.run(grant)), /^cluster_refused\/never: .*before v23\.2: the role WITH ADMIN OPTION/);
      await root(`GRANT ${roles.join(', ')} TO crdb_access WITH ADMIN OPTION`);
    }
    assert.equal(await cluster.run(grant), 'done');
    assert.equal(readBack(await grantOf(true)).complete, true);
    assert.deepEqual(planGrant(await grantOf(true)), { changes: [] });
    assert.deepEqual([await cluster.run(user), await cluster.run(grant)], ['exists', 'done']);
    const { users } = await cluster.read();
    for (const change of planRevoke({ sqlUsername: 'ann.lee-1', roles, stillNeeded: ['reporting_reader'], users }))
      await cluster.run(change);
    assert.deepEqual(readBack(await grantOf(true)).missing, ['analytics_reader']);
  });

  test('what leads to admin can’t be granted', async () => {
    const { cluster, root } = it;
    await root('CREATE ROLE IF NOT EXISTS leads_to_admin');
    await root('GRANT admin TO leads_to_admin');
    await cluster.run(create('climber'));
    for (const role of ['admin', 'leads_to_admin'])
      assert.match(
        await faultOf(cluster.run({ kind: 'grant_roles', roles: [role], user: 'climber' })),
        /^cluster_refused\/never: /,
      );
    assert.deepEqual((await cluster.read()).users.find(({ name }) => name === 'climber')?.memberOf, []);
  });

  test('what roles can do is seen alike', async () => {
    const table = (name: string) => ({ kind: 'table', name, privileges: ['SELECT'] });
    assert.deepEqual(await it.cluster.abilities(['analytics_reader'], 'analytics', 10), [
      table('analytics.public.customers'),
      table('analytics.public.events'),
    ]);
  });

  test('a longer look sees what a look sees, every membership, and the privileges of the bot’s own users', async () => {
    const { cluster } = it;
    const { clock, memberships, privileges, surveyed: _surveyed, ...state } = await cluster.survey(10);
    assert.deepEqual(state, await cluster.read());
    assert.ok(clock.within < 5 && Math.abs(clock.ahead) <= clock.within, JSON.stringify(clock));
    assert.ok(memberships.some(({ role, member, isAdmin }) => role === 'admin' && member === 'root' && isAdmin));
    assert.deepEqual(
      privileges,
      new Map([
        ['crdb_access', ['VIEWCLUSTERSETTING']],
        ['crdb_access_settings', ['MODIFYCLUSTERSETTING']],
      ]),
    );
  });
}
