import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { reportText } from '../../src/cli/status.ts';
import { type Check, checkIds, type StatusReport } from '../../src/core/cluster/report.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const password = 's3cr3t-canary-value';

/** Takes connections and never says anything. */
const silent = createServer((socket) => socket.on('error', () => undefined));
silent.listen(0, '127.0.0.1');
await once(silent, 'listening');
after(() => silent.close());
/** Nobody listens there: it was free a moment ago. */
const closed = await new Promise<number>((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  });
});
const hung = (silent.address() as AddressInfo).port;

const env = (cluster: number): Readonly<Record<string, string>> => ({
  SLACK_BOT_TOKEN: `xoxb-1234-${password}`,
  SLACK_SIGNING_SECRET: `${password}-signing`,
  AZURE_TENANT_ID: '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11',
  AZURE_CLIENT_ID: 'b07b07b0-1111-4aaa-8bbb-00000000c0de',
  AZURE_CLIENT_SECRET: `${password}-client`,
  AZURE_AUTHORITY_HOST: `https://localhost:${closed}`,
  GRAPH_URL: `https://localhost:${closed}/v1.0`,
  DATABASE_URL: `postgresql://bot:${password}@127.0.0.1:${closed}/crdb_access`,
  POLICY_FILE: fileURLToPath(new URL('../../policy.example.yaml', import.meta.url)),
  CRDB_PROD_URL: `postgresql://crdb_access:${password}@127.0.0.1:${cluster}/defaultdb?sslmode=disable`,
  CRDB_PROD_SETTINGS_URL: `postgresql://settings:${password}@127.0.0.1:${cluster}/defaultdb?sslmode=disable`,
  STATUS_TIMEOUT_SECONDS: '2',
});

async function status(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), `${root}/src/cli.ts`, 'status', ...args], {
    env: environment,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

suite('status, called wrongly', () => {
  for (const [what, args, says] of [
    [
      'with two clusters',
      ['prod', 'east'],
      /^status: "east" is one too many\.\nUsage: npm run -s cli -- status \[CLUSTER\] \[--json\]\n$/,
    ],
    ['with an option that it does not have', ['--yaml'], /^status: unknown option '--yaml'\.\nUsage/],
  ] as const) {
    test(`${what}, ends with 64 and says so on standard error alone`, async () => {
      const { code, out, err } = await status(args);
      assert.deepEqual([code, out], [64, '']);
      assert.match(err, says);
    });
  }

  test('without an environment, or for a cluster that there is not, ends with 64 as well', async () => {
    const none = await status([]);
    assert.deepEqual([none.code, none.out], [64, '']);
    assert.match(none.err, /^ {2}DATABASE_URL: is not set/m);
    const other = await status(['warehouse'], env(closed));
    assert.deepEqual([other.code, other.out], [64, '']);
    assert.match(other.err, /^The policy has no cluster "warehouse"\. There is: prod\.\n$/);
  });
});

suite('status, where nothing answers', () => {
  test('is broken for a cluster that is not there, and says what else can not be told', async () => {
    const { code, out, err } = await status(['prod'], env(closed));
    assert.equal(code, 2, err);
    assert.match(
      out,
      /^prod: broken · checked \d{4}-\d\d-\d\d \d\d:\d\d UTC\n {2}broken {5}Reachable: The cluster prod is not reachable: connection refused \(ECONNREFUSED\)\.\n/,
    );
    assert.match(out, /^ {13}next: Whoever runs the cluster has to look/m);
    assert.match(out, /^ {2}unknown {4}Work under way: What the bot still has to do can't be told: /m);
    assert.doesNotMatch(out + err, new RegExp(password));
  });

  test('is unknown for one that hangs, within its deadline, and gives all of it as JSON', async () => {
    const { code, out, err } = await status(['--json'], env(hung));
    assert.equal(code, 3, err);
    const report = JSON.parse(out) as StatusReport;
    assert.equal(report.verdict, 'unknown');
    assert.match(String(report.at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const [prod] = report.clusters;
    assert.deepEqual([prod?.cluster, prod?.version, prod?.users, prod?.lastHealthy], ['prod', null, null, null]);
    for (const check of prod?.checks ?? []) {
      assert.deepEqual(Object.keys(check).sort(), ['expected', 'found', 'id', 'next', 'sql', 'standing']);
      assert.ok(checkIds.includes(check.id));
    }
    assert.match(prod?.checks[0]?.found ?? '', /no answer in time|did not answer within/);
    assert.doesNotMatch(out + err, new RegExp(password));
  });
});

suite('status, in a shell', () => {
  const check = (more: Partial<Check>): Check => ({
    id: 'map',
    standing: 'broken',
    found: 'it is wrong',
    expected: null,
    next: 'run it',
    sql: [],
    ...more,
  });
  const report = (checks: readonly Check[]): StatusReport => ({
    at: new Date('2026-06-01T12:00:00Z'),
    verdict: 'broken',
    clusters: [{ cluster: 'prod', version: 'v25.2.4', verdict: 'broken', checks, users: null, lastHealthy: null }],
  });

  test('has a short statement beside its check, and a long one whole below all of them', () => {
    const long = `SET CLUSTER SETTING server.identity_map.configuration = '${'a '.repeat(250)}\n b\n';`;
    const short = 'SET CLUSTER SETTING server.jwt_authentication.enabled = true;';
    const text = reportText(
      report([check({ sql: [long] }), check({ id: 'enabled', sql: [short] }), check({ id: 'claim', sql: [long] })]),
    );
    assert.deepEqual(text.split('\n'), [
      'prod: broken · v25.2.4 · checked 2026-06-01 12:00 UTC',
      '  broken     Identity map: it is wrong',
      '             next: run it',
      '             statement 1, below',
      '  broken     Login with tokens: it is wrong',
      '             next: run it',
      short,
      '  broken     Claim: it is wrong',
      '             next: run it',
      '             statement 2, below',
      ...[1, 2].flatMap((n) => [`  statement ${n}:`, ...long.split('\n')]),
      '',
    ]);
  });
});
