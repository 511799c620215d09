/** What an admin does about a cluster's settings, with two other identity providers on it: from a shell, in Slack and in Teams. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import { drive, type Driver, type Message, pause, type People } from './sandbox-driver.ts';

/** What the bot sets, in order, as the cluster has it. */
const sets: string[] = [];
/** Kills the bot before so many more settings are written; null: never. */
let killAfter: number | null = null;
const watch: Watch = async (when, _what, facts) => {
  const { statement } = facts;
  if (when !== 'after' || facts['user'] !== 'crdb_access_settings' || typeof statement !== 'string') return;
  if (!statement.startsWith('SET CLUSTER SETTING')) return;
  sets.push(statement.split(' ')[3] ?? '');
  if (killAfter === null || --killAfter > 0) return;
  killAfter = null;
  d.sandbox.bot.kill();
};

let d: Driver;
before(async () => {
  d = await drive({ watch, version: 'v25.2.4', env: { SWEEP_SECONDS: '1', LEASE_SECONDS: '8', RETRY_CAP_SECONDS: '2' } });
});
after(() => d.stop());

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function cli(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...d.sandbox.botEnv, PATH: process.env['PATH'] } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (ended) => done(ended ?? -1));
  });
  const secrets = [d.sandbox.botEnv['AZURE_CLIENT_SECRET'], d.sandbox.botEnv['CRDB_PROD_SETTINGS_URL']];
  for (const secret of secrets) assert.ok(secret === undefined || !`${out}${err}`.includes(secret), 'a secret is printed');
  return { code, out, err };
}

const jwt = 'server.jwt_authentication.';
const names = {
  map: 'server.identity_map.configuration',
  jwks: `${jwt}jwks`,
  audience: `${jwt}audience`,
  claim: `${jwt}claim`,
  issuers: `${jwt}issuers`,
  enabled: `${jwt}enabled`,
} as const;
type Name = keyof typeof names;
type Texts = Readonly<Record<Name, string>>;

const set = (name: Name, value: string): Promise<unknown> =>
  d.root(`SET CLUSTER SETTING ${names[name]} = ${name === 'enabled' ? value : `'${value.replaceAll("'", "''")}'`}`);
async function texts(): Promise<Texts> {
  const read = async (name: Name): Promise<readonly [Name, string]> => [
    name,
    String(Object.values((await d.root(`SHOW CLUSTER SETTING ${names[name]}`))[0] ?? {})[0]),
  ];
  return Object.fromEntries(await Promise.all((Object.keys(names) as Name[]).map(read))) as Texts;
}

const rsa = (kid: string): string => {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  return `{ "kid":"${kid}",  "kty" : "RSA", "use":"sig", "n":"${n}","e":"${e}", "x5c":["MIIC"], "owner" : { "team":["a","b"], "since":1.50 } }`;
};
/** Two others, each with everything of their own, in a hand of their own. */
const keys = [rsa('okta-1'), rsa('ping-1')];
const others: Texts = {
  map: `# Okta's people, ask infra\n  https://okta.example.com    /^(.*)@okta\\.example\\.com$   \\1   # all of them\n\n\nhttps://ping.example/ eve@ping.example eve #only Eve\n`,
  jwks: `{ "contact":"infra", "keys" : [ ${keys.join(' ,\n  ')} ] , "more": [1, 2,{"keys":[]}] }`,
  audience: '[ "okta-crdb",\n "ping-crdb" ]',
  claim: 'upn',
  issuers: '["https://okta.example.com" , "https://ping.example/"]',
  enabled: 'true',
};
async function othersAlone(): Promise<void> {
  for (const [name, value] of Object.entries(others)) await set(name as Name, value);
}

/** That nothing of the others' was touched. */
function assertKept(now: Texts): void {
  for (const line of others.map.split('\n')) assert.ok(now.map.split('\n').includes(line), line);
  assert.ok(now.map.startsWith(others.map));
  assert.ok(now.jwks.startsWith(others.jwks.slice(0, others.jwks.indexOf(' ] , "more"'))));
  assert.ok(now.jwks.endsWith(' ] , "more": [1, 2,{"keys":[]}] }'));
  assert.ok(now.audience.startsWith('[ "okta-crdb",\n "ping-crdb",'));
  assert.ok(now.issuers.startsWith('["https://okta.example.com" , "https://ping.example/",'));
}

const auditLines = async (): Promise<number> => Number((await d.store('SELECT count(*) AS n FROM audit'))[0]?.['n']);
const told = (as: string, says: RegExp, seconds = 20): Promise<Message> =>
  d.sees(as, (m) => m.ephemeral && says.test(m.text), seconds);

/** Opens the plan from the answer to a status, and waits until it is worked out. */
async function opensPlan(as: string, on: People = d, typed = '/crdb-status prod'): Promise<string> {
  const seen = new Set((await on.inbox(as)).map((m) => m.id));
  await on.command(as, typed);
  const status = await on.sees(as, (m) => !seen.has(m.id) && m.buttons.some((b) => b.label === 'Plan'));
  await on.press(as, status.id, 'Plan');
  for (let i = 0; i < 400; i += 1) {
    const text = JSON.stringify(await on.modal(as));
    if (/would be written|there is nothing|There is no plan/.test(text)) return text;
    await pause(50);
  }
  throw new Error(`the plan does not come: ${JSON.stringify(await on.modal(as))}`);
}

test('a cluster that the policy does not have is said before anything is planned, written or taken back', async () => {
  for (const command of ['plan', 'apply', 'rollback']) {
    const err = 'The policy has no cluster "nowhere". There is: prod.\n';
    assert.deepEqual(await cli(command, '--cluster', 'nowhere'), { code: 2, out: '', err });
  }
});

suite('on a cluster with two other identity providers', () => {
  test('a plan changes none of their values; applied twice it writes once; rolled back, all is as it was, byte for byte', async () => {
    assert.equal((await cli('watch', 'pause')).code, 0);
    await othersAlone();
    const before = await texts();
    assert.deepEqual(before, others);

    const planned = await cli('plan', '--json');
    assert.equal(planned.code, 1, planned.err);
    const plan = JSON.parse(planned.out) as {
      steps: { setting: string; before: string; after: string; gone: string[]; come: string[] }[];
    };
    assert.deepEqual(
      plan.steps.map(({ setting }) => setting),
      [names.map, names.jwks, names.audience, names.issuers],
    );
    assert.ok(
      plan.steps.every(({ gone }) => gone.length === 0),
      planned.out,
    );
    const after = Object.fromEntries(plan.steps.map((step) => [step.setting, step.after]));
    assertKept({
      ...others,
      map: after[names.map] ?? '',
      jwks: after[names.jwks] ?? '',
      audience: after[names.audience] ?? '',
      issuers: after[names.issuers] ?? '',
    });
    const words = await cli('plan', '--cluster', 'prod');
    assert.match(
      words.out,
      /Issuers {2}\+ +http.*Nobody loses a login by it\..*SET CLUSTER SETTING server\.jwt_authentication\.issuers = '/s,
    );
    assert.deepEqual(await texts(), others, 'nothing is written by a plan');

    const applied = await cli('apply', '--yes');
    assert.equal(applied.code, 0, applied.out + applied.err);
    assert.match(applied.out, /Written on prod, and read back, as change [0-9A-Z]{8}/);
    const now = await texts();
    assertKept(now);
    assert.deepEqual(sets, [names.map, names.jwks, names.audience, names.issuers]);
    assert.equal((await cli('plan')).code, 0);

    const lines = await auditLines();
    const again = await cli('apply');
    assert.equal(again.code, 0, again.out + again.err);
    assert.match(again.out, /Nothing was written: there is nothing to do/);
    assert.equal(sets.length, 4, 'no SET reaches the cluster');
    assert.equal(await auditLines(), lines, 'nothing is recorded');
    assert.deepEqual(await texts(), now);

    const back = await cli('rollback', '--yes');
    assert.equal(back.code, 0, back.out + back.err);
    assert.match(back.out, /Written on prod, and read back.*watch is paused since/s);
    assert.deepEqual(await texts(), others);
    assert.deepEqual(sets.slice(4), [names.issuers, names.audience, names.jwks, names.map]);
    const forth = await cli('rollback');
    assert.equal(forth.code, 0, forth.out);
    assert.deepEqual(await texts(), now, 'and a rollback can be taken back');
  });

  test('a rollback is refused when somebody has changed since what was written', async () => {
    await set('audience', '["somebody-else"]');
    const no = await cli('rollback');
    assert.equal(no.code, 1, no.out);
    assert.match(
      no.out,
      /Nothing was written: somebody has changed since.*server\.jwt_authentication\.audience {2}\+ +somebody-else/s,
    );
    const json = JSON.parse((await cli('rollback', '--json')).out) as { outcome: string };
    assert.equal(json.outcome, 'changed_since');
    await othersAlone();
  });

  test('a bot that is killed between two writes goes on with what is left', async () => {
    const count = sets.length;
    const form = await opensPlan('carol');
    assert.match(form, /4 settings of prod/);
    killAfter = 2;
    await d.submit('carol', {});
    for (let i = 0; i < 600 && !(await isApplied()); i += 1) await pause(100);
    assert.equal(killAfter, null, 'the bot was killed');
    assert.ok(await isApplied(), 'the change is carried to its end');
    assert.deepEqual(sets.slice(count), [names.map, names.jwks, names.audience, names.issuers], 'each once');
    assertKept(await texts());
    assert.equal((await cli('plan')).code, 0);
  });

  test('with a grant, the plan from a status says who could log in then; applied in Slack, Alice can', async () => {
    assert.equal((await cli('watch', 'resume')).code, 0);
    await d.command('alice', '/crdb-access request analytics');
    await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
    const login = await d.bash('alice', 40);
    assert.equal((await cli('watch', 'pause')).code, 0);
    const { audience } = await texts();
    await set('audience', '["okta-crdb"]');
    assert.notEqual((await d.shell('alice', login, 'SELECT 1;\n')).code, 0, 'Alice can’t log in');
    const form = await opensPlan('carol');
    assert.match(form, /Could log in then \(1\).*alice \(alice@contoso\.com\)/);
    assert.match(form, /Mind: .* paused the watch/);
    await d.submit('carol', {});
    await told('carol', /Applied on prod, and read back/);
    assert.notEqual(audience, '');
    const can = await d.shell('alice', login, 'SELECT 1;\n');
    assert.equal(can.code, 0, can.err);
  });

  test('what takes a login waits for a second admin, on the other platform, and is then written', async () => {
    const filed = await cli('rollback');
    assert.equal(filed.code, 0, filed.out + filed.err);
    const id = /Filed as change ([0-9A-Z]{8})/.exec(filed.out)?.[1] ?? '';
    assert.match(filed.out, /Two different admins have to confirm it.*loses the login +alice \(alice@contoso\.com\)/s);
    const before = await texts();
    const inSlack = await d.card('carol', id);
    assert.match(inSlack.text, /It takes a login away/);
    const inTeams = await d.on('teams').card('grace', id);
    await d.press('carol', inSlack.id, 'Confirm');
    await d.sees('carol', (m) => m.id === inSlack.id && /One more admin has to/.test(m.text));
    await d.press('carol', inSlack.id, 'Confirm');
    await told('carol', /You confirmed this .* already, and you count once/);
    await d.on('teams').press('carol', (await d.on('teams').card('carol', id)).id, 'Confirm');
    assert.deepEqual(await texts(), before, 'nobody counts twice, whatever the door');
    await d.on('teams').press('grace', inTeams.id, 'Confirm');
    const over = await d.sees('carol', (m) => m.id === inSlack.id && /: applied/.test(m.text), 30);
    assert.match(over.text, /Confirmed by Grace/);
    assert.deepEqual(over.buttons, []);
    await d.on('teams').sees('grace', (m) => m.id === inTeams.id && /: applied/.test(m.text), 30);
    assert.equal((await texts()).audience, '["okta-crdb"]');
  });

  test('in Teams an admin opens the plan and applies it as in Slack', async () => {
    const teams = d.on('teams');
    assert.match(await opensPlan('grace', teams, 'status prod'), /Could log in then \(1\).*alice \(alice@contoso\.com\)/);
    await teams.submit('grace', {});
    await teams.sees('grace', (m) => /Applied on prod, and read back/.test(m.text), 30);
    assert.match((await texts()).audience, /^\["okta-crdb",/);
    assert.equal((await cli('plan')).code, 0);
  });

  test('whoever is no admin gets no plan, and the command line no other cluster', async () => {
    assert.equal((await cli('plan', '--cluster', 'nowhere')).code, 2);
    assert.equal((await cli('apply', 'prod')).code, 2);
    const { code, err } = await cli('rollback', '--force');
    assert.equal(code, 2);
    assert.match(err, /Usage: npm run -s cli -- rollback \[--cluster NAME\] \[--yes\] \[--json\]/);
  });
});

const isApplied = async (): Promise<boolean> =>
  (await d.store('SELECT state, filed_by FROM setting_changes ORDER BY filed_at DESC LIMIT 1')).some(
    (row) => row['state'] === 'applied' && row['filed_by'] === null,
  );
