/** The program `cockroach sql` as the bot's message calls it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rig, signer } from './cockroach-rig.ts';

const program = fileURLToPath(new URL('../../src/sandbox/bin/cockroach.ts', import.meta.url));
const loader = import.meta.resolve('tsx');
const r = await rig();
const key = await signer('k1');
const root = await r.connect('root');
for (const [name, value] of [
  ['jwt_authentication.jwks', JSON.stringify({ keys: [key.jwk] })],
  ['jwt_authentication.audience', 'api'],
  ['jwt_authentication.issuers', 'iss'],
  ['jwt_authentication.claim', 'upn'],
  ['jwt_authentication.enabled', 'true'],
  ['identity_map.configuration', 'iss /^(.*)@contoso\\.com$ \\1'],
]) {
  await root.query(`SET CLUSTER SETTING server.${name} = $1`, [value]);
}
await root.query('CREATE USER alice; GRANT analytics_reader TO alice');
const token = await key.token({ iss: 'iss', aud: 'api', upn: 'alice@contoso.com' });
const url = `postgresql://alice@localhost:${r.cluster.port}/analytics?sslmode=verify-full&sslrootcert=${r.cluster.caFile}&options=--crdb:jwt_auth_enabled=true`;

async function run(
  args: readonly string[],
  input = '',
  password = token,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', loader, program, ...args], {
    env: { ...process.env, PGPASSWORD: password },
    cwd: '/',
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('It reads statements from standard input, and prints rows as tab-separated values with their names.', async () => {
  const { code, out, err } = await run(
    ['sql', '--url', url],
    `SELECT current_user;\nSELECT id, name,\n NULL AS n FROM customers\n ORDER BY id LIMIT 2;`,
  );
  assert.deepEqual(
    { code, out, err },
    { code: 0, out: 'current_user\nalice\nid\tname\tn\n1\tNorthwind\tNULL\n2\tTailspin\tNULL\n', err: '' },
  );
});

test('-e runs a statement, several times if need be; what has no rows prints its tag.', async () => {
  const { code, out } = await run([
    'sql',
    '--url',
    url,
    '-e',
    'BEGIN',
    '-e',
    'SELECT true AS b',
    '-e',
    'COMMIT',
    '--format',
    'csv',
  ]);
  assert.deepEqual({ code, out }, { code: 0, out: 'BEGIN\nb\nt\nCOMMIT\n' });
});

test('A refusal of the cluster goes to standard error with its SQLSTATE, ends the run and the exit code says so.', async () => {
  const { code, out, err } = await run(['sql', '--url', url], `INSERT INTO customers VALUES (7, 'x', 'x'); SELECT 1;`);
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(
    err,
    /^ERROR: user alice does not have INSERT privilege on relation customers\nSQLSTATE: 42501\nFailed running "sql"\n$/,
  );
});

test('A refused login shows CockroachDB’s error and DETAIL, and never the token.', async () => {
  const other = await key.token({ iss: 'iss', aud: 'api', upn: 'mallory@contoso.com' });
  const { code, err } = await run(['sql', '--url', url, '-e', 'SELECT 1'], '', other);
  assert.equal(code, 1);
  assert.match(
    err,
    /^ERROR: JWT authentication: invalid principal\nSQLSTATE: 28000\nDETAIL: token issued for \[mallory@contoso\.com\] and login was for alice\n/,
  );
  assert.equal(err.includes(other), false);
});

test('Wrong use says how it is used.', async () => {
  for (const args of [[], ['sql'], ['start'], ['sql', '--url', url, '--format', 'xml'], ['sql', '--nope']]) {
    const { code, err } = await run(args);
    assert.equal(code, 1);
    assert.match(err, /usage: cockroach sql --url/);
  }
});
