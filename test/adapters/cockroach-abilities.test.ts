/** What roles can do in a database: against the stand-in, and against scripted answers of older and misbehaving clusters. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import type { ClusterOptions } from '../../src/adapters/cockroach/cluster.ts';
import type { Log } from '../../src/core/ports.ts';
import { rig } from '../sandbox/cockroach-rig.ts';
import { type Answer, scripted } from './cockroach-scripted.ts';

const r = await rig();
const root = await r.connect('root', 'analytics');
const logged: string[] = [];
const say = (facts: unknown, message: string): void => void logged.push(`${message} ${JSON.stringify(facts)}`);
const log: Log = { info: say, warn: say, error: say };

function clusterAt(url: string, options: Partial<ClusterOptions> = {}) {
  const cluster = cockroachCluster({ name: 'prod', url, log, ...options });
  after(() => cluster.close());
  return cluster;
}
const prod = clusterAt(await r.cluster.clientUrl('crdb_access', 'defaultdb'));

const table = (name: string, ...privileges: string[]) => ({ kind: 'table', name, privileges });

test('a role is shown with its tables, in another database than the URL names, and with nothing that everybody has', async () => {
  assert.deepEqual(await prod.abilities(['analytics_reader'], 'analytics', 5), [
    table('analytics.public.customers', 'SELECT'),
    table('analytics.public.events', 'SELECT'),
  ]);
  assert.deepEqual(await prod.abilities(['analytics_reader'], 'billing', 5), []);
  assert.deepEqual(await prod.abilities(['billing_reader', 'analytics_reader'], 'billing', 5), [
    table('billing.public.invoices', 'SELECT'),
  ]);
});

test('what is inherited over several roles counts, with schemas, databases and the whole cluster', async () => {
  await root.query('CREATE ROLE a_team; CREATE ROLE a_lead; GRANT a_team TO a_lead; GRANT analytics_reader TO a_team');
  await root.query('GRANT UPDATE, INSERT ON events TO a_team');
  await root.query('CREATE SCHEMA a_side');
  await root.query('GRANT USAGE ON SCHEMA a_side TO a_lead');
  await root.query('GRANT CREATE ON DATABASE analytics TO a_lead');
  await root.query('GRANT SYSTEM VIEWACTIVITY TO a_team');
  const expected = [
    { kind: 'database', name: 'analytics', privileges: ['CREATE'] },
    { kind: 'schema', name: 'analytics.a_side', privileges: ['USAGE'] },
    table('analytics.public.customers', 'SELECT'),
    table('analytics.public.events', 'INSERT', 'SELECT', 'UPDATE'),
    { kind: 'system', name: 'system', privileges: ['VIEWACTIVITY'] },
  ];
  assert.deepEqual(await prod.abilities(['a_lead'], 'analytics', 5), expected);
  await root.query('CREATE USER a_person; GRANT a_lead TO a_person');
  assert.deepEqual(await prod.abilities(['a_person', 'nobody.there'], 'analytics', 5), expected);
});

test('a name that the cluster does not have can do nothing; a member of admin can do all', async () => {
  assert.deepEqual(await prod.abilities(['nobody.there'], 'analytics', 5), []);
  assert.deepEqual(await prod.abilities([], 'analytics', 5), []);
  await root.query('CREATE USER a_boss; GRANT admin TO a_boss');
  const all = (await prod.abilities(['a_boss'], 'billing', 5)) ?? [];
  assert.deepEqual(
    all.map((ability) => [ability.name, ability.privileges.join()]),
    [
      ['billing', 'ALL'],
      ['billing.public', 'ALL'],
      ['billing.public.invoices', 'ALL'],
    ],
  );
});

test('on every version that the bot supports, the same comes out', async () => {
  for (const version of ['v23.1.2', 'v23.2.0', 'v24.2.0', 'v26.1.0']) {
    await r.restart({ version });
    const old = clusterAt(await r.cluster.clientUrl('crdb_access', 'defaultdb'));
    const found = (await old.abilities(['a_person'], 'analytics', 5)) ?? [];
    assert.deepEqual(
      found.filter(({ kind }) => kind !== 'system').map(({ name, privileges }) => `${name} ${privileges.join()}`),
      [
        'analytics CREATE',
        'analytics.a_side USAGE',
        'analytics.public.customers SELECT',
        'analytics.public.events INSERT,SELECT,UPDATE',
      ],
      version,
    );
    assert.equal(
      found.some(({ kind }) => kind === 'system'),
      version !== 'v23.1.2',
      version,
    );
  }
});

test('a database that the bot can not see into is not shown, and the log says what gives it the sight', async () => {
  const client = new pg.Client({ connectionString: await r.cluster.clientUrl('root', 'reporting') });
  await client.connect();
  await client.query('REVOKE CONNECT ON DATABASE reporting FROM public');
  logged.length = 0;
  assert.equal(
    await clusterAt(await r.cluster.clientUrl('crdb_access', 'defaultdb')).abilities(['reporting_reader'], 'reporting', 5),
    null,
  );
  assert.equal(logged.length, 1);
  await client.query('GRANT CONNECT ON DATABASE reporting TO crdb_access');
  const sees = clusterAt(await r.cluster.clientUrl('crdb_access', 'defaultdb'));
  assert.deepEqual(await sees.abilities(['reporting_reader'], 'reporting', 5), [
    table('reporting.public.daily_orders', 'SELECT'),
  ]);
  assert.equal(await sees.abilities(['reporting_reader'], 'no_such_database', 5), null);
  await client.end();
});

const users: Answer = { rows: [['reader', '', '{}']], oids: [25, 25, 1009] };
/** A cluster that answers as told; what is not told is answered well. */
async function against(told: (statement: string) => Answer | undefined) {
  const server = await scripted((statement) => {
    const answer = told(statement);
    if (answer !== undefined) return answer;
    if (statement === 'SHOW USERS') return users;
    if (statement.startsWith('SELECT current_database()')) return { rows: [['t']], oids: [16] };
    if (statement.startsWith('SHOW GRANTS FOR'))
      return { rows: [['db', 'public', 't', 'table', 'reader', 'SELECT', 'f']], oids: [25, 25, 25, 25, 25, 25, 16] };
    return 'done';
  });
  after(() => server.stop());
  return { server, cluster: clusterAt(server.url, { statementTimeoutSeconds: 1 }) };
}

test('CockroachDB, which lets everybody into every database, says that the bot may not see, and the log says what gives it the sight', async () => {
  const { server, cluster } = await against((statement) =>
    statement.startsWith('SELECT current_database()') ? { rows: [['f']], oids: [16] } : undefined,
  );
  logged.length = 0;
  assert.equal(await cluster.abilities(['reader'], 'db', 5), null);
  assert.match(logged.join('\n'), /GRANT CONNECT ON DATABASE "db" TO "bot"/);
  assert.equal(server.startups[0]?.get('database'), 'db');
});

test('every kind of thing is told apart, and what the bot does not know is passed over', async () => {
  const row = (schema: string | null, object: string | null, type: string, grantee = 'reader', privilege = 'USAGE') =>
    [type === 'external_connection' ? null : 'db', schema, object, type, grantee, privilege, 'f'] as const;
  const { cluster } = await against((statement) =>
    statement.startsWith('SHOW GRANTS FOR')
      ? {
          rows: [
            row(null, null, 'database'),
            row('s', null, 'schema'),
            row('s', 'seq', 'sequence'),
            row('s', 'mood', 'type'),
            row('s', 'f(int8)', 'routine', 'reader', 'EXECUTE'),
            row(null, 'bucket', 'external_connection'),
            row('s', 'x', 'hologram'),
            row('s', 'open', 'table', 'public', 'SELECT'),
            row('pg_catalog', 'pg_class', 'table', 'reader', 'SELECT'),
          ],
          oids: [25, 25, 25, 25, 25, 25, 16],
        }
      : undefined,
  );
  assert.deepEqual(
    (await cluster.abilities(['reader'], 'db', 5))?.map(({ kind, name }) => `${kind} ${name}`),
    ['database db', 'schema db.s', 'table db.s.seq', 'type db.s.mood', 'routine db.s.f(int8)', 'external connection bucket'],
  );
});

const troubles: readonly (readonly [string, Answer])[] = [
  ['refuses', { error: '42501', message: 'no' }],
  ['asks for another try', { error: '40001', message: 'restart transaction' }],
  ['hangs', 'hang'],
  ['cuts the connection', 'cut'],
];
for (const [what, trouble] of troubles) {
  for (const statement of ['SHOW USERS', 'SELECT current_database()', 'SHOW GRANTS FOR', 'SHOW SYSTEM GRANTS']) {
    // Only admins may ask for it on old versions.
    if (what === 'refuses' && statement === 'SHOW SYSTEM GRANTS') continue;
    test(`a cluster that ${what} at ${statement} shows nothing, in the asked time, and throws nothing`, async () => {
      const { cluster } = await against((text) => (text.startsWith(statement) ? trouble : undefined));
      const began = performance.now();
      assert.equal(await cluster.abilities(['reader'], 'db', 0.5), null);
      assert.ok(performance.now() - began < 1500);
    });
  }
}

test('many who ask the same side by side are answered by one look; whoever comes later gets a new one', async () => {
  const { server, cluster } = await against(() => undefined);
  const looks = (): number => server.statements.filter((text) => text.startsWith('SHOW GRANTS FOR')).length;
  const all = await Promise.all(Array.from({ length: 50 }, () => cluster.abilities(['reader'], 'db', 5)));
  assert.ok(all.every((one) => one?.length === 1));
  assert.equal(looks(), 1);
  await cluster.abilities(['reader'], 'db', 5);
  assert.equal(looks(), 2);
  await Promise.all([cluster.abilities(['reader'], 'db', 5), cluster.abilities(['reader'], 'other', 5)]);
  assert.equal(looks(), 4);
});

test('system privileges that may not be asked for are left out, the rest is shown', async () => {
  const { cluster } = await against((text) =>
    text.startsWith('SHOW SYSTEM GRANTS') ? { error: '42501', message: 'user bot does not have SELECT privilege' } : undefined,
  );
  assert.deepEqual(await cluster.abilities(['reader'], 'db', 5), [table('db.public.t', 'SELECT')]);
});

test('a cluster that is not there shows nothing and says so in the log, without the URL', async () => {
  const { server } = await against(() => undefined);
  const gone = clusterAt(server.url);
  await server.stop();
  logged.length = 0;
  assert.equal(await gone.abilities(['reader'], 'db', 1), null);
  assert.match(logged.join('\n'), /could not be read.*ECONNREFUSED/);
  assert.equal(logged.join('\n').includes('pa55word'), false);
});
