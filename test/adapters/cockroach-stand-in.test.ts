import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import type { ClusterOptions } from '../../src/adapters/cockroach/cluster.ts';
import type { Change, SettingName } from '../../src/core/cluster/cluster.ts';
import { planGrant, planRevoke, readBack } from '../../src/core/cluster/plan.ts';
import { Fault } from '../../src/core/errors.ts';
import { authority } from '../../src/sandbox/certs.ts';
import { startCockroach } from '../../src/sandbox/cockroach/start.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const dir = mkdtempSync(join(tmpdir(), 'crdb-adapter-'));
/** What the cluster does next to a statement of the bot's; each test sets its own. */
let watch: Watch = () => undefined;
let standIn: Awaited<ReturnType<typeof startCockroach>>;
const closers: (() => Promise<void> | void)[] = [];

before(async () => {
  standIn = await startCockroach({
    dir,
    port: await freePort(),
    authority: await authority(join(dir, 'ca'), 'cockroach'),
    log: () => undefined,
    watch: (when, what, facts) => watch(when, what, facts),
  });
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await standIn.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A cluster as the bot has it, or as another SQL user, or through a proxy. */
async function clusterOf(options: Partial<ClusterOptions> & { user?: string; port?: number } = {}) {
  const { user = 'crdb_access', port, ...rest } = options;
  const at = (url: string): string => (port === undefined ? url : url.replace(`:${standIn.port}/`, `:${port}/`));
  const cluster = cockroachCluster({
    name: 'prod',
    url: at(await standIn.clientUrl(user, 'defaultdb')),
    settingsUrl: at(await standIn.clientUrl('crdb_access_settings', 'defaultdb')),
    log,
    ...rest,
  });
  closers.push(() => cluster.close());
  return cluster;
}

async function admin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: standIn.adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof Fault, `a Fault, not ${String(error)}`);
  return error;
}

const create = (user: string): Change => ({ kind: 'create_user', user });
const grant = (user: string, roles: readonly string[]): Change => ({ kind: 'grant_roles', roles, user });
const set = (setting: SettingName, value: string): Change => ({ kind: 'set_setting', setting, value });

describe('against the CockroachDB stand-in', () => {
  test('a grant is planned, made, read back, has nothing left to do, and is revoked', async () => {
    const cluster = await clusterOf();
    const grantOf = async (owned: boolean) => {
      const { users } = await cluster.read();
      return {
        sqlUsername: 'ann.lee-1',
        roles: ['analytics_reader', 'reporting_reader'],
        users,
        memberships: await cluster.members(['analytics_reader', 'reporting_reader']),
        owned,
      };
    };
    const plan = planGrant(await grantOf(false));
    assert.ok('changes' in plan && plan.changes.length === 2);
    for (const change of plan.changes) assert.equal(await cluster.run(change), 'done');
    assert.equal(readBack(await grantOf(true)).complete, true);
    assert.deepEqual(planGrant(await grantOf(true)), { changes: [] });
    for (const change of plan.changes) assert.equal(await cluster.run(change), change.kind === 'create_user' ? 'exists' : 'done');
    const { users } = await cluster.read();
    for (const change of planRevoke({ sqlUsername: 'ann.lee-1', roles: ['analytics_reader'], stillNeeded: [], users }))
      await cluster.run(change);
    assert.deepEqual(readBack(await grantOf(true)).missing, ['analytics_reader']);
  });

  test('the plan refuses what the cluster shows to be somebody else’s, a role, or an admin', async () => {
    const cluster = await clusterOf();
    const { users, version } = await cluster.read();
    assert.match(version, /^v\d+\.\d+\.\d+$/);
    const codes = (sqlUsername: string, role: string) => {
      const plan = planGrant({ sqlUsername, roles: [role], users, memberships: [], owned: false });
      return 'refused' in plan ? plan.refused.map((r) => r.code) : [];
    };
    assert.deepEqual(codes('app', 'analytics_reader'), ['user_not_ours']);
    assert.deepEqual(codes('billing_reader', 'analytics_reader'), ['user_is_role']);
    assert.deepEqual(codes('ann', 'admin'), ['role_is_admin']);
    assert.deepEqual(codes('ann', 'root'), ['role_is_admin']);
    assert.deepEqual(codes('ann', 'nowhere'), ['role_missing']);
  });

  test('a GRANT behind an open transaction is busy within its time, leaves nothing half done, blinds nobody, and goes through later', async () => {
    const cluster = await clusterOf({ statementTimeoutSeconds: 1 });
    await cluster.run(create('waiting'));
    await admin(async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT count(*) FROM analytics.public.events').catch(() => other.query('ROLLBACK; BEGIN; SELECT 1'));
      const begun = performance.now();
      const fault = faultOf(cluster.run(grant('waiting', ['analytics_reader'])));
      assert.equal((await cluster.read(1)).users.find((u) => u.name === 'waiting')?.canLogin, true);
      assert.equal(`${(await fault).code}/${(await fault).retry}`, 'cluster_busy/later');
      assert.ok(performance.now() - begun < 3000);
      assert.deepEqual(
        (await cluster.members(['analytics_reader'])).filter((m) => m.member === 'waiting'),
        [],
      );
      await other.query('COMMIT');
    });
    assert.equal(await cluster.run(grant('waiting', ['analytics_reader'])), 'done');
    assert.deepEqual(
      (await cluster.members(['analytics_reader'])).filter((m) => m.member === 'waiting'),
      [{ role: 'analytics_reader', member: 'waiting', isAdmin: false }],
    );
  });

  for (const [how, what] of [
    ['cut', 'the connection is cut'],
    ['swallow', 'the answer is swallowed'],
  ] as const) {
    test(`when ${what} under a CREATE USER, the outcome is unknown, and a look tells it`, async () => {
      const proxy = await proxyTo(standIn.port);
      const cluster = await clusterOf({ port: proxy.port, statementTimeoutSeconds: 0.5, connectTimeoutSeconds: 1 });
      await cluster.probe();
      watch = (when, statement) => {
        if (statement === 'CREATE USER' && when === (how === 'cut' ? 'after' : 'before')) proxy.now[how]();
      };
      const fault = await faultOf(cluster.run(create(`lost-${how}`)));
      watch = () => undefined;
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_outcome_unknown/unknown');
      proxy.now.mend();
      assert.ok((await cluster.read()).users.some((u) => u.name === `lost-${how}`));
      assert.equal(await cluster.run(create(`lost-${how}`)), 'exists');
    });
  }

  test('settings are written with their own credential, one statement each, and read back byte for byte', async () => {
    const cluster = await clusterOf();
    const map = 'https://login.example/t/v2.0 /(?i)^([a-z]+)@x\\.com$ \\1\n# it\'s "theirs" \\x23 é\nother a b';
    const wanted: readonly [SettingName, string][] = [
      ['server.identity_map.configuration', map],
      ['server.jwt_authentication.jwks', '{"keys": []}'],
      ['server.jwt_authentication.audience', '["a","b"]'],
      ['server.jwt_authentication.claim', 'upn'],
      ['server.jwt_authentication.issuers', '["https://login.example/t/v2.0", "x"]'],
      ['server.jwt_authentication.enabled', 'true'],
    ];
    for (const [setting, value] of wanted) assert.equal(await cluster.run(set(setting, value)), 'done');
    const { settings } = await cluster.read();
    for (const [setting, value] of wanted) assert.equal(settings[setting], value);
    assert.equal(settings['server.jwt_authentication.jwks_auto_fetch.enabled'], 'false');
    const refused = await faultOf(cluster.run(set('server.jwt_authentication.jwks', 'nonsense')));
    assert.match(refused.message, /JWKS not a valid JWKS/);
    assert.equal(`${refused.code}/${refused.retry}`, 'cluster_refused/never');
    await cluster.run(set('server.jwt_authentication.enabled', 'false'));
    assert.equal((await cluster.read()).settings['server.jwt_authentication.enabled'], 'false');
  });

  test('a SQL user without privileges is told which one it lacks, and the statement that gives it', async () => {
    const cluster = await clusterOf({ user: 'app', settingsUrl: await standIn.clientUrl('crdb_access', 'defaultdb') });
    for (const [ask, says] of [
      [() => cluster.read(), /VIEWCLUSTERSETTING.*GRANT SYSTEM VIEWCLUSTERSETTING TO "app"$/],
      [() => cluster.run(create('nobody')), /ALTER USER "app" WITH CREATEROLE CREATELOGIN$/],
      [() => cluster.run(grant('app', ['analytics_reader'])), /ALTER USER "app" WITH CREATEROLE$/],
      [() => cluster.run(set('server.jwt_authentication.claim', 'x')), /GRANT SYSTEM MODIFYCLUSTERSETTING TO "crdb_access"$/],
    ] as const) {
      const fault = await faultOf(ask());
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_refused/never');
      assert.match(fault.message, says);
    }
  });

  test('what the cluster refuses is refused in its words', async () => {
    const cluster = await clusterOf();
    assert.match(
      (await faultOf(cluster.run(grant('ann.lee-1', ['no such role'])))).message,
      /role\/user "?no such role"? does not exist/,
    );
    await cluster.run(create('circle'));
    assert.match((await faultOf(cluster.run(grant('circle', ['circle'])))).message, /cannot be a member of itself.*0LP01/);
    assert.deepEqual(await cluster.members([]), []);
  });

  test('another CA than the one expected, and a cluster that is down, are unavailable; after that all goes on', async () => {
    const stranger = await authority(join(dir, 'stranger'), 'stranger');
    const url = (await standIn.clientUrl('crdb_access', 'defaultdb'))
      .replace(encodeURIComponent(standIn.caFile), encodeURIComponent(stranger.caFile))
      .replace(standIn.caFile, stranger.caFile);
    const wary = await faultOf((await clusterOf({ url })).read());
    assert.equal(`${wary.code}/${wary.retry}`, 'cluster_unavailable/later');
    assert.match(wary.message, /TLS failed/);

    const cluster = await clusterOf();
    await cluster.read();
    standIn.fault('down');
    const down = await faultOf(cluster.read());
    assert.equal(`${down.code}/${down.retry}`, 'cluster_unavailable/later');
    await faultOf(cluster.probe());
    standIn.fault('none');
    assert.ok((await cluster.read()).users.length > 3);
    await cluster.probe();
  });

  test('a slow cluster is given up in the asked time, and answers when it is asked with more patience', async () => {
    const cluster = await clusterOf();
    await cluster.read();
    standIn.fault('slow');
    const begun = performance.now();
    assert.equal((await faultOf(cluster.read(1))).code, 'cluster_silent');
    assert.ok(performance.now() - begun < 2500);
    standIn.fault('none');
    assert.ok((await cluster.read()).users.length > 3);
  });
});

/** A proxy on the way to the cluster that can be told to cut what goes through it, or to keep the answers for itself. */
async function proxyTo(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  let swallow = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (d) => upstream.write(d));
    upstream.on('data', (d) => !swallow && client.write(d));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const cut = (): void => {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  };
  closers.push(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    now: {
      cut,
      swallow: () => {
        swallow = true;
      },
      mend: () => {
        swallow = false;
      },
    },
  };
}
