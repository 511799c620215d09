import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ClusterReport } from '../../src/core/cluster/report.ts';
import { Fault } from '../../src/core/errors.ts';
import type { ClusterPolicy } from '../../src/core/policy/policy.ts';
import type { Cluster, World } from '../../src/core/ports.ts';
import { lookAtClusters } from '../../src/core/status/look.ts';
import { buttonsOf, formText, product } from './product-rig.ts';

const p = product('status');

const admin = (name = 'carol') => {
  p.o.admins.add(`oid-${name}`);
  return p.o.person(name);
};

/** A world of several clusters, each a copy of prod but for what is said of it here. */
function several(of: Readonly<Record<string, Partial<Cluster>>>): World {
  const { policy, clusters } = p.world;
  const [one, prod] = [policy.clusters.get('prod'), clusters.get('prod')] as [ClusterPolicy, Cluster];
  return {
    ...p.world,
    policy: { ...policy, clusters: new Map(Object.keys(of).map((name) => [name, { ...one, name }])) },
    clusters: new Map(Object.entries(of).map(([name, but]) => [name, { ...prod, name, ...but }])),
    watching: { ...p.world.watching, lookSeconds: 1 },
  };
}

const hangs: Partial<Cluster> = { survey: () => new Promise(() => undefined) };

suite('whoever is no admin', () => {
  test('gets a no with who admins are, and nothing is looked at', async () => {
    const alice = p.o.person('alice');
    const asked: string[] = [];
    p.o.fail = (what) => void asked.push(what);
    await p.types(alice, 'status');
    const said = p.answer(alice);
    assert.match(
      said,
      /^The status of clusters is for the admins of this bot\.\n.* hold the app role Crdb\.Admin; you do not, as of now\. Ask one of them\./,
    );
    assert.doesNotMatch(said, /prod|healthy|broken|attention|v25/);
    assert.deepEqual(
      asked.filter((what) => /cluster|issuer/.test(what)),
      [],
    );
  });

  test('gets it for a button, too, and no form opens', async () => {
    const alice = p.o.person('alice');
    await p.presses(alice, 'checks', 'prod');
    assert.match(p.answer(alice), /is for the admins/);
    assert.deepEqual(p.o.opened, []);
  });

  test('is also who was an admin and whose account is disabled now', async () => {
    const carol = admin();
    p.o.person('carol', false, { enabled: false });
    await p.types(carol, 'status prod');
    assert.match(p.answer(carol), /is for the admins/);
  });

  test('can not be told while the directory does not answer, and hears that', async () => {
    const carol = admin();
    p.o.fail = (what) => {
      if (what === 'directory.holds') throw new Fault('directory_unavailable', 'later', 'Graph did not answer');
    };
    await p.types(carol, 'status');
    assert.match(p.answer(carol), /The directory \(Microsoft Graph\) did not answer/);
  });
});

suite('an admin', () => {
  test('reads the verdict in the first line, and what to press', async () => {
    const [alice, bob, carol] = [p.o.person('alice'), p.o.person('bob', true), admin()];
    await p.types(carol, 'status');
    assert.match(p.answer(carol), /^prod: attention · Login with tokens, Issuer, Audience and 3 more\n/);
    await p.granted(alice, bob);
    await p.types(carol, 'status');
    assert.match(
      p.answer(carol),
      /^prod: healthy · people can log in\nv25\.2\.4 · checked at .* · 1 SQL user kept by the bot, 0 changed behind its back\nIn order: 1 of 1 known people could log in now · Login with tokens · /,
    );
    assert.deepEqual(buttonsOf(p.answerCard(carol)), ['checks prod', 'plan prod']);
  });

  test('reads the cluster as it is at the moment it is asked', async () => {
    const [alice, bob, carol] = [p.o.person('alice'), p.o.person('bob', true), admin()];
    await p.granted(alice, bob);
    p.o.settings['server.jwt_authentication.enabled'] = 'false';
    await p.types(carol, 'status prod');
    assert.match(p.answer(carol), /^prod: broken · Logins, Login with tokens\n/);
    p.o.settings['server.jwt_authentication.enabled'] = 'true';
    await p.types(carol, 'status prod');
    assert.match(p.answer(carol), /^prod: healthy/);
  });

  test('is asked what was meant by a name that is none', async () => {
    const carol = admin();
    await p.types(carol, 'status prd');
    assert.match(p.answer(carol), /^Did you mean .*status prod\?\nI know no cluster "prd"\. There is: prod\./);
    await p.types(carol, 'status warehouse');
    assert.match(p.answer(carol), /^I know no cluster "warehouse"\. There is: prod\./);
    await p.presses(carol, 'checks', 'warehouse');
    assert.match(p.answer(carol), /^I know no cluster "warehouse"/);
  });

  test('sees every check in a form that opens at once', async () => {
    const [alice, bob, carol] = [p.o.person('alice'), p.o.person('bob', true), admin()];
    await p.granted(alice, bob);
    p.o.users.set('alice', []);
    await p.presses(carol, 'checks', 'prod');
    const [opened] = p.o.opened;
    assert.match(formText(opened?.form ?? assert.fail('no form')), /Looking at prod now/);
    const form = formText(p.form(carol));
    assert.match(form, /^Checks of prod\nprod: attention · v25\.2\.4 · checked /);
    assert.match(
      form,
      /Role memberships: attention\nFound: 1 role .* analytics_reader of alice .*\nShould be: .*\nNext: .*\nGRANT "analytics_reader" TO "alice";/,
    );
    assert.match(form, /In order\nReachable: It answered: CockroachDB v25\.2\.4\.\nLogins: 1 of 1/);
    assert.ok(p.form(carol).title.length <= 24);
  });

  test('hears that the cluster is silent within its deadline', async () => {
    admin();
    const report = await lookAtClusters(several({ prod: hangs }), ['prod']);
    assert.equal(report.verdict, 'unknown');
    assert.match(
      report.clusters[0]?.checks[0]?.found ?? '',
      /^The cluster prod did not answer within 1\.5 s\. Waited for 1 s\.$/,
    );
  });
});

suite('a look', () => {
  test('writes nothing, and asks each cluster once and Entra once for all of them', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    const all = [
      'audit',
      'ledger',
      'requests',
      'alerts',
      'watch_seen',
      'watch_issuers',
      'watch_keys',
      'watch_notes',
      'watch_turns',
    ];
    const tables = `SELECT ${all.map((name) => `(SELECT json_agg(${name}) FROM ${name}) AS ${name}`).join(', ')}`;
    const before = await p.sql(tables);
    const asked: string[] = [];
    p.o.fail = (what) => void (what.startsWith('after') || asked.push(what));
    await lookAtClusters(several({ prod: {}, east: {}, west: {} }), ['prod', 'east', 'west']);
    assert.deepEqual(
      asked.filter((what) => /^(cluster|issuer)/.test(what)),
      ['cluster.survey', 'issuer', 'cluster.survey', 'cluster.survey'],
    );
    assert.deepEqual(await p.sql(tables), before);
  });

  test('hands out each cluster when it is judged: one that hangs keeps no other waiting', async () => {
    const ready: string[] = [];
    const world = several({
      slow: hangs,
      prod: {},
      east: {},
      down: { survey: () => Promise.reject(new Fault('cluster_unavailable', 'later', 'the cluster down is not reachable')) },
    });
    let judged: readonly string[] = [];
    const report = await lookAtClusters(world, [...world.clusters.keys()], ({ cluster }: ClusterReport) => {
      if (cluster === 'slow') judged = [...ready];
      ready.push(cluster);
    });
    assert.deepEqual([...judged].sort(), ['down', 'east', 'prod']);
    assert.deepEqual(
      report.clusters.map(({ cluster, verdict }) => `${cluster} ${verdict}`),
      ['slow unknown', 'prod attention', 'east attention', 'down broken'],
    );
    assert.equal(report.verdict, 'broken');
  });

  test('says one line a cluster, the worst first, each with its own buttons', async () => {
    const carol = admin();
    const world = several({ slow: hangs, prod: {} });
    const { status } = await import('../../src/core/status/answer.ts');
    const card = await status(world, null, { ...(p.o.people.get('carol') ?? assert.fail()), oid: `oid-${carol.user}` });
    assert.match(JSON.stringify(card.title), /slow: unknown.*prod: attention/);
    assert.deepEqual(buttonsOf(card), ['checks slow', 'plan slow', 'checks prod', 'plan prod']);
  });

  test('goes on without a store, and says what that leaves unknown', async () => {
    const broken = (): Promise<never> =>
      Promise.reject(new Fault('store_unavailable', 'later', 'the bot’s own store did not answer'));
    const world = several({ prod: {} });
    const { store } = world;
    const report = await lookAtClusters(
      {
        ...world,
        store: {
          ...store,
          now: broken,
          ledger: { ...store.ledger, rows: broken },
          requests: { ...store.requests, grantedOn: broken, underWayOn: broken },
          watch: { ...store.watch, paused: broken, seen: broken, issuer: broken, note: broken },
        },
      },
      ['prod'],
    );
    const [prod] = report.clusters;
    assert.equal(prod?.version, 'v25.2.4');
    assert.equal(prod?.users, null);
    assert.ok(report.at instanceof Date);
    const unknown = prod?.checks.filter(({ standing }) => standing === 'unknown').map(({ id }) => id);
    assert.deepEqual(unknown, ['logins', 'map', 'sql-users', 'memberships', 'work']);
    assert.ok(prod?.checks.some(({ id, standing }) => id === 'enabled' && standing === 'broken'));
  });

  test('lets a fault of the program through', async () => {
    const world = several({ prod: { survey: () => Promise.reject(new TypeError('a mistake')) } });
    await assert.rejects(lookAtClusters(world, ['prod']), TypeError);
  });
});
