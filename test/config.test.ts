import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { configFaultText, readConfig } from '../src/config.ts';

const dir = mkdtempSync(join(tmpdir(), 'crdb-access-config-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const certificate = join(dir, 'bot.pem');
writeFileSync(certificate, '');

const canary = 's3cr3t-canary-value';
const env = {
  SLACK_BOT_TOKEN: `xoxb-1234-${canary}`,
  SLACK_SIGNING_SECRET: `${canary}-signing`,
  AZURE_TENANT_ID: '8D1F4C1E-6b0a-4c7e-9a53-2f1c8f0b7a11',
  AZURE_CLIENT_ID: 'b07b07b0-1111-4aaa-8bbb-00000000c0de',
  AZURE_CLIENT_SECRET: `${canary}-client`,
  DATABASE_URL: `postgresql://bot:${canary}@localhost:5432/crdb_access`,
  POLICY_FILE: fileURLToPath(new URL('../policy.example.yaml', import.meta.url)),
  CRDB_PROD_URL: `postgresql://crdb_access:${canary}%21@prod.example.com:26257/defaultdb?sslmode=verify-full`,
  CRDB_PROD_SETTINGS_URL: `postgresql://settings:${canary}@127.0.0.1:26257/defaultdb`,
};
type Change = Readonly<Record<string, string | undefined>>;
const config = (change: Change = {}) => {
  const read = readConfig({ ...env, ...change });
  assert.ok('config' in read, 'faults' in read ? read.faults.map(configFaultText).join('\n') : '');
  return read.config;
};
const faults = (change: Change): readonly string[] => {
  const read = readConfig({ ...env, ...change });
  return 'faults' in read ? read.faults.map(configFaultText) : [];
};

suite('the configuration', () => {
  test('has a default for everything that has a good one', () => {
    const { clusters, policy, secrets, slack, azure, databaseUrl, ...rest } = config();
    assert.deepEqual(rest, {
      teams: null,
      queueUrl: null,
      host: '0.0.0.0',
      port: 3000,
      metrics: 'on',
      logLevel: 'info',
      sweepSeconds: 15,
      leaseSeconds: 30,
      retryCapSeconds: 60,
      statementTimeoutSeconds: 15,
      checkSeconds: 120,
      keySeconds: 3600,
      lookSeconds: 5,
    });
    assert.equal(slack?.apiUrl, 'https://slack.com/api/');
    assert.deepEqual([azure.authorityHost, azure.graphUrl], ['https://login.microsoftonline.com', 'https://graph.microsoft.com']);
    assert.equal(azure.tenantId, env.AZURE_TENANT_ID.toLowerCase());
    assert.equal(databaseUrl.reveal(), env.DATABASE_URL);
    assert.equal(policy.clusters.size, 1);
    assert.equal(clusters.get('prod')?.url.reveal(), env.CRDB_PROD_URL);
    assert.equal(clusters.get('prod')?.settingsUrl?.reveal(), env.CRDB_PROD_SETTINGS_URL);
    assert.ok(
      secrets.some((s) => s.reveal() === `${canary}!`),
      'the decoded password is hidden from the log too',
    );
  });
  test('does not print its secrets', () => {
    const read = config({ QUEUE_URL: `rediss://:${canary}@queue:6379` });
    for (const text of [inspect(read, { depth: 9 }), JSON.stringify(read), String(read.databaseUrl), `${read.slack?.botToken}`]) {
      assert.ok(!text.includes(canary));
    }
    assert.match(JSON.stringify(read), /\[secret\]/);
  });
  test('takes each of the three proofs that Entra takes', () => {
    assert.equal(config().azure.credential.kind, 'secret');
    const without = { AZURE_CLIENT_SECRET: undefined };
    assert.deepEqual(config({ ...without, AZURE_CLIENT_CERTIFICATE_PATH: certificate }).azure.credential, {
      kind: 'certificate',
      path: certificate,
    });
    assert.deepEqual(config({ ...without, AZURE_FEDERATED_TOKEN_FILE: certificate }).azure.credential, {
      kind: 'federated',
      path: certificate,
    });
  });
  test('takes deliveries over a socket when it has an app-level token, and needs no signing secret then', () => {
    const signed = config().slack?.deliveries;
    assert.equal(signed?.kind === 'signed' && signed.signingSecret.reveal(), env.SLACK_SIGNING_SECRET);
    const app = `xapp-1-${canary}`;
    for (const SLACK_SIGNING_SECRET of [undefined, '', env.SLACK_SIGNING_SECRET]) {
      const { slack, secrets } = config({ SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET });
      assert.equal(slack?.deliveries.kind === 'socket' && slack.deliveries.appToken.reveal(), app);
      assert.ok(secrets.some((s) => s.reveal() === app));
    }
  });
  test('speaks plain HTTP to a Slack on this machine only', () => {
    assert.equal(config({ SLACK_API_URL: 'http://127.0.0.1:4000/api' }).slack?.apiUrl, 'http://127.0.0.1:4000/api/');
    assert.equal(config({ SLACK_API_URL: 'http://localhost:4000/api/' }).slack?.apiUrl, 'http://localhost:4000/api/');
    assert.match(faults({ SLACK_API_URL: 'http://slack.example.com/api/' }).join(), /^SLACK_API_URL: .*https/);
    assert.match(faults({ SLACK_API_URL: 'http://localhost.evil.com/api/' }).join(), /^SLACK_API_URL: /);
  });
});

const noSlack = { SLACK_BOT_TOKEN: undefined, SLACK_SIGNING_SECRET: undefined };
const appId = '7ea37ea3-3333-4aaa-8bbb-00000000b07a';
const withTeams = { TEAMS_APP_ID: appId, TEAMS_APP_PASSWORD: `${canary}-teams` };

suite('the configuration of Microsoft Teams', () => {
  test("has Microsoft's public cloud as its default, and the bot's own tenant", () => {
    const { teams, secrets, azure } = config(withTeams);
    assert.deepEqual(
      { ...teams, credential: teams?.credential?.kind },
      {
        appId,
        credential: 'secret',
        authorityHost: azure.authorityHost,
        scope: 'https://api.botframework.com/.default',
        serviceUrl: 'https://smba.trafficmanager.net/teams/',
        serviceUrlHosts: ['smba.trafficmanager.net'],
        issuer: 'https://api.botframework.com',
        metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
        anonymous: false,
      },
    );
    assert.ok(secrets.some((s) => s.reveal() === withTeams.TEAMS_APP_PASSWORD));
  });
  test('calls the first host of the list until Teams has named an address, unless it is told another', () => {
    const listed = { ...withTeams, TEAMS_SERVICE_URL_HOSTS: 'smba.infra.gcc.teams.microsoft.com, Smba.trafficmanager.net' };
    assert.equal(config(listed).teams?.serviceUrl, 'https://smba.infra.gcc.teams.microsoft.com/teams/');
    assert.deepEqual(config(listed).teams?.serviceUrlHosts, ['smba.infra.gcc.teams.microsoft.com', 'smba.trafficmanager.net']);
    const told = { ...listed, TEAMS_SERVICE_URL: 'https://smba.trafficmanager.net/emea' };
    assert.equal(config(told).teams?.serviceUrl, 'https://smba.trafficmanager.net/emea/');
  });
  test('takes the authority with the tenant at its end or without it', () => {
    for (const TEAMS_LOGIN_AUTHORITY of [`https://localhost:1/${env.AZURE_TENANT_ID}`, 'https://localhost:1/'])
      assert.equal(config({ ...withTeams, TEAMS_LOGIN_AUTHORITY }).teams?.authorityHost, 'https://localhost:1');
  });
  test('is not enough where the policy asks and tells people on another platform alone', () => {
    const policy = join(dir, 'slack-alone.yaml');
    writeFileSync(policy, readFileSync(env.POLICY_FILE, 'utf8').replace(/^.*teams_channel:.*\n/gm, ''));
    const said = faults({ ...noSlack, ...withTeams, POLICY_FILE: policy });
    assert.ok(said.length > 1, said.join('\n'));
    assert.match(
      said[0] ?? '',
      /^POLICY_FILE: admins: names no channel on a platform that is configured \(teams\); write a channel there, or configure/,
    );
    assert.match(said[1] ?? '', /^POLICY_FILE: entitlements\.\w+\.approval: names no channel/);
    assert.ok('config' in readConfig({ ...env, ...withTeams, POLICY_FILE: policy }), 'with Slack beside it, it is');
  });
  test('lets nobody in without proof, but for a switch that takes a bot on this machine alone', () => {
    const on = { TEAMS_DEVELOPMENT_ANONYMOUS: 'on' };
    for (const HOST of ['127.0.0.1', 'localhost', '::1']) {
      const { teams } = config({ ...on, HOST });
      assert.deepEqual([teams?.anonymous, teams?.credential], [true, null]);
    }
    for (const HOST of [undefined, '0.0.0.0', '::', '10.0.0.1'])
      assert.match(faults({ ...on, HOST }).join(), /^TEAMS_DEVELOPMENT_ANONYMOUS: is on, and the bot listens to other machines/);
    assert.equal(config({ TEAMS_DEVELOPMENT_ANONYMOUS: 'off' }).teams, null);
  });
});

/** A change, and the fault that it must give; none of them may repeat the value. */
const changes: readonly (readonly [Change, RegExp])[] = [
  [
    { SLACK_BOT_TOKEN: undefined },
    /^SLACK_BOT_TOKEN: is not set; write the bot token of the Slack app, which begins with xoxb-$/,
  ],
  [{ SLACK_BOT_TOKEN: '' }, /^SLACK_BOT_TOKEN: is not set/],
  [{ SLACK_BOT_TOKEN: 'xoxb-your-token' }, /^SLACK_BOT_TOKEN: is a placeholder/],
  [{ SLACK_BOT_TOKEN: `xapp-${canary}` }, /^SLACK_BOT_TOKEN: does not have the right form/],
  [{ SLACK_BOT_TOKEN: `${env.SLACK_BOT_TOKEN}\n` }, /^SLACK_BOT_TOKEN: begins or ends with a space or a line break/],
  [{ SLACK_SIGNING_SECRET: 'changeme' }, /^SLACK_SIGNING_SECRET: is a placeholder/],
  [{ SLACK_SIGNING_SECRET: 'your-signing-secret' }, /^SLACK_SIGNING_SECRET: is a placeholder/],
  [{ SLACK_SIGNING_SECRET: 'short' }, /^SLACK_SIGNING_SECRET: does not have the right form/],
  [{ SLACK_SIGNING_SECRET: undefined }, /^SLACK_SIGNING_SECRET: is not set \(nor is SLACK_APP_TOKEN\); write the signing secret/],
  [{ SLACK_APP_TOKEN: `xoxb-${canary}` }, /^SLACK_APP_TOKEN: does not have the right form; write an app-level token .*xapp-/],
  [{ SLACK_APP_TOKEN: 'xapp-your-token' }, /^SLACK_APP_TOKEN: is a placeholder/],
  [{ ...noSlack }, /^SLACK_BOT_TOKEN, TEAMS_APP_ID: none is set; write the variables of Slack, of Microsoft Teams, or of both/],
  [
    { TEAMS_APP_ID: 'crdb-access', TEAMS_APP_PASSWORD: `${canary}-teams` },
    /^TEAMS_APP_ID: does not have the right form; write a GUID/,
  ],
  [{ TEAMS_APP_PASSWORD: `${canary}-teams` }, /^TEAMS_APP_ID: is not set; write a GUID/],
  [
    { TEAMS_APP_ID: appId },
    /^TEAMS_APP_PASSWORD, TEAMS_APP_CERTIFICATE_PATH, TEAMS_APP_FEDERATED_TOKEN_FILE: none is set; write one of them$/,
  ],
  [{ ...withTeams, TEAMS_APP_PASSWORD: 'changeme' }, /^TEAMS_APP_PASSWORD: is a placeholder/],
  [
    { ...withTeams, TEAMS_SERVICE_URL_HOSTS: 'https://smba.trafficmanager.net' },
    /^TEAMS_SERVICE_URL_HOSTS: .*host names without a scheme/,
  ],
  [{ ...withTeams, TEAMS_SERVICE_URL: 'http://smba.trafficmanager.net/teams/' }, /^TEAMS_SERVICE_URL: .*https/],
  [{ ...withTeams, TEAMS_OPENID_METADATA_URL: 'http://localhost:1/keys' }, /^TEAMS_OPENID_METADATA_URL: .*https/],
  [{ ...withTeams, TEAMS_OAUTH_SCOPE: 'api.botframework.com' }, /^TEAMS_OAUTH_SCOPE: .*ends in \/\.default/],
  [{ TEAMS_DEVELOPMENT_ANONYMOUS: 'yes', HOST: '127.0.0.1' }, /^TEAMS_DEVELOPMENT_ANONYMOUS: .*one of on, off/],
  [{ AZURE_TENANT_ID: 'contoso.com' }, /^AZURE_TENANT_ID: does not have the right form; write a GUID/],
  [{ AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000000' }, /^AZURE_CLIENT_ID: is a placeholder/],
  [
    { AZURE_CLIENT_SECRET: undefined },
    /^AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE: none is set; write one of them$/,
  ],
  [
    { AZURE_CLIENT_CERTIFICATE_PATH: certificate },
    /^AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH: are set together; write only one/,
  ],
  [
    { AZURE_CLIENT_SECRET: undefined, AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere.pem' },
    /^AZURE_CLIENT_CERTIFICATE_PATH: does not have the right form; write the path of a file that is there/,
  ],
  [{ AZURE_AUTHORITY_HOST: 'http://login.microsoftonline.com' }, /^AZURE_AUTHORITY_HOST: .*https/],
  [{ AZURE_AUTHORITY_HOST: 'http://localhost:1' }, /^AZURE_AUTHORITY_HOST: /],
  [{ GRAPH_BASE_URL: `https://user:${canary}@graph.microsoft.com` }, /^GRAPH_BASE_URL: /],
  [{ GRAPH_BASE_URL: 'graph.microsoft.com' }, /^GRAPH_BASE_URL: /],
  [{ DATABASE_URL: undefined }, /^DATABASE_URL: is not set; write a URL like postgresql:/],
  [{ DATABASE_URL: `mysql://bot:${canary}@localhost/x` }, /^DATABASE_URL: does not have the right form/],
  [{ DATABASE_URL: 'postgresql://bot:changeme@localhost/x' }, /^DATABASE_URL: is a placeholder/],
  [{ QUEUE_URL: `amqp://:${canary}@localhost` }, /^QUEUE_URL: .*or nothing for the queue in DATABASE_URL/],
  [{ CRDB_PROD_URL: undefined }, /^CRDB_PROD_URL: is not set \(the policy's clusters\.prod\.credential names it\)/],
  [
    { CRDB_PROD_SETTINGS_URL: undefined },
    /^CRDB_PROD_SETTINGS_URL: is not set \(the policy's clusters\.prod\.settings_credential names it\)/,
  ],
  [{ CRDB_PROD_URL: `postgresql://a:${canary}@prod.example.com/x` }, /^CRDB_PROD_URL: .*sslmode=verify-full/],
  [{ CRDB_PROD_URL: `postgresql://a:${canary}@prod.example.com/x?sslmode=disable` }, /^CRDB_PROD_URL: /],
  [{ PORT: '70000' }, /^PORT: does not have the right form; write a whole number from 0 to 65535, like 3000$/],
  [{ PORT: '3e3' }, /^PORT: /],
  [{ HOST: 'http://x' }, /^HOST: /],
  [{ LOG_LEVEL: 'verbose' }, /^LOG_LEVEL: .*one of fatal, error/],
  [{ SWEEP_SECONDS: '0' }, /^SWEEP_SECONDS: /],
  [{ LEASE_SECONDS: 'ten' }, /^LEASE_SECONDS: /],
  [{ RETRY_CAP_SECONDS: '-1' }, /^RETRY_CAP_SECONDS: /],
  [{ STATEMENT_TIMEOUT_SECONDS: '601' }, /^STATEMENT_TIMEOUT_SECONDS: /],
  [{ POLICY_FILE: '/nowhere/policy.yaml' }, /^\/nowhere\/policy\.yaml:1: does not exist; write the path of a readable file$/],
];

suite('a configuration with a fault', () => {
  for (const [change, gives] of changes) {
    test(`${gives.source.slice(1, 90)}`, () => {
      const said = faults(change);
      assert.equal(said.length, 1, said.join('\n') || 'no fault');
      assert.match(said[0] ?? '', gives);
      assert.ok(!said.join().includes(canary), 'no value stands in a fault');
    });
  }
  test('says every fault of the environment and of the policy file at once', () => {
    const policy = join(dir, 'policy.yaml');
    writeFileSync(policy, 'version: 1\nadmins: { app_role: x }\nclusters: {}\nentitlements: {}\n');
    const said = faults({ SLACK_BOT_TOKEN: '', DATABASE_URL: 'x', POLICY_FILE: policy });
    assert.deepEqual(
      said.map((fault) => fault.replace(dir, '').split('; ')[0]),
      [
        'SLACK_BOT_TOKEN: is not set',
        'DATABASE_URL: does not have the right form',
        '/policy.yaml:2: admins: has no channel',
        '/policy.yaml:3: clusters: is empty',
        '/policy.yaml:4: entitlements: is empty',
      ],
    );
  });
  test('with an empty environment names every variable that has no default', () => {
    const read = readConfig({});
    const where = 'faults' in read ? read.faults.map((fault) => fault.where) : [];
    for (const name of [
      'SLACK_BOT_TOKEN, TEAMS_APP_ID',
      'AZURE_TENANT_ID',
      'AZURE_CLIENT_ID',
      'DATABASE_URL',
      './policy.yaml:1',
    ]) {
      assert.ok(where.includes(name), name);
    }
  });
});
