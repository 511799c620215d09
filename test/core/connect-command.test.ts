import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer, type Server } from 'node:net';
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

test('a cluster with a public CA gets no sslrootcert; psql is told to trust what the system trusts', () => {
  const command = connectCommand('8d1f', { ...cluster, caPath: null }, 'analytics', 'alice');
  for (const [way, text] of Object.entries(command)) assert.ok(!text?.includes('sslrootcert'), way);
  assert.match(command.psql, /^PGSSLROOTCERT=system PGPASSWORD="\$\(az /);
});

test('no way has a token, or a place for one, in an argument or a URL', () => {
  const { bash, powershell, psql, url } = connectCommand('8d1f', cluster, 'analytics', 'alice');
  assert.match(url, /^postgresql:\/\/alice@prod\.example\.com:26257\//);
  for (const command of [bash, psql])
    assert.match(command, /^PGPASSWORD="\$\(az [^"]*\)" \\\n {2}(cockroach sql --url|psql) "[^"]*"$/);
  assert.match(
    powershell,
    /^try \{\n {2}\$env:PGPASSWORD = az [^\n]*\n {2}cockroach sql --url "[^"]*"\n\} finally \{ \$env:PGPASSWORD = \$null \}$/,
  );
});

test('an address of version 6 stands in brackets', () => {
  const { bash, psql, powershell, url } = connectCommand('8d1f', { ...cluster, host: '2001:db8::1' }, 'analytics', 'alice');
  for (const text of [bash, psql, powershell, url]) assert.match(text, /alice@\[2001:db8::1\]:26257\/analytics/);
});

test('a connection string names the CA certificate only where no shell has to read its path', () => {
  const url = (caPath: string) => connectCommand('8d1f', { ...cluster, caPath }, 'analytics', 'alice').url;
  assert.match(url('/etc/certs/prod ca.crt'), /&sslrootcert=\/etc\/certs\/prod%20ca\.crt&/);
  assert.doesNotMatch(url('$HOME/ca.crt'), /sslrootcert/);
});

const askingForToken = ['account', 'get-access-token', '--tenant', '8d1f'];

/** That a URL says this database and this certificate, and asks for a login by token. */
function leadsTo(url: string, to: { readonly database: string; readonly ca: string }): void {
  const [address = '', query = ''] = url.split('?');
  assert.equal(decodeURIComponent(address.slice(address.lastIndexOf('/') + 1)), to.database);
  const said = new Map(query.split('&').map((pair) => pair.split(/=(.*)/s, 2).map(decodeURIComponent) as [string, string]));
  assert.deepEqual(Object.fromEntries(said), {
    sslmode: 'verify-full',
    sslrootcert: to.ca,
    options: '--crdb:jwt_auth_enabled=true',
  });
}

/** What a real shell hands to the two programs when it runs the command. */
function argumentsSeenByShell(bash: string): { az: string[]; client: string[]; password: string } {
  const functions =
    'az() { printf "%s\\0" "$@" >&3; echo TOKEN; }; client() { printf "%s\\0" "$@" >&4; printf "%s" "$PGPASSWORD" >&5; }; ' +
    'cockroach() { client cockroach "$@"; }; psql() { client psql "$@"; };';
  const run = spawnSync('/bin/bash', ['-c', `${functions}\n${bash}`], {
    env: { HOME: '/home/of alice', PATH: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, , stderr, az, client, password] = run.output.map((o) => o?.toString() ?? '');
  assert.equal(stderr, '');
  assert.equal(run.status, 0);
  const words = (text = '') => text.split('\0').slice(0, -1);
  return { az: words(az), client: words(client), password: password ?? '' };
}

test("a real shell reads it as one command with the policy's own words, whatever they hold", () => {
  const evil = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(evil, evil, evil, (scope, database, path) => {
      const { bash, psql } = connectCommand(
        '8d1f',
        { ...cluster, caPath: `$HOME/${path}`, api: { ...cluster.api, scope } },
        database,
        'alice',
      );
      for (const [command, program] of [
        [bash, ['cockroach', 'sql', '--url']],
        [psql, ['psql']],
      ] as const) {
        const seen = argumentsSeenByShell(command);
        assert.deepEqual(seen.az, [...askingForToken, '--scope', scope, '--query', 'accessToken', '-o', 'tsv']);
        assert.equal(seen.password, 'TOKEN');
        assert.deepEqual(seen.client.slice(0, -1), program);
        leadsTo(seen.client.at(-1) ?? '', { database, ca: `/home/of alice/${path}` });
      }
    }),
    { numRuns: 60 },
  );
});

/**
 * What PowerShell reads in one line of it: words of argument mode, in single quotes (which only they end, doubled they stand for
 * themselves; curly ones count) or double quotes (in which ` $ and $(…) have a meaning). Only what our commands use; anything else
 * with a meaning is refused. Sources: about_Quoting_Rules, about_Parsing, about_Special_Characters (learn.microsoft.com).
 */
function powershellWords(line: string, home: string): string[] {
  const words: string[] = [];
  const single = /['\u2018-\u201b]/;
  for (let i = 0; i < line.length; ) {
    if (line[i] === ' ') {
      i += 1;
      continue;
    }
    let word = '';
    if (single.test(line[i] ?? '')) {
      for (i += 1; ; i += 1) {
        assert.ok(i < line.length, 'a string that ends');
        if (single.test(line[i] ?? '')) {
          if (!single.test(line[i + 1] ?? '')) break;
          i += 1;
        }
        word += line[i];
      }
      i += 1;
    } else if (line[i] === '"') {
      const end = line.indexOf('"', i + 1);
      const inside = line.slice(i + 1, end);
      assert.doesNotMatch(inside, /[`\u201c-\u201e]/);
      word = inside.replace('$([uri]::EscapeDataString($HOME))', encodeURIComponent(home));
      assert.ok(!word.includes('$'), `nothing else is read: ${word}`);
      i = end + 1;
    } else {
      const bare = /^[^ ]+/.exec(line.slice(i))?.[0] ?? '';
      assert.match(bare, /^[\w:/-][\w:./-]*$/);
      word = bare;
      i += bare.length;
    }
    assert.ok(line[i] === undefined || line[i] === ' ', 'words stand apart');
    words.push(word);
  }
  return words;
}

test("PowerShell's rules read it as one statement with the policy's own words, whatever they hold", () => {
  const evil = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom("'", '\u2018', '\u2019', '\u201c', '"', '$', '`', '(', ')', 'a', '/'),
      minLength: 1,
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(evil, evil, evil, (scope, database, path) => {
      const { powershell } = connectCommand(
        '8d1f',
        { ...cluster, caPath: `$HOME/${path}`, api: { ...cluster.api, scope } },
        database,
        'alice',
      );
      const [open, token, run, close, ...more] = powershell.split('\n');
      assert.deepEqual([open, close, more], ['try {', '} finally { $env:PGPASSWORD = $null }', []]);
      const asking = /^ {2}\$env:PGPASSWORD = az (.*)$/.exec(token ?? '')?.[1] ?? '';
      const home = 'C:\\Users\\of alice';
      assert.deepEqual(powershellWords(asking, home), [
        ...askingForToken,
        '--scope',
        scope,
        '--query',
        'accessToken',
        '-o',
        'tsv',
      ]);
      const [cockroach, sql, flag, url = '', ...rest] = powershellWords(run ?? '', home);
      assert.deepEqual([cockroach, sql, flag, rest], ['cockroach', 'sql', '--url', []]);
      leadsTo(url, { database, ca: `${home}/${path}` });
    }),
    { numRuns: 300 },
  );
});

const psqlHere = spawnSync('psql', ['--version']).status === 0;

test('a real psql takes the URL, and asks the server named there to take a token', {
  skip: psqlHere ? false : 'needs psql',
}, async () => {
  // verify-full is taken out of the URL, and nothing else: a server without TLS can read what it is asked.
  const asked: Buffer[] = [];
  const plain = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      asked.push(data);
      socket.end();
    });
  });
  const port = await listen(plain);
  const { psql } = connectCommand('8d1f', { ...cluster, host: '127.0.0.1', port, caPath: '/no/ca.crt' }, 'analytics', 'alice.b');
  const run = spawn('/bin/bash', ['-c', `az() { echo TOKEN; }; ${psql.replace('verify-full', 'disable')} -c 'SELECT 1'`]);
  await new Promise((ended) => run.once('close', ended));
  plain.close();
  const startup = Buffer.concat(asked).subarray(8).toString('utf8').split('\0');
  const said = Object.fromEntries(Array.from({ length: startup.length >> 1 }, (_, i) => [startup[2 * i], startup[2 * i + 1]]));
  assert.equal(said['user'], 'alice.b');
  assert.equal(said['database'], 'analytics');
  assert.equal(said['options'], '--crdb:jwt_auth_enabled=true');
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as AddressInfo).port;
}
