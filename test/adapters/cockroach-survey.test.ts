import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import type { ClusterOptions } from '../../src/adapters/cockroach/cluster.ts';
import { settingNames, surveyedNames } from '../../src/core/cluster/cluster.ts';
import { Fault } from '../../src/core/errors.ts';
import { scripted } from './cockroach-scripted.ts';
import type { Answer } from './cockroach-scripted.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

async function against(answer: (statement: string) => Answer | Promise<Answer>, options: Partial<ClusterOptions> = {}) {
  const server = await scripted(answer);
  closers.push(() => server.stop());
  return { server, cluster: clusterAt(server.url, options) };
}

function clusterAt(url: string, options: Partial<ClusterOptions> = {}) {
  const cluster = cockroachCluster({
    name: 'prod',
    url,
    settingsUrl: url.replace('bot', 'bot_settings'),
    log,
    ...options,
  });
  closers.push(() => cluster.close());
  return cluster;
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof Fault, `a Fault, not ${String(error)}`);
  assert.ok(!error.message.includes('pa55word'), 'no secret in a fault');
  return error;
}

/** The fault, and how many seconds it took. */
async function timed(promise: Promise<unknown>): Promise<{ fault: Fault; seconds: number }> {
  const began = performance.now();
  const fault = await faultOf(promise);
  return { fault, seconds: (performance.now() - began) / 1000 };
}

const isClock = (statement: string): boolean => statement.includes('clock_timestamp()');
const seconds = (ahead: number): Answer => ({ rows: [[String(Date.now() / 1000 + ahead)]], oids: [701] });

const healthy = (statement: string): Answer => {
  if (isClock(statement)) return seconds(0);
  if (statement === 'SELECT version()') return { rows: [['CockroachDB CCL v25.2.4 (x86_64-pc-linux-gnu, built 2025/07/31)']] };
  if (statement === 'SHOW USERS') return { rows: [['bot', 'CREATEROLE', '{t_watchers}']], oids: [25, 25, 1009] };
  if (statement === 'SHOW GRANTS ON ROLE') return { rows: [['t_watchers', 'bot', 't']], oids: [25, 25, 16] };
  if (statement === 'SHOW SYSTEM GRANTS FOR "bot"')
    return {
      rows: [
        ['t_watchers', 'VIEWCLUSTERSETTING', 'f'],
        ['bot', 'VIEWACTIVITY', 't'],
        ['t_watchers', 'VIEWACTIVITY', 'f'],
        ['public', 'VIEWJOB', 'f'],
      ],
      oids: [25, 25, 16],
    };
  if (statement === 'SHOW SYSTEM GRANTS FOR "bot_settings"') return { rows: [['bot_settings', 'MODIFYCLUSTERSETTING', 'f']] };
  if (statement.endsWith('.enabled')) return { rows: [['t']], oids: [16] };
  if (statement.startsWith('SHOW CLUSTER SETTING')) return { rows: [['text']] };
  return { error: '42601', message: `not expected: ${statement}` };
};

/** All that a survey sends: the clock, the version, the users, the memberships, the settings, and one for each of the bot's own users. */
const sent = 4 + settingNames.length + surveyedNames.length + 2;

describe('surveying a cluster', () => {
  test('takes one round trip: all statements have arrived before the first is answered, over one connection', async () => {
    const arrived: string[] = [];
    let all = (): void => undefined;
    const everything = new Promise<void>((resolve) => {
      all = resolve;
    });
    const { cluster, server } = await against(async (statement) => {
      arrived.push(statement);
      if (arrived.length === sent) all();
      await everything;
      return healthy(statement);
    });
    const survey = await cluster.survey(5);
    assert.equal(arrived.length, sent, 'and nothing after the answers');
    assert.equal(server.startups.length, 1);
    assert.equal(survey.version, 'v25.2.4');
    assert.deepEqual(
      survey.users.map(({ name }) => name),
      ['bot'],
    );
    assert.deepEqual(Object.keys(survey.settings).sort(), [...settingNames].sort());
    assert.equal(survey.settings['server.jwt_authentication.enabled'], 'true', 'a BOOL on the wire is a word here');
    assert.equal(survey.settings['server.jwt_authentication.claim'], 'text');
    assert.deepEqual(survey.surveyed, {
      'server.redact_sensitive_settings.enabled': 'true',
      'server.jwt_authentication.group_claim': 'text',
      'sql.auth.createrole_allows_grant_role_membership.enabled': 'true',
    });
    assert.deepEqual(survey.memberships, [{ role: 't_watchers', member: 'bot', isAdmin: true }]);
    assert.deepEqual(
      survey.privileges,
      new Map([
        ['bot', ['VIEWACTIVITY', 'VIEWCLUSTERSETTING']],
        ['bot_settings', ['MODIFYCLUSTERSETTING']],
      ]),
      'own and inherited, without what everybody has',
    );
    await cluster.survey(5);
    assert.equal(server.startups.length, 1, 'the second look uses the same connection');
  });

  test('tells how far the clock is ahead or behind, to within half of the round trip', async () => {
    for (const ahead of [0, 90, -7.5]) {
      const { cluster } = await against((s) => (isClock(s) ? seconds(ahead) : healthy(s)));
      const { clock } = await cluster.survey(5);
      assert.ok(Math.abs(clock.ahead - ahead) <= clock.within, `${ahead}: ${clock.ahead} ± ${clock.within}`);
      assert.ok(clock.within > 0);
    }
    const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
    for (const [before, behind] of [
      [300, 0],
      [0, 300],
    ] as const) {
      const { cluster } = await against(async (s) => {
        if (!isClock(s)) return healthy(s);
        await wait(before);
        const answer = seconds(90);
        await wait(behind);
        return answer;
      });
      const { clock } = await cluster.survey(5);
      assert.ok(clock.within >= 0.14, 'a slow answer says less');
      assert.ok(Math.abs(clock.ahead - 90) <= clock.within, `${clock.ahead} ± ${clock.within}`);
    }
  });

  test('a clock that says no time is a fault that says so', async () => {
    for (const answer of [{ rows: [['soon']] }, { rows: [[null]] }, { rows: [] }, 'done'] as const) {
      const { cluster } = await against((s) => (isClock(s) ? answer : healthy(s)));
      const fault = await faultOf(cluster.survey(5));
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_refused/never');
      assert.match(fault.message, /^the clock of the cluster prod can't be read: it says ("soon"|null)$/);
    }
  });

  test('leaves out what the version does not know, and keeps its connection', async () => {
    const old = (s: string): Answer =>
      /authorization|provisioning|redact|group_claim/.test(s)
        ? { error: 'XXUUU', message: `unknown setting: "${s.split(' ').at(-1)}"` }
        : healthy(s);
    const { cluster, server } = await against(old);
    const survey = await cluster.survey(5);
    await cluster.survey(5);
    assert.deepEqual(survey.surveyed, { 'sql.auth.createrole_allows_grant_role_membership.enabled': 'true' });
    assert.equal(Object.keys(survey.settings).length, settingNames.length - 2);
    assert.equal(server.startups.length, 1);
  });

  test('system privileges that the bot may not see are not known; those of a user that is not there are not listed', async () => {
    const refusing = (s: string): Answer =>
      s.startsWith('SHOW SYSTEM GRANTS')
        ? { error: '42501', message: 'user bot does not have SELECT privilege on relation privileges' }
        : healthy(s);
    assert.equal((await (await against(refusing)).cluster.survey(5)).privileges, null);
    const gone = (s: string): Answer =>
      s === 'SHOW SYSTEM GRANTS FOR "bot_settings"'
        ? { error: '42704', message: 'role/user bot_settings does not exist' }
        : healthy(s);
    assert.deepEqual([...((await (await against(gone)).cluster.survey(5)).privileges?.keys() ?? [])], ['bot']);
    const failing = (s: string): Answer =>
      s.startsWith('SHOW SYSTEM GRANTS') ? { error: 'XX000', message: 'internal error' } : healthy(s);
    assert.equal((await faultOf((await against(failing)).cluster.survey(5))).code, 'cluster_unavailable');
  });

  test('names the privilege that it lacks and the statement that gives it', async () => {
    const { cluster } = await against((s) =>
      s.startsWith('SHOW CLUSTER')
        ? { error: '42501', message: 'only users with MODIFYCLUSTERSETTING or VIEWCLUSTERSETTING privileges …' }
        : healthy(s),
    );
    const fault = await faultOf(cluster.survey(5));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_refused/never');
    assert.match(fault.message, /needs VIEWCLUSTERSETTING.*GRANT SYSTEM VIEWCLUSTERSETTING TO "bot"$/);
  });

  test('asks once for a user that both credentials name', async () => {
    const { server } = await against(healthy);
    const cluster = clusterAt(server.url, { settingsUrl: server.url });
    assert.deepEqual([...((await cluster.survey(5)).privileges?.keys() ?? [])], ['bot']);
    assert.equal(server.statements.length, sent - 1);
  });
});

describe('a survey ends in the asked time, and says that there was no answer', () => {
  const closed = async (open: () => number): Promise<number> => {
    for (let i = 0; i < 500 && open() > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    return open();
  };

  for (const [how, hangs] of [
    ['to the first statement', () => true],
    ['after the first statements', (s: string) => s === 'SHOW GRANTS ON ROLE'],
    ['to the last statement', (s: string) => s === 'SHOW SYSTEM GRANTS FOR "bot_settings"'],
  ] as const) {
    test(`when nothing comes ${how}; that connection is not used again`, async () => {
      let hang = true;
      const { cluster, server } = await against((s) => (hang && hangs(s) ? 'hang' : healthy(s)));
      const { fault, seconds: took } = await timed(cluster.survey(0.4));
      assert.equal(`${fault.code}/${fault.retry}`, 'cluster_silent/later');
      assert.match(fault.message, /^the cluster prod did not answer: no answer in time$/);
      assert.ok(took >= 0.35 && took < 5, `${took} s`);
      assert.equal(await closed(server.open), 0, 'it is closed');
      hang = false;
      assert.equal((await cluster.survey(2)).version, 'v25.2.4');
      assert.equal(server.startups.length, 2);
    });
  }

  test('when the server accepts and says nothing at all, connecting included', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.resume();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    closers.push(() => {
      for (const s of sockets) s.destroy();
      server.close();
    });
    const url = `postgresql://bot:pa55word@127.0.0.1:${(server.address() as AddressInfo).port}/x?sslmode=disable`;
    const cluster = clusterAt(url, { connectTimeoutSeconds: 4 });
    const { fault, seconds: took } = await timed(cluster.survey(0.3));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_silent/later');
    assert.match(fault.message, /is not reachable: no answer in time/);
    assert.ok(took < 3, `${took} s`);
    assert.equal(await closed(() => sockets.size), 0, 'and what was being opened is closed');
  });

  test('when the server sends rows without end', async () => {
    const row = Array.from({ length: 2000 }, (_, i) => [`u${i}`, '', '{}']);
    const endless = async (s: string): Promise<Answer> => {
      if (s !== 'SHOW USERS') return healthy(s);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { rows: row, oids: [25, 25, 1009], goesOn: true };
    };
    const { cluster } = await against(endless);
    const { fault, seconds: took } = await timed(cluster.survey(0.4));
    assert.equal(fault.code, 'cluster_silent');
    assert.ok(took < 5, `${took} s`);
  });

  test('a connection that is refused is told apart: nobody is there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const fault = await faultOf(clusterAt(`postgresql://bot:pa55word@127.0.0.1:${port}/x?sslmode=disable`).survey(5));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_unavailable/later');
  });

  test('a connection that is cut is replaced once, within the same time', async () => {
    let cuts = 1;
    const { cluster, server } = await against((s) => (s === 'SHOW USERS' && cuts-- > 0 ? 'cut' : healthy(s)));
    assert.equal((await cluster.survey(5)).version, 'v25.2.4');
    assert.equal(server.startups.length, 2);
    let hang = false;
    const worse = await against((s) => {
      if (s !== 'SHOW USERS') return healthy(s);
      const answer = hang ? 'hang' : 'cut';
      hang = true;
      return answer;
    });
    const { fault, seconds: took } = await timed(worse.cluster.survey(0.4));
    assert.equal(fault.code, 'cluster_silent');
    assert.ok(took < 5, `${took} s`);
  });

  test('reads that hang hold no survey up, and changes do not either', async () => {
    let stuck = 0;
    const { cluster } = await against((s) => {
      if (s === 'GRANT "r" TO "alice"' || s === 'SHOW GRANTS ON ROLE "r"') {
        stuck += 1;
        return 'hang';
      }
      return healthy(s);
    });
    const hanging = Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0
        ? cluster.members(['r']).catch(() => null)
        : cluster.run({ kind: 'grant_roles', roles: ['r'], user: 'alice' }).catch(() => null),
    );
    while (stuck < 8) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await cluster.survey(2)).version, 'v25.2.4');
    await cluster.close();
    await Promise.all(hanging);
  });

  test('surveys that hang hold the next one up no longer than its own time', async () => {
    const { cluster } = await against((s) => (s === 'SHOW USERS' ? 'hang' : healthy(s)));
    const first = [cluster.survey(4), cluster.survey(4)].map(timed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { fault, seconds: took } = await timed(cluster.survey(0.4));
    assert.match(fault.code, /^cluster_(silent|busy)$/);
    assert.ok(took < 3, `${took} s`);
    for (const { fault: theirs } of await Promise.all(first)) assert.equal(theirs.code, 'cluster_silent');
  });
});
