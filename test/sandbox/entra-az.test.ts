/** The stand-in `az`, run as its own process against the Entra stand-in. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { oidOf, part, type Rig, rig } from './entra-setup.ts';

let r: Rig;
before(async () => {
  r = await rig();
});
after(() => r.stop());

const program = fileURLToPath(new URL('../../src/sandbox/bin/az.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs az from another folder, as `SANDBOX_AS`. */
function az(as: string, args: readonly string[], env: Record<string, string> = { SANDBOX_DIR: r.dir }): Promise<Run> {
  return new Promise((done) => {
    const options = { cwd: tmpdir(), env: { PATH: '/usr/bin:/bin', ...(as === '' ? {} : { SANDBOX_AS: as }), ...env } };
    execFile(process.execPath, ['--import', tsx, program, ...args], options, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const forCluster = (): string[] => ['account', 'get-access-token', '--tenant', r.entra.tenantId, '--scope', r.entra.scope];

test('the words of the login command print the bare token of whoever is signed in, and nothing else', async () => {
  const run = await az('alice', [...forCluster(), '--query', 'accessToken', '-o', 'tsv']);
  assert.deepEqual([run.code, run.err], [0, '']);
  assert.match(run.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  assert.deepEqual([part(run.out, 1)['oid'], part(run.out, 1)['aud']], [oidOf('alice'), r.entra.audience]);
});

test('without a query it prints JSON with both forms of the expiry (Azure CLI docs, "az account get-access-token")', async () => {
  const run = await az('carol', [...forCluster(), '--output', 'json']);
  const printed = JSON.parse(run.out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(printed), ['accessToken', 'expiresOn', 'expires_on', 'tenant', 'tokenType']);
  assert.match(String(printed['expiresOn']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000000$/);
  assert.ok(Number(printed['expires_on']) > Date.now() / 1000 + 3500);
});

test('--resource asks for the same app by its id', async () => {
  const run = await az('bob', [
    'account',
    'get-access-token',
    '--resource',
    r.entra.audience,
    '--query',
    'accessToken',
    '-o',
    'tsv',
  ]);
  assert.equal(part(run.out, 1)['oid'], oidOf('bob'));
});

test('a guest can sign in too', async () => {
  const run = await az('erin', [...forCluster(), '--query', 'accessToken', '-o', 'tsv']);
  assert.equal(part(run.out, 1)['oid'], oidOf('erin'));
});

test("a disabled account, a wrong tenant and a wrong scope end with Entra's error on standard error, nothing on standard output, exit 1", async () => {
  const frank = await az('frank', forCluster());
  assert.deepEqual([frank.code, frank.out], [1, '']);
  assert.match(frank.err, /^ERROR: AADSTS50057: The user account is disabled\. Trace ID: /);
  assert.match(frank.err, /az login --tenant "/);
  const [tenant, scope] = await Promise.all([
    az('alice', ['account', 'get-access-token', '--tenant', 'nobody.example', '--scope', r.entra.scope]),
    az('alice', ['account', 'get-access-token', '--scope', 'api://nobody/.default']),
  ]);
  assert.match(tenant.err, /^ERROR: AADSTS90002: /);
  assert.match(scope.err, /^ERROR: AADSTS500011: /);
  assert.deepEqual([tenant.code, scope.code, tenant.out, scope.out], [1, 1, '', '']);
});

test('the first-time line of the message signs in without a subscription', async () => {
  const run = await az('alice', ['login', '--tenant', r.entra.tenantId, '--allow-no-subscriptions', '--scope', r.entra.scope]);
  assert.equal(run.code, 0, run.err);
  const show = await az('alice', ['account', 'show', '--query', 'user.name', '-o', 'tsv']);
  assert.equal(show.out, 'alice@contoso.com\n');
});

test('nobody signed in, somebody unknown, no sandbox, and an unknown command say what to do', async () => {
  const runs = await Promise.all([
    az('', forCluster()),
    az('zoe', forCluster()),
    az('alice', forCluster(), {}),
    az('alice', ['storage', 'list']),
  ]);
  assert.deepEqual(
    runs.map((run) => [run.code, run.out]),
    [
      [1, ''],
      [1, ''],
      [1, ''],
      [2, ''],
    ],
  );
  for (const [n, says] of [/SANDBOX_AS/, /nobody called zoe/, /SANDBOX_DIR/, /misspelled/].entries())
    assert.match(runs[n]?.err ?? '', says);
  assert.match((await az('alice', ['--version'])).out, /^azure-cli /);
});
