/** docker-compose.yml is one that Compose takes, keeps to the house's rules, and starts what it says. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Ajv } from 'ajv';
import { Redis } from 'ioredis';
import { readConfig } from '../../src/config.ts';
import { checkout } from './checkout.ts';
import { type Service, compose, composeText, interpolated } from './compose.ts';
import { files } from './deploy-sql.ts';
import { freePort } from './free-port.ts';

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const services = Object.entries(compose.services);
const service = (name: string): Service => {
  const found = compose.services[name];
  assert.ok(found, `there is a service ${name}`);
  return found;
};

/** A policy with a channel of Microsoft Teams wherever it had one of Slack. */
const inTeams = (policy: string): string =>
  policy.replace(/^.*\bteams_channel:.*\n/gm, '').replace(/\bslack_channel: \S+/g, "teams_channel: '19:9b1d7c35@thread.v2'");

suite('docker-compose.yml', () => {
  test('fits the schema of the Compose specification, which refuses a broken one', () => {
    const schema = JSON.parse(read('test/packaging/compose-spec.schema.json')) as Record<string, unknown>;
    // The schema names draft 7 by https, which ajv knows by http alone.
    const fits = new Ajv({ strict: false, validateFormats: false }).compile({
      ...schema,
      $schema: 'http://json-schema.org/draft-07/schema#',
    });
    assert.ok(fits(compose), JSON.stringify(fits.errors, null, 1));
    assert.equal(fits({ ...compose, services: { bot: { imgae: 'x' } } }), false);
    assert.equal(fits({ ...compose, services: { bot: { image: 'x', depends_on: { redis: { condition: 'up' } } } } }), false);
  });

  test('every image is pinned to a release, and the bot’s is this one', () => {
    for (const [name, { image }] of services) assert.match(image, /^[a-z/-]+:v?\d+\.\d+\.\d+(-[a-z]+)?$/, name);
    assert.equal(service('bot').image, `crdb-access:${(JSON.parse(read('package.json')) as { version: string }).version}`);
  });

  test('no password stands in it: each is asked for, and nothing starts without', () => {
    const asked = [...composeText.matchAll(/\$\{(\w+)([^}]*)\}/g)];
    assert.deepEqual([...new Set(asked.map(([, name]) => name))].sort(), ['AZURE_CERTIFICATE_FILE', 'REDIS_PASSWORD']);
    for (const [whole, , how = ''] of asked) assert.match(how, /^:\?.{10,}/, `${whole} has no default`);
    for (const [name, { environment = {} }] of services)
      for (const [variable, value] of Object.entries(environment)) {
        const password = URL.canParse(value) ? new URL(value.replace(/\$\{[^}]*\}/, 'ASKED')).password : '';
        assert.ok(['', 'ASKED'].includes(password), `${name}: ${variable}`);
        assert.ok(!/secret|token|password/i.test(variable) || value.startsWith('${'), `${name}: ${variable}`);
      }
  });

  test('only what people and Slack reach is published, and on this machine alone', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    assert.deepEqual(published, ['cockroach 127.0.0.1:26257:26257', 'bot 127.0.0.1:3000:3000']);
    assert.equal(compose.networks['inside']?.internal, true);
    for (const [name, { networks, network_mode }] of services)
      assert.ok(network_mode === 'none' || networks?.includes('inside'), `${name} is inside`);
    const out = services.filter(([, { networks }]) => networks?.includes('outside')).map(([name]) => name);
    assert.deepEqual(out, ['cockroach', 'bot']);
  });

  test('everything waits for what it needs to be healthy or done', () => {
    for (const [name, { depends_on = {} }] of services)
      for (const [on, { condition }] of Object.entries(depends_on)) {
        const once = service(on).restart === 'no';
        assert.equal(condition, once ? 'service_completed_successfully' : 'service_healthy', `${name} on ${on}`);
        assert.ok(once || service(on).healthcheck?.test !== undefined, `${on} says whether it is healthy`);
      }
    const order = ['certificates', 'cockroach', 'users', 'migrate', 'grants', 'bot'];
    for (const [i, name] of order.entries())
      if (i > 0) assert.ok(Object.keys(service(name).depends_on ?? {}).includes(order[i - 1] ?? ''), name);
  });

  test('the bot and the queue may do nothing to the machine that they need not', () => {
    for (const name of ['bot', 'migrate', 'redis']) {
      const { read_only, cap_drop, security_opt, init } = service(name);
      assert.deepEqual(
        { read_only, cap_drop, security_opt, init },
        { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], init: true },
      );
    }
    // Above the 25 seconds in which the bot ends whatever hangs (main.ts).
    assert.equal(service('bot').stop_grace_period, '30s');
  });

  test('the bot has the certificates of its own users, and not the owner’s or the CA’s key', () => {
    const mounted = (name: string): readonly string[] =>
      (service(name).volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    assert.deepEqual(mounted('bot'), ['bot', './policy.yaml']);
    assert.deepEqual(mounted('migrate'), ['owner']);
    assert.deepEqual(
      services.filter(([name]) => mounted(name).includes('ca')).map(([name]) => name),
      ['certificates'],
    );
    const made = service('certificates').command?.join('\n') ?? '';
    for (const url of Object.values(service('bot').environment ?? {}).filter((value) => value.startsWith('postgresql:'))) {
      const { username, searchParams } = new URL(url);
      assert.equal(searchParams.get('sslmode'), 'verify-full');
      assert.equal(searchParams.get('sslcert'), `/certs/client.${username}.crt`);
      assert.equal(searchParams.get('sslkey'), `/certs/client.${username}.key`);
      assert.match(made, new RegExp(`for user in[^;]*\\b${username}\\b`), `${username} gets a certificate`);
    }
  });

  test('every file of SQL is run once, in the right database', () => {
    const scripts = services.flatMap(([, { command = [] }]) => command.join(' '));
    const ran = scripts.flatMap((script) => [
      ...script.matchAll(/run (\w+) (\S+\.sql)|--database=(\w+) --file=\/deploy\/(\S+)/g),
    ]);
    assert.deepEqual(
      ran.map(([, database, name, other, otherName]) => ({ name: name ?? otherName, database: database ?? other })),
      files.map(({ name, database }) => ({ name, database })),
    );
  });

  test('with bot.env filled in, the bot lacks nothing; with it as it comes, the bot asks for what is in it and no more', () => {
    const example = Object.fromEntries(
      read('deploy/bot.env.example')
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => line.split('=') as [string, string]),
    );
    const inside = Object.fromEntries(
      Object.entries(service('bot').environment ?? {}).map(([name, value]) => [
        name,
        interpolated(value, { REDIS_PASSWORD: 'f00' }),
      ]),
    );
    // These files lie elsewhere here than in the container.
    const here = {
      POLICY_FILE: join(checkout, 'policy.example.yaml'),
      AZURE_CLIENT_CERTIFICATE_PATH: join(checkout, 'package.json'),
    };
    const empty = readConfig({ ...example, ...inside, ...here });
    const asked = 'faults' in empty ? empty.faults.map((fault) => fault.where) : [];
    assert.deepEqual(asked.sort(), ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'SLACK_BOT_TOKEN, TEAMS_APP_ID']);
    for (const name of asked.flatMap((names) => names.split(', '))) assert.ok(name in example, name);
    const guid = '8d1f0000-0000-4000-8000-000000000001';
    const tenant = { AZURE_TENANT_ID: guid, AZURE_CLIENT_ID: guid };
    const platforms: readonly Record<string, string>[] = [
      { SLACK_BOT_TOKEN: 'xoxb-1234-5678', SLACK_APP_TOKEN: 'xapp-1-A-2' },
      { SLACK_BOT_TOKEN: 'xoxb-1234-5678', SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef' },
      { TEAMS_APP_ID: guid, TEAMS_APP_PASSWORD: 'a~long~client~secret~of~forty~characters' },
    ];
    const folder = mkdtempSync(join(tmpdir(), 'crdb-access-compose-'));
    try {
      const POLICY_FILE = join(folder, 'policy.yaml');
      for (const platform of platforms) {
        for (const name of Object.keys(platform)) assert.ok(name in example, name);
        writeFileSync(
          POLICY_FILE,
          'TEAMS_APP_ID' in platform ? inTeams(read('policy.example.yaml')) : read('policy.example.yaml'),
        );
        const read_ = readConfig({ ...example, ...inside, ...here, ...tenant, ...platform, POLICY_FILE });
        assert.ok('config' in read_, JSON.stringify(read_));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('scripts in it are ones that a shell understands', () => {
    for (const [name, { entrypoint = [], command = [] }] of services) {
      const script = [...entrypoint, ...command].at(-1) ?? '';
      if (!script.includes('\n')) continue;
      const checked = spawnSync('/bin/bash', ['-n', '-c', interpolated(script, {})], { encoding: 'utf8' });
      assert.equal(checked.stderr, '', name);
    }
  });

  const installed = spawnSync('redis-server', ['--version']).status === 0;
  test('Redis starts as it says there: with the password, which no list of processes shows, and healthy only with it', {
    skip: !installed && 'needs redis-server',
  }, async () => {
    const { command = [], healthcheck } = service('redis');
    const port = await freePort();
    const password = 'a-long-random-password';
    const script = interpolated(command.at(-1) ?? '', {}).replace('redis-server -', `redis-server - --port ${port}`);
    const server = spawn(command[0] ?? '', ['-euc', script], {
      env: { PATH: process.env['PATH'], REDISCLI_AUTH: password },
      stdio: 'ignore',
      cwd: '/',
    });
    const healthy = (auth: string): boolean =>
      spawnSync('/bin/sh', ['-c', (healthcheck?.test?.[1] ?? 'false').replace('redis-cli', `redis-cli -p ${port}`)], {
        env: { PATH: process.env['PATH'], REDISCLI_AUTH: auth },
      }).status === 0;
    try {
      for (const end = Date.now() + 10_000; !healthy(password); await new Promise((go) => setTimeout(go, 50)))
        assert.ok(Date.now() < end, 'healthy within 10 s');
      assert.equal(healthy('wrong'), false);
      assert.ok(!spawnSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).stdout.includes(password));
      const redis = new Redis(`redis://:${password}@127.0.0.1:${port}`);
      assert.deepEqual(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
      redis.disconnect();
    } finally {
      server.kill('SIGTERM');
      await new Promise((ended) => server.once('close', ended));
    }
  });
});
