import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import type { ClusterOptions } from '../../src/adapters/cockroach/cluster.ts';
import { settingNames } from '../../src/core/cluster/cluster.ts';
import { Fault } from '../../src/core/errors.ts';
import { scripted } from './cockroach-scripted.ts';
import type { Answer, Scripted } from './cockroach-scripted.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

async function against(answer: (statement: string) => Answer | Promise<Answer>, options: Partial<ClusterOptions> = {}) {
  const server = await scripted(answer);
  closers.push(() => server.stop());
  return { server, cluster: clusterAt(server.url, options) };
}

function clusterAt(url: string, options: Partial<ClusterOptions> = {}) {
  const cluster = cockroachCluster({ name: 'prod', url, log, ...options });
  closers.push(() => cluster.close());
  return cluster;
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof Fault, `a Fault, not ${String(error)}`);
  assert.ok(!error.message.includes('pa55word') && !JSON.stringify(error).includes('pa55word'), 'no secret in a fault');
  return error;
}

const version: Answer = { rows: [['CockroachDB CCL v25.2.4 (x86_64-pc-linux-gnu, built 2025/07/31, go1.23.7)']] };
const users = (rows: readonly (readonly string[])[]): Answer => ({ rows, oids: [25, 25, 1009] });
const healthy = (statement: string): Answer => {
  if (statement === 'SELECT version()') return version;
  if (statement === 'SHOW USERS') return users([['alice', '', '{analytics_reader,"a,\\"b"}']]);
  if (statement.endsWith('.enabled')) return { rows: [['t']], oids: [16] };
  if (statement.startsWith('SHOW CLUSTER SETTING')) return { rows: [['it is "so"']] };
  return 'done';
};

describe('reading a cluster', () => {
  test('takes one round trip: all statements have arrived before the first is answered', async () => {
    const arrived: string[] = [];
    let all = (): void => undefined;
    const everything = new Promise<void>((resolve) => {
      all = resolve;
    });
    const { cluster, server } = await against(async (statement) => {
      arrived.push(statement);
      if (arrived.length === settingNames.length + 2) all();
      await everything;
      return healthy(statement);
    });
    const state = await cluster.read(5);
    assert.equal(state.version, 'v25.2.4');
    assert.deepEqual(state.users, [{ name: 'alice', canLogin: true, options: [], memberOf: ['analytics_reader', 'a,"b'] }]);
    assert.equal(state.settings['server.jwt_authentication.enabled'], 'true');
    assert.equal(state.settings['server.identity_map.configuration'], 'it is "so"');
    assert.equal(Object.keys(state.settings).length, settingNames.length);
    await cluster.read(5);
    assert.equal(server.startups.length, 1, 'the second look uses the same connection');
  });

  test('introduces itself and limits its statements', async () => {
    const { cluster, server } = await against(healthy);
    await cluster.probe();
    assert.equal(server.startups[0]?.get('application_name'), 'crdb-access');
    assert.equal(server.startups[0]?.get('statement_timeout'), '15000');
  });

  test('understands options as a text (up to v25.2) and as an array (from v25.3)', async () => {
    const rows = (options: string) => users([['r', options, '{}']]);
    for (const [answer, expected] of [
      [rows('NOLOGIN, CREATEROLE'), ['NOLOGIN', 'CREATEROLE']],
      [rows('VALID UNTIL=2030-01-01 00:00:00+00:00'), ['VALID UNTIL=2030-01-01 00:00:00+00:00']],
      [
        { rows: [['r', '{NOSQLLOGIN,"PROVISIONSRC=jwt_token:https://i"}', '{}', null]], oids: [25, 1009, 1009, 1184] },
        ['NOSQLLOGIN', 'PROVISIONSRC=jwt_token:https://i'],
      ],
      [{ rows: [['r', '{NOLOGIN}', '{a}']], oids: [25, 1003, 1003] }, ['NOLOGIN']],
    ] as const) {
      const { cluster } = await against((s) => (s === 'SHOW USERS' ? answer : healthy(s)));
      const [user] = (await cluster.read()).users;
      assert.deepEqual(user?.options, expected);
      assert.equal(user?.canLogin, !expected.some((o) => o === 'NOLOGIN' || o === 'NOSQLLOGIN'));
    }
  });

  test('leaves out what the version does not know, and keeps its connection', async () => {
    const old = (s: string): Answer =>
      /authorization|provisioning/.test(s)
        ? { error: 'XXUUU', message: `unknown setting: "${s.split(' ').at(-1)}"` }
        : healthy(s);
    const { cluster, server } = await against(old);
    const { settings } = await cluster.read();
    await cluster.read();
    assert.equal('security.provisioning.jwt.enabled' in settings, false);
    assert.equal(Object.keys(settings).length, settingNames.length - 2);
    assert.equal(server.startups.length, 1);
  });

  test('names the privilege that it lacks and the statement that gives it', async () => {
    const { cluster } = await against((s) =>
      s.startsWith('SHOW CLUSTER')
        ? { error: '42501', message: 'only users with MODIFYCLUSTERSETTING or VIEWCLUSTERSETTING privileges …' }
        : healthy(s),
    );
    const fault = await faultOf(cluster.read());
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_refused/never');
    assert.match(fault.message, /needs VIEWCLUSTERSETTING.*GRANT SYSTEM VIEWCLUSTERSETTING TO "bot"$/);
  });

  test('refuses what is no CockroachDB', async () => {
    const { cluster } = await against((s) =>
      s === 'SELECT version()'
        ? { rows: [['PostgreSQL 18.4 on x86_64']] }
        : { error: '42704', message: 'unrecognized configuration parameter' },
    );
    assert.match((await faultOf(cluster.read())).message, /is no CockroachDB: its version is "PostgreSQL 18\.4/);
  });

  test('is done once more when an idle connection turns out to be dead, and no more than that', async () => {
    let cuts = 1;
    const { cluster, server } = await against((s) => (s === 'SHOW USERS' && cuts-- > 0 ? 'cut' : healthy(s)));
    assert.equal((await cluster.read()).version, 'v25.2.4');
    assert.equal(server.startups.length, 2);
    cuts = 1000;
    const fault = await faultOf(cluster.read());
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_unavailable/later');
    assert.equal(server.startups.length, 3);
  });

  test('ends in the asked time when nothing is answered, and the next look has a fresh connection', async () => {
    let hang = true;
    const { cluster, server } = await against((s) => (hang && s === 'SHOW USERS' ? 'hang' : healthy(s)));
    const begun = performance.now();
    const fault = await faultOf(cluster.read(0.3));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_silent/later');
    assert.match(fault.message, /no answer in time/);
    assert.ok(performance.now() - begun < 2000);
    hang = false;
    assert.equal((await cluster.read(2)).version, 'v25.2.4');
    assert.equal(server.startups.length, 2);
  });

  test('ends in the asked time when the server accepts and says nothing at all', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    closers.push(async () => {
      for (const s of sockets) s.destroy();
      server.close();
    });
    const url = `postgresql://bot:pa55word@127.0.0.1:${(server.address() as AddressInfo).port}/x?sslmode=disable`;
    const fault = await faultOf(clusterAt(url, { connectTimeoutSeconds: 1 }).read(0.2));
    assert.match(fault.message, /^the cluster prod is not reachable: no answer in time$/);
    assert.equal(fault.code, 'cluster_silent');
    const slower = await faultOf(clusterAt(url, { connectTimeoutSeconds: 0.3 }).read());
    assert.match(slower.message, /no answer in time/);
  });

  test('says that the connection is refused, that the host is not known, and that the URL is none', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const [url, says] of [
      [`postgresql://bot:pa55word@localhost:${port}/x?sslmode=disable`, /connection refused \(ECONNREFUSED\)/],
      ['postgresql://bot:pa55word@[oops/x', /not reachable/],
      [
        `postgresql://bot:pa55word@127.0.0.1:${port}/x?sslmode=verify-full&sslrootcert=/nowhere/ca.crt`,
        /certificate file of its URL is missing \(ENOENT\)/,
      ],
    ] as const) {
      const fault = await faultOf(clusterAt(url).read());
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_unavailable/later');
      assert.match(fault.message, says);
    }
  });
});

describe('changing a cluster', () => {
  const grant = { kind: 'grant_roles', roles: ['reader'], user: 'alice' } as const;
  const create = { kind: 'create_user', user: 'alice' } as const;

  test('tries again while CockroachDB asks for it, and no longer than it is sensible', async () => {
    let left = 3;
    const again: Answer = { error: '40001', message: 'restart transaction' };
    const { cluster, server } = await against(() => (left-- > 0 ? again : 'done'));
    assert.equal(await cluster.run(grant), 'done');
    assert.equal(server.statements.length, 4);
    assert.equal(server.startups.length, 1);
    left = 1000;
    const fault = await faultOf(cluster.run(grant));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_busy/later');
    assert.equal(server.statements.length, 10);
  });

  test('says that a user exists, and nothing else of the kind', async () => {
    const { cluster } = await against(() => ({ error: '42710', message: 'a role/user named alice already exists' }));
    assert.equal(await cluster.run(create), 'exists');
    assert.equal((await faultOf(cluster.run(grant))).code, 'cluster_refused');
  });

  for (const [how, answer] of [
    ['is cut', 'cut'],
    ['is ended by the server', { error: '57P01', message: 'server is shutting down', severity: 'FATAL' }],
    ['says nothing any more', 'hang'],
  ] as const) {
    test(`does not know the outcome when the connection ${how} under a statement, and does not try again by itself`, async () => {
      let bad = true;
      const { cluster, server } = await against(() => (bad ? answer : 'done'), {
        statementTimeoutSeconds: 0.2,
        connectTimeoutSeconds: 0.2,
      });
      const fault = await faultOf(cluster.run(create));
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_outcome_unknown/unknown');
      assert.equal(server.statements.length, 1);
      bad = false;
      assert.equal(await cluster.run(create), 'done');
      assert.equal(server.startups.length, 2, 'on another connection');
    });
  }

  test('is busy when the statement waits too long', async () => {
    const { cluster } = await against(() => ({ error: '57014', message: 'query execution canceled due to statement timeout' }));
    const fault = await faultOf(cluster.run(grant));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_busy/later');
  });

  test('that waits holds up no look at the cluster, and changes beyond the fourth hear that it is busy', async () => {
    let release = (_: Answer): void => undefined;
    const blocked = new Promise<Answer>((resolve) => {
      release = resolve;
    });
    const { cluster } = await against((s) => (s.startsWith('GRANT') ? blocked : healthy(s)), { connectTimeoutSeconds: 0.3 });
    const grants = Array.from({ length: 4 }, () => cluster.run(grant));
    const fifth = await faultOf(cluster.run(grant));
    assert.equal(`${fifth.code}/${fifth.retry}`, 'cluster_busy/later');
    assert.equal((await cluster.read()).version, 'v25.2.4');
    release('done');
    assert.deepEqual(await Promise.all(grants), ['done', 'done', 'done', 'done']);
  });

  test('sets settings with the other credential only, and takes a late reading of the new value for done', async () => {
    const set = { kind: 'set_setting', setting: 'server.jwt_authentication.claim', value: 'upn' } as const;
    const none = await against(healthy);
    assert.equal(none.cluster.settingsWritable, false);
    assert.equal((await faultOf(none.cluster.run(set))).code, 'cluster_refused');
    assert.equal(none.server.statements.length, 0);
    const late = await against(() => ({ error: 'XXUUU', message: 'setting updated but timed out waiting to read new value' }));
    const { server, cluster } = await against(healthy, { settingsUrl: late.server.url.replace('bot', 'settings') });
    assert.equal(await cluster.run(set), 'done');
    assert.deepEqual(
      [server.statements.length, late.server.statements],
      [0, ['SET CLUSTER SETTING server.jwt_authentication.claim = $1']],
    );
    assert.equal(late.server.startups[0]?.get('user'), 'settings');
  });

  test('names the credential whose user lacks a privilege', async () => {
    const refusing = await against(() => ({ error: '42501', message: 'only users with the MODIFYCLUSTERSETTING privilege …' }));
    const { cluster } = await against(healthy, { settingsUrl: refusing.server.url.replace('bot', 'settings') });
    const fault = await faultOf(
      cluster.run({ kind: 'set_setting', setting: 'server.jwt_authentication.enabled', value: 'true' }),
    );
    assert.match(fault.message, /GRANT SYSTEM MODIFYCLUSTERSETTING TO "settings"$/);
  });
});

describe('closing', () => {
  const openAfter = async (server: Scripted): Promise<number> => {
    for (let i = 0; i < 50 && server.open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    return server.open();
  };

  test('leaves no connection, and an idle one that the server cut before is no accident', async () => {
    const { cluster, server } = await against((s) => (s === 'SELECT 1' ? { rows: [['1']] } : 'cut'));
    await cluster.probe();
    await faultOf(cluster.members(['reader']));
    await cluster.probe();
    await cluster.close();
    assert.equal(await openAfter(server), 0);
  });

  test('ends in time while a statement hangs, whose outcome is then unknown', async () => {
    const { cluster, server } = await against(() => 'hang');
    const hanging = faultOf(cluster.run({ kind: 'create_user', user: 'alice' }));
    while (server.statements.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const begun = performance.now();
    await cluster.close();
    assert.ok(performance.now() - begun < 3000);
    assert.equal((await hanging).code, 'cluster_outcome_unknown');
    assert.equal(await openAfter(server), 0);
  });
});
