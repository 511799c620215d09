/** `/metrics` of the real bot: what a request on its way to a grant moves, what faults outside do to it, and what is never in it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

interface Scrape {
  readonly text: string;
  readonly ms: number;
  /** The value of one series; 0 when it is not there. */
  of(series: string): number;
}

async function scrape(): Promise<Scrape> {
  const began = performance.now();
  const res = await fetch(d.sandbox.facts.bot.metricsUrl);
  const text = await res.text();
  assert.equal(res.status, 200, text);
  const ms = performance.now() - began;
  return {
    text,
    ms,
    of: (series) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length + 1) ?? 0,
      ),
  };
}

/** Waits until a scrape is as it should be. */
async function until(is: (s: Scrape) => boolean, seconds = 15): Promise<Scrape> {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const now = await scrape();
    if (is(now)) return now;
    assert.ok(Date.now() < end, now.text);
    await pause(100);
  }
}

const entered = (state: string): string => `crdb_access_requests_entered_total{state="${state}"}`;
const standing = (state: string): string => `crdb_access_requests{state="${state}"}`;
const acks = (kind: string): string => `crdb_access_ack_duration_seconds_count{kind="${kind}"}`;

test('a request to a grant moves its series, each by one', async () => {
  const first = await scrape();
  assert.equal(first.of(entered('pending')), 0);
  await d.command('alice', '/crdb-access request analytics because of the metrics');
  const card = await d.card('bob', 'analytics');
  const pending = await until((s) => s.of(standing('pending')) === 1);
  assert.equal(pending.of(entered('pending')), 1);
  assert.equal(pending.of(acks('command')), 1);
  await d.press('bob', card.id, 'Approve');
  await d.bash('alice', 30);
  const done = await until((s) => s.of('crdb_access_delivery_duration_seconds_count') === 1);
  for (const state of ['pending', 'approved', 'granted']) assert.equal(done.of(entered(state)), 1, state);
  assert.equal(done.of(standing('pending')), 0);
  assert.equal(done.of(standing('granted')), 1);
  assert.equal(done.of(acks('press')), 1);
  assert.equal(done.of('crdb_access_grant_duration_seconds_count{by="approver"}'), 1);
  const took = done.of('crdb_access_grant_duration_seconds_sum{by="approver"}');
  assert.ok(took > 0 && took < 30, String(took));
  assert.ok(done.of('process_resident_memory_bytes') > 10_000_000);
});

test('a refusal is counted as one, and no grant', async () => {
  await d.command('dave', '/crdb-access request analytics');
  await d.sees('dave', (m) => m.text.includes('analytics'));
  const s = await until((now) => now.of(entered('refused')) === 1);
  assert.equal(s.of(entered('granted')), 1);
});

test('a directory that is down shows as faults of the directory, by their code', async () => {
  await d.chaos('graph', 'down', 3);
  await d.command('alice', '/crdb-access request reporting');
  const s = await until((now) => now.of('crdb_access_faults_total{port="directory",code="directory_unavailable"}') > 0);
  assert.equal(/port="store"/.test(s.text), false, 'a fault of the directory is not counted again at the store');
});

test('a cluster that is down shows as work that is put off, and the grant comes all the same', async () => {
  await pause(3000);
  await d.command('carol', '/crdb-access request analytics because of an outage');
  const card = await d.card('bob', 'Carol');
  await d.chaos('cockroach', 'down', 4);
  await d.press('bob', card.id, 'Approve');
  await until((s) => s.of('crdb_access_put_off_total{work="provision",code="cluster_unavailable"}') > 0);
  const s = await until((now) => now.of(entered('granted')) === 2, 60);
  assert.ok(s.of('crdb_access_faults_total{port="cluster",code="cluster_unavailable"}') > 0);
});

test('with a store that hangs a scrape answers in two seconds, without the gauge, and with it again afterwards', async () => {
  const other = new pg.Client({ connectionString: d.sandbox.botEnv['DATABASE_URL'] });
  await other.connect();
  try {
    await other.query('BEGIN; LOCK TABLE requests IN ACCESS EXCLUSIVE MODE');
    const hanging = await scrape();
    assert.ok(hanging.ms < 2000, `${hanging.ms} ms`);
    assert.equal(hanging.of('crdb_access_scrape_misses_total{of="requests"}'), 1);
    assert.equal(hanging.text.includes('crdb_access_requests{'), false);
    assert.ok(hanging.of(entered('granted')) > 0);
  } finally {
    await other.end();
  }
  await until((s) => s.of(standing('granted')) === 2, 40);
});

test('nobody, no request, no text and no secret is in it, and every label has a closed set of values', async () => {
  const { text } = await scrape();
  const { people, slack, entra } = d.sandbox.facts;
  const secrets = Object.entries(d.sandbox.botEnv)
    .filter(([name]) => /TOKEN|SECRET|URL|_ID$/.test(name))
    .map(([, value]) => value ?? '');
  const requests = (await d.store('SELECT id FROM requests')).map((row) => String(row['id']));
  assert.ok(requests.length > 2);
  const never = [
    ...people.flatMap((p) => [p.upn, p.oid, p.name, p.slackUserId]),
    ...secrets,
    ...requests,
    slack.teamId,
    entra.tenantId,
    'of the metrics',
    'analytics',
  ];
  for (const one of never.filter((value) => value.length > 3)) assert.equal(text.includes(one), false, one);
  for (const [, labels] of text.matchAll(/^crdb_access_\w+\{(.*)\} /gm)) {
    for (const [, value] of (labels ?? '').matchAll(/="(.*?)"/g)) assert.match(value ?? '', /^([a-z_]+|v[12]|[\d.]+|\+Inf)$/);
  }
});

test('METRICS=off: there is no such page', async () => {
  const quiet = await drive({ env: { METRICS: 'off' } });
  try {
    assert.equal((await fetch(quiet.sandbox.facts.bot.metricsUrl)).status, 404);
    assert.equal((await fetch(quiet.sandbox.facts.bot.readyUrl)).status, 200);
  } finally {
    await quiet.stop();
  }
});
