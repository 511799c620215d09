import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { connectCommand } from '../../src/core/messages/connect-command.ts';
import type { ClusterPolicy } from '../../src/core/policy/policy.ts';

const cluster: ClusterPolicy = {
  name: 'prod',
  host: 'prod.example.com',
  port: 26257,
  caPath: '$HOME/.cockroach/prod-ca.crt',
  database: 'defaultdb',
  credential: 'CRDB_PROD_URL',
  settingsCredential: null,
  api: { audience: 'aud', scope: 'api://crdb-prod/.default', tokenVersion: 'v2' },
  domains: { primary: 'contoso.com', others: [] },
  map: 'pattern',
};

test('the command is the one that people know from the documentation, token only in PGPASSWORD', () => {
  const { bash, firstTime } = connectCommand('8d1f', cluster, 'analytics', 'alice');
  assert.equal(
    bash,
    'PGPASSWORD="$(az account get-access-token --tenant 8d1f --scope api://crdb-prod/.default --query accessToken -o tsv)" \\\n' +
      '  cockroach sql --url "postgresql://alice@prod.example.com:26257/analytics?sslmode=verify-full&sslrootcert=$HOME/.cockroach/prod-ca.crt&options=--crdb:jwt_auth_enabled=true"',
  );
  assert.equal(firstTime, 'az login --tenant 8d1f --allow-no-subscriptions --scope api://crdb-prod/.default');
});

test('a cluster with a public CA gets no sslrootcert', () => {
  assert.ok(!connectCommand('8d1f', { ...cluster, caPath: null }, 'analytics', 'alice').bash.includes('sslrootcert'));
});

/** What a real shell hands to the two programs when it runs the command. */
function argumentsSeenByShell(bash: string): { az: string[]; cockroach: string[]; password: string } {
  const functions =
    'az() { printf "%s\\0" "$@" >&3; echo TOKEN; }; cockroach() { printf "%s\\0" "$@" >&4; printf "%s" "$PGPASSWORD" >&5; };';
  const run = spawnSync('/bin/bash', ['-c', `${functions}\n${bash}`], {
    env: { HOME: '/home/of alice', PATH: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, , stderr, az, cockroach, password] = run.output.map((o) => o?.toString() ?? '');
  assert.equal(stderr, '');
  assert.equal(run.status, 0);
  const words = (text = '') => text.split('\0').slice(0, -1);
  return { az: words(az), cockroach: words(cockroach), password: password ?? '' };
}

test("a real shell reads it as one command with the policy's own words, whatever they hold", () => {
  const evil = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(evil, evil, evil, (scope, database, path) => {
      const { bash } = connectCommand(
        '8d1f',
        { ...cluster, caPath: `$HOME/${path}`, api: { ...cluster.api, scope } },
        database,
        'alice',
      );
      const seen = argumentsSeenByShell(bash);
      assert.deepEqual(seen.az, [
        'account',
        'get-access-token',
        '--tenant',
        '8d1f',
        '--scope',
        scope,
        '--query',
        'accessToken',
        '-o',
        'tsv',
      ]);
      assert.equal(seen.password, 'TOKEN');
      const [sql, flag, url] = seen.cockroach;
      assert.deepEqual([sql, flag, seen.cockroach.length], ['sql', '--url', 3]);
      const [address = '', query = ''] = (url ?? '').split('?');
      assert.equal(decodeURIComponent(address.slice(address.lastIndexOf('/') + 1)), database);
      const ca = /sslrootcert=([^&]*)&/.exec(query)?.[1] ?? '';
      assert.equal(decodeURIComponent(ca), `/home/of alice/${path}`);
    }),
    { numRuns: 60 },
  );
});
