/** Metrics around ports that do what a test tells them: what is counted, what is left alone, and what a scrape does when nothing answers. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { httpServer } from '../../src/adapters/http/server.ts';
import { type Metrics, openMetrics, type Ports } from '../../src/adapters/metrics/metrics.ts';
import { catalogue, type Metric } from '../../src/adapters/metrics/catalogue.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Beside, Interaction } from '../../src/core/ports.ts';
import type { AccessRequest } from '../../src/core/request/request.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const none: Beside = { audit: [] };

/** Ports of which a test needs but a few methods; any other call is a mistake of the test. */
const ports = (of: {
  requests?: Partial<Ports['store']['requests']>;
  interactions?: Partial<Ports['store']['interactions']>;
  directory?: Partial<Ports['directory']>;
  jobs?: Partial<Ports['jobs']>;
  watch?: Partial<Ports['store']['watch']>;
  clusters?: readonly string[];
}): Ports =>
  ({
    store: {
      requests: of.requests ?? {},
      interactions: of.interactions ?? {},
      proposals: {},
      alerts: {},
      bindings: {},
      ledger: {},
      leases: {},
      audit: {},
      watch: { paused: async () => null, seen: async () => null, issuer: async () => null, ...of.watch },
    },
    jobs: of.jobs ?? {},
    directory: of.directory ?? {},
    issuer: {},
    clusters: new Map((of.clusters ?? []).map((name) => [name, {}])),
  }) as unknown as Ports;

/** The series that a scrape shows, by name with labels. */
async function shown(
  metrics: Metrics,
  from: Parameters<typeof ports>[0] = { requests: { inState: async () => new Map() }, jobs: { depth: async () => 0 } },
): Promise<{ text: string; of: (series: string) => number | undefined; ms: number }> {
  const server = httpServer({
    port: 0,
    host: '127.0.0.1',
    log,
    ready: async () => ({ ready: true, body: {} }),
    routes: [{ method: 'GET', path: '/metrics', handler: metrics.scrape(ports(from)) }],
  });
  const { port } = await server.listening;
  const began = performance.now();
  const res = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await res.text();
  await server.close();
  assert.equal(res.status, 200);
  assert.match(res.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const [, series, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      return series === undefined ? [] : [[series, Number(value)] as const];
    }),
  );
  return { text, of: (series) => values.get(series), ms: performance.now() - began };
}

const request = (more: Partial<AccessRequest> = {}): AccessRequest =>
  ({
    id: 'QZ7K2M4P',
    version: 1,
    state: 'pending',
    due: 'ask',
    waiting: null,
    decision: null,
    grantedAt: null,
    submittedAt: new Date('2026-11-24T09:00:00Z'),
    requester: { oid: 'o', upn: 'canary@contoso.com', displayName: 'Canary' },
    ...more,
  }) as AccessRequest;
const bob = { oid: 'b', upn: 'bob@contoso.com', displayName: 'Bob' };

/** A store of one request that takes every save. */
function oneRequest(first: AccessRequest) {
  let now = first;
  return {
    get: async () => now,
    save: async (next: AccessRequest) => (now = { ...next, version: now.version + 1 }),
    hold: async (_: string, work: (r: AccessRequest) => Promise<void>) => {
      await work(now);
      return true;
    },
  };
}

test('a request that goes its way is counted into each state once, with how long the grant and its delivery took', async () => {
  const metrics = openMetrics();
  const { requests } = metrics.ports(ports({ requests: oneRequest(request()) })).store;
  const at = (s: number): Date => new Date(Date.parse('2026-11-24T09:00:00Z') + s * 1000);
  let now = await requests.get('QZ7K2M4P');
  const save = async (change: Partial<AccessRequest>): Promise<void> => {
    assert.ok(now);
    now = await requests.save({ ...now, ...change }, none);
  };
  await save({ due: 'time_out' });
  await save({ state: 'approved', due: 'provision', decision: { kind: 'approve', by: bob, at: at(60) } });
  await save({ waiting: { code: 'cluster_busy', says: 'canary says', since: at(61) } });
  await save({ state: 'granted', due: 'deliver', grantedAt: at(64), waiting: null });
  await save({ due: null });
  const { of, text } = await shown(metrics);
  for (const [state, n] of [
    ['pending', 0],
    ['approved', 1],
    ['granted', 1],
    ['revoked', 0],
  ] as const)
    assert.equal(of(`crdb_access_requests_entered_total{state="${state}"}`), n, state);
  assert.equal(of('crdb_access_grant_duration_seconds_sum{by="approver"}'), 4);
  assert.equal(of('crdb_access_delivery_duration_seconds_count'), 1);
  assert.ok((of('crdb_access_delivery_duration_seconds_sum') ?? 9) < 1);
  assert.equal(of('crdb_access_put_off_total{work="provision",code="cluster_busy"}'), 1);
  assert.equal(/canary|QZ7K2M4P/i.test(text), false);
});

test('a save that somebody else was faster with, and one from a version that this process never saw, count nothing', async () => {
  const metrics = openMetrics();
  const { requests } = metrics.ports(
    ports({ requests: { ...oneRequest(request({ version: 5 })), save: async () => null } }),
  ).store;
  await requests.get('QZ7K2M4P');
  assert.equal(await requests.save(request({ version: 5, state: 'approved' }), none), null);
  const other = metrics.ports(ports({ requests: oneRequest(request({ version: 5 })) })).store;
  await other.requests.get('QZ7K2M4P');
  await other.requests.save(request({ version: 7, state: 'approved' }), none);
  assert.equal((await shown(metrics)).of('crdb_access_requests_entered_total{state="approved"}'), 0);
});

test('what a new request begins with is counted when it was opened, and not when it was there already', async () => {
  const metrics = openMetrics();
  const created = (opened: boolean, state: AccessRequest['state']) =>
    metrics.ports(ports({ requests: { create: async () => ({ opened, request: request({ state }) }) } })).store.requests;
  await created(true, 'refused').create(request(), 'i', []);
  await created(true, 'pending').create(request(), 'i', []);
  await created(false, 'pending').create(request(), 'i', []);
  const { of } = await shown(metrics);
  assert.equal(of('crdb_access_requests_entered_total{state="refused"}'), 1);
  assert.equal(of('crdb_access_requests_entered_total{state="pending"}'), 1);
});

test('thousands of requests do not pile up in memory, and the newest is still known', async () => {
  const metrics = openMetrics();
  let n = 0;
  const { requests } = metrics.ports(
    ports({
      requests: { get: async (id) => request({ id }), save: async (r: AccessRequest) => ({ ...r, version: r.version + 1 }) },
    }),
  ).store;
  for (; n < 5000; n += 1) await requests.get(`R${n}`);
  await requests.save(request({ id: 'R0', state: 'denied' }), none);
  await requests.save(request({ id: 'R4999', state: 'denied' }), none);
  assert.equal((await shown(metrics)).of('crdb_access_requests_entered_total{state="denied"}'), 1);
});

test('a fault is counted where it came from, once, however many ports it passes through, and comes out as it was', async () => {
  const metrics = openMetrics();
  const fault = new Fault('directory_unavailable', 'later', 'canary@contoso.com is not to be seen');
  const watched = metrics.ports(
    ports({
      requests: oneRequest(request({ due: 'provision' })),
      interactions: { hold: async () => Promise.reject(new Fault('store_unavailable', 'later', 'down')) },
      directory: { userById: async () => Promise.reject(fault), probe: async () => Promise.reject(fault) },
      jobs: {
        add: () => {
          throw new TypeError('a mistake');
        },
      },
    }),
  );
  await assert.rejects(
    watched.store.requests.hold('QZ7K2M4P', async () => void (await watched.directory.userById('x'))),
    (thrown) => thrown === fault,
  );
  await assert.rejects(
    watched.store.interactions.hold('i', async () => undefined),
    { code: 'store_unavailable' },
  );
  await assert.rejects(watched.store.requests.hold('QZ7K2M4P', async () => Promise.reject(new Fault('not_yet', 'later', 'x'))));
  await assert.rejects(async () => watched.jobs.add({ kind: 'request', id: 'x' }), TypeError);
  await assert.rejects(watched.directory.probe());
  const { of, text } = await shown(metrics);
  const counted = text.split('\n').filter((line) => line.startsWith('crdb_access_faults_total{'));
  assert.deepEqual(counted.sort(), [
    'crdb_access_faults_total{port="directory",code="directory_unavailable"} 1',
    'crdb_access_faults_total{port="queue",code="unexpected"} 1',
    'crdb_access_faults_total{port="store",code="store_unavailable"} 1',
  ]);
  assert.equal(of('crdb_access_put_off_total{work="provision",code="directory_unavailable"}'), 1);
  assert.equal(of('crdb_access_put_off_total{work="provision",code="not_yet"}'), 1);
  assert.equal(text.includes('canary'), false);
});

test('a text in the place of a code is not shown', async () => {
  const metrics = openMetrics();
  const { requests } = metrics.ports(ports({ requests: oneRequest(request({ state: 'approved', due: 'provision' })) })).store;
  const now = await requests.get('x');
  assert.ok(now);
  await requests.save({ ...now, waiting: { code: 'Canary said "hello"', says: '', since: new Date() } }, none);
  const { of, text } = await shown(metrics);
  assert.equal(of('crdb_access_put_off_total{work="provision",code="unexpected"}'), 1);
  assert.equal(text.includes('Canary'), false);
});

test('the gauges show every state that passes and the queue, read at the scrape', async () => {
  const { of } = await shown(openMetrics(), {
    requests: { inState: async () => new Map([['pending', 3]]) },
    jobs: { depth: async () => 12 },
  });
  assert.deepEqual(
    ['new', 'pending', 'approved', 'granted', 'revoking'].map((state) => of(`crdb_access_requests{state="${state}"}`)),
    [0, 3, 0, 0, 0],
  );
  assert.equal(of('crdb_access_queue_jobs'), 12);
});

test('a store that hangs and a queue that is down are left out and counted, in less than two seconds, and the rest is shown', async () => {
  const metrics = openMetrics();
  let reads = 0;
  const from: Parameters<typeof ports>[0] = {
    requests: {
      inState: () => {
        reads += 1;
        return new Promise(() => undefined);
      },
    },
    jobs: { depth: async () => Promise.reject(new Fault('queue_unavailable', 'later', 'down')) },
  };
  await shown(metrics);
  const handler = metrics.scrape(ports(from));
  const server = httpServer({
    port: 0,
    host: '127.0.0.1',
    log,
    ready: async () => ({ ready: true, body: {} }),
    routes: [{ method: 'GET', path: '/metrics', handler }],
  });
  after(() => server.close());
  const { port } = await server.listening;
  const began = performance.now();
  const texts = await Promise.all(
    Array.from({ length: 5 }, async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
  );
  assert.ok(performance.now() - began < 2000);
  assert.equal(reads, 1, 'a read that hangs is not begun again beside itself');
  for (const text of texts) {
    assert.equal(/^crdb_access_(requests\{|queue_jobs )/m.test(text), false);
    assert.match(text, /^process_cpu_seconds_total /m);
  }
  const last = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  assert.match(last, /^crdb_access_scrape_misses_total\{of="requests"\} 6$/m);
  assert.match(last, /^crdb_access_scrape_misses_total\{of="queue"\} 6$/m);
});

const typed: Interaction = {
  kind: 'command',
  key: 'k',
  door: { platform: 'slack', team: 'T', user: 'U' },
  reply: 'r',
  text: 'request analytics',
};

test('an acknowledgement is measured over the whole of its HTTP request, by what was typed or pressed', async () => {
  const metrics = openMetrics();
  const keep = metrics.receive(async () => new Promise((go) => setTimeout(go, 120)));
  const kinds: readonly Interaction['kind'][] = ['command', 'press', 'submit', 'home'];
  const inbound = metrics.inbound(async (req, res) => {
    const kind = kinds.find((one) => req.url?.endsWith(one));
    await new Promise((go) => setTimeout(go, 120));
    if (kind !== undefined) await keep({ ...typed, kind } as Interaction);
    res.writeHead(req.url?.endsWith('bad') === true ? 401 : 200).end();
  });
  const server = httpServer({
    port: 0,
    host: '127.0.0.1',
    log,
    ready: async () => ({ ready: true, body: {} }),
    routes: [{ method: 'POST', path: '/in', handler: inbound }],
  });
  after(() => server.close());
  const { port } = await server.listening;
  for (const what of [...kinds, 'ping', 'bad']) await fetch(`http://127.0.0.1:${port}/in?${what}`, { method: 'POST' });
  const { of } = await shown(metrics);
  for (const kind of kinds) {
    assert.equal(of(`crdb_access_ack_duration_seconds_count{kind="${kind}"}`), 1);
    assert.ok((of(`crdb_access_ack_duration_seconds_sum{kind="${kind}"}`) ?? 0) > 0.23, 'what came before the store counts too');
  }
});

test('without HTTP, the time until it is durable is measured; what could not be kept is no acknowledgement', async () => {
  const metrics = openMetrics();
  await metrics.receive(async () => undefined)(typed);
  await assert.rejects(metrics.receive(async () => Promise.reject(new Error('the store is down')))(typed), /the store is down/);
  assert.equal((await shown(metrics)).of('crdb_access_ack_duration_seconds_count{kind="command"}'), 1);
});

test('sweeps are counted, by what they found and whether they ended', async () => {
  const metrics = openMetrics();
  metrics.swept({ interactions: 2, requests: 0, cards: 1, proposals: 0, changes: 0, alerts: 0 });
  metrics.swept({ interactions: 1, requests: 0, cards: 0, proposals: 0, changes: 0, alerts: 0 });
  metrics.swept(null);
  const { of } = await shown(metrics);
  assert.equal(of('crdb_access_sweep_found_total{kind="interactions"}'), 3);
  assert.equal(of('crdb_access_sweep_found_total{kind="cards"}'), 1);
  assert.equal(of('crdb_access_sweeps_total{outcome="done"}'), 2);
  assert.equal(of('crdb_access_sweeps_total{outcome="cut_short"}'), 1);
});

test('what the watch found and read is shown, a cluster that was not checked yet left out', async () => {
  const at = new Date('2026-11-24T14:03:00.500Z');
  const from = {
    requests: { inState: async () => new Map() },
    jobs: { depth: async () => 0 },
    clusters: ['prod', '2nd', 'new'],
    watch: {
      paused: async () => ({ since: at, by: 'ops' }),
      seen: async (cluster: string) =>
        cluster === 'new' ? null : ({ cluster, verdict: 'broken', since: at, checkedAt: at, lastHealthy: null } as const),
      issuer: async (version: string) =>
        version === 'v1' ? null : { issuer: 'https://login.example', jwksUri: 'https://login.example', readAt: at, keys: [] },
    },
  };
  const { of, text } = await shown(openMetrics(), from);
  assert.equal(of('crdb_access_cluster_verdict{cluster="prod",verdict="broken"}'), 1);
  assert.equal(of('crdb_access_cluster_verdict{cluster="prod",verdict="healthy"}'), 0);
  assert.equal(of('crdb_access_cluster_checked_timestamp_seconds{cluster="2nd"}'), 1_795_528_980.5);
  assert.equal(of('crdb_access_keys_read_timestamp_seconds{version="v2"}'), 1_795_528_980.5);
  assert.equal(of('crdb_access_watch_paused'), 1);
  assert.doesNotMatch(text, /(cluster="new"|version="v1")/);
  const down = { ...from, watch: { paused: async () => Promise.reject(new Fault('store_unavailable', 'later', 'down')) } };
  const without = await shown(openMetrics(), down);
  assert.doesNotMatch(without.text, /^crdb_access_(watch|cluster|keys)_/m);
  assert.equal(without.of('crdb_access_scrape_misses_total{of="watch"}'), 1);
});

test('every series of the catalogue is announced from the first scrape on, with its help', async () => {
  const { text } = await shown(openMetrics());
  for (const [name, { type, help }] of Object.entries<Metric>(catalogue)) {
    assert.ok(text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`), name);
  }
});
