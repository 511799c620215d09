import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import { settingNames, surveyedNames } from '../../src/core/cluster/cluster.ts';
import { Fault } from '../../src/core/errors.ts';
import { rig } from '../sandbox/cockroach-rig.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

const asked: string[] = [];
const r = await rig({
  watch: (when, _what, { user, statement }) => {
    if (when === 'before' && user === 'crdb_access') asked.push(String(statement));
  },
});
const root = await r.connect('root');

async function clusterOf(user = 'crdb_access') {
  const cluster = cockroachCluster({
    name: 'prod',
    url: await r.cluster.clientUrl(user, 'defaultdb'),
    settingsUrl: await r.cluster.clientUrl('crdb_access_settings', 'defaultdb'),
    log,
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
  return error;
}

describe('a survey of the CockroachDB stand-in', () => {
  test('has what a read has, and the clock, all memberships, and what the bot’s own users may do', async () => {
    await root.query('CREATE ROLE t_eyes; GRANT SYSTEM VIEWACTIVITY TO t_eyes; GRANT t_eyes TO crdb_access');
    const cluster = await clusterOf();
    const survey = await cluster.survey(30);
    const { version, users, settings } = await cluster.read();
    assert.deepEqual({ version, users, settings }, { version: survey.version, users: survey.users, settings: survey.settings });
    assert.ok(Math.abs(survey.clock.ahead) <= survey.clock.within, `${survey.clock.ahead} ± ${survey.clock.within}`);
    assert.deepEqual(
      survey.memberships.filter((m) => m.role === 't_eyes'),
      [{ role: 't_eyes', member: 'crdb_access', isAdmin: false }],
    );
    assert.deepEqual(
      survey.memberships.filter((m) => m.role === 'admin' && m.member === 'root'),
      [{ role: 'admin', member: 'root', isAdmin: true }],
    );
    assert.deepEqual([...(survey.privileges?.keys() ?? [])].sort(), ['crdb_access', 'crdb_access_settings']);
    assert.ok(survey.privileges?.get('crdb_access')?.includes('VIEWACTIVITY'), 'by membership too');
    assert.ok(survey.privileges?.get('crdb_access_settings')?.includes('MODIFYCLUSTERSETTING'));
  });

  for (const [version, unknown, privileges] of [
    ['v23.1.2', ['redact_sensitive', 'group_claim', 'createrole_allows', 'auto_fetch', 'authorization', 'provisioning'], false],
    ['v23.1.11', ['redact_sensitive', 'group_claim', 'auto_fetch', 'authorization', 'provisioning'], true],
    ['v24.1.8', ['group_claim', 'authorization', 'provisioning'], true],
    ['v25.2.4', ['group_claim', 'authorization', 'provisioning'], true],
    ['v25.4.2', [], true],
    ['v26.1.0', [], true],
  ] as const) {
    test(`as ${version} has every setting that this version knows, and asks each thing once`, async () => {
      await r.restart({ version });
      asked.length = 0;
      const survey = await (await clusterOf()).survey(30);
      const known = (name: string): boolean => !unknown.some((part) => name.includes(part));
      assert.equal(survey.version, version);
      assert.deepEqual(Object.keys(survey.settings).sort(), settingNames.filter(known).sort());
      assert.deepEqual(Object.keys(survey.surveyed).sort(), surveyedNames.filter(known).sort());
      for (const [name, value] of Object.entries({ ...survey.settings, ...survey.surveyed }))
        if (name.endsWith('.enabled')) assert.match(value, /^(true|false)$/, name);
      assert.equal(survey.privileges !== null, privileges);
      assert.ok(survey.users.some(({ name, options }) => name === 'crdb_access' && options.includes('CREATEROLE')));
      assert.equal(new Set(asked).size, asked.length);
    });
  }

  test('of a SQL user that may not see settings says which privilege it lacks', async () => {
    const fault = await faultOf((await clusterOf('app')).survey(30));
    assert.equal(`${fault.code}/${fault.retry}`, 'cluster_refused/never');
    assert.match(fault.message, /GRANT SYSTEM VIEWCLUSTERSETTING TO "app"$/);
  });

  test('of one that is down or hangs says which of the two, and goes on after it', async () => {
    const cluster = await clusterOf();
    await cluster.survey(30);
    r.cluster.fault('hang');
    const open = await faultOf(cluster.survey(0.5));
    const fresh = await faultOf((await clusterOf()).survey(0.5));
    assert.deepEqual([open.code, fresh.code], ['cluster_silent', 'cluster_silent']);
    r.cluster.fault('down');
    assert.equal((await faultOf(cluster.survey(5))).code, 'cluster_unavailable');
    r.cluster.fault('none');
    assert.ok((await cluster.survey(30)).users.length > 3);
  });
});
