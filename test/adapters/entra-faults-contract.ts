import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { Fault } from '../../src/core/errors.ts';
import { certificate } from '../../src/sandbox/x509.ts';
import { oidOf } from '../sandbox/entra-setup.ts';
import { type Bot, type EntraRig, entraRig, json, withServer } from './entra-rig.ts';

let r: EntraRig;
let bot: Bot;
before(async () => {
  r = await entraRig();
  bot = r.bot();
});
beforeEach(() => {
  r.standIn.fault('none');
  r.watch = () => undefined;
});
after(() => r.stop());

/** What a call threw, how long it took. */
async function faultOf(call: Promise<unknown>): Promise<{ fault: Fault; ms: number }> {
  const began = performance.now();
  const thrown = await call.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Fault, inspect(thrown));
  return { fault: thrown, ms: performance.now() - began };
}

/** Counts Graph calls, and lets a test change the world before the nth. */
function counting(before: (n: number) => void = () => undefined): { calls: number } {
  const seen = { calls: 0 };
  r.watch = (when) => {
    if (when === 'after') return;
    seen.calls += 1;
    before(seen.calls);
  };
  return seen;
}

test('a throttled call is made again after Retry-After, and then answers', async () => {
  const seen = counting((n) => r.standIn.fault(n === 1 ? '429' : 'none'));
  const began = performance.now();
  assert.equal((await bot.directory.userById(oidOf('alice')))?.upn, 'alice@contoso.com');
  assert.ok(performance.now() - began >= 1990);
  assert.equal(seen.calls, 2);
});

test('a Retry-After that does not fit into the limit is handed back at once, and the call is not made again', async () => {
  r.standIn.fault('429');
  const seen = counting();
  const { fault, ms } = await faultOf(r.bot({ timeoutSeconds: 1 }).directory.userById(oidOf('alice')));
  assert.deepEqual([fault.code, fault.retry, fault.retryAfter], ['directory_unavailable', 'later', 2]);
  assert.equal(seen.calls, 1);
  assert.ok(ms < 900);
});

test('throttled for good, it gives up after a few tries within ten seconds', async () => {
  r.standIn.fault('429');
  const seen = counting();
  const { fault, ms } = await faultOf(bot.directory.holds(oidOf('alice'), { kind: 'app_role', value: 'Crdb.Request' }));
  assert.deepEqual([fault.code, fault.retry, fault.retryAfter, seen.calls], ['directory_unavailable', 'later', 2, 3]);
  assert.ok(ms < 10_000);
});

test('a Retry-After that is a date counts too, and a 503 is as passing as a 429', async () => {
  await withServer(
    r.ca,
    (_, res) => json(res, 503, {}, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }),
    async (url) => {
      r.standIn.graphUrls.add(url);
      const { fault } = await faultOf(r.bot({ graphBaseUrl: url }).directory.probe());
      assert.equal(fault.code, 'directory_unavailable');
      assert.ok((fault.retryAfter ?? 0) > 50 && (fault.retryAfter ?? 0) <= 61);
    },
  );
});

test('Graph that is down is said after a moment, and answers again when it is back', async () => {
  r.standIn.fault('down');
  const { fault, ms } = await faultOf(bot.directory.userById(oidOf('alice')));
  assert.deepEqual([fault.code, fault.retry], ['directory_unavailable', 'later']);
  assert.match(fault.message, /can't be reached: (ECONNRESET|UND_ERR_SOCKET)/);
  assert.ok(ms < 4000);
  r.standIn.fault('none');
  await bot.directory.probe();
});

test('a connection that breaks once is not noticed', async () => {
  counting((n) => r.standIn.fault(n === 1 ? 'down' : 'none'));
  assert.equal((await bot.directory.userById(oidOf('alice')))?.upn, 'alice@contoso.com');
});

test('Graph that is too slow is not waited for beyond the limit', async () => {
  r.standIn.fault('slow');
  const { fault, ms } = await faultOf(r.bot({ timeoutSeconds: 1 }).directory.userById(oidOf('alice')));
  assert.deepEqual([fault.code, fault.retry], ['directory_unavailable', 'later']);
  assert.match(fault.message, /did not answer within 1 s/);
  assert.ok(ms < 1500);
});

test('an authority that accepts and says nothing is not waited for beyond the limit', async () => {
  await withServer(
    r.ca,
    () => undefined,
    async (url) => {
      const silent = r.bot({ authorityHost: url, timeoutSeconds: 1 });
      const { fault, ms } = await faultOf(silent.directory.probe());
      assert.deepEqual([fault.code, fault.retry], ['directory_unavailable', 'later']);
      assert.ok(ms < 2000);
      assert.ok((await faultOf(silent.issuer.published('v2'))).ms < 2000);
    },
  );
});

const team = 'fafafafa-1111-4111-8111-000000000001';
const ways: readonly (readonly [string, (b: Bot) => Promise<unknown>])[] = [
  [
    'held',
    (b) =>
      b.directory.held(oidOf('carol'), [
        { kind: 'app_role', value: 'Crdb.Request' },
        { kind: 'group', id: oidOf('bob') },
      ]),
  ],
  ['heldByAnother for an app role', (b) => b.directory.heldByAnother({ kind: 'app_role', value: 'Crdb.Approve' }, oidOf('bob'))],
  ['heldByAnother for a group', (b) => b.directory.heldByAnother({ kind: 'group', id: team }, oidOf('bob'))],
];
for (const [what, ask] of ways) {
  test(`${what}: throttled, down or slow at whichever call, it is a fault in time and never an answer`, async () => {
    r.standIn.people.addToGroup(oidOf('carol'), team);
    const calls = counting();
    await ask(bot);
    assert.ok(calls.calls > 1);
    for (let nth = 1; nth <= calls.calls; nth += 1) {
      for (const fault of ['429', 'down', 'slow'] as const) {
        counting((n) => r.standIn.fault(n >= nth ? fault : 'none'));
        const { fault: thrown, ms } = await faultOf(ask(r.bot({ timeoutSeconds: 1 })));
        assert.deepEqual([thrown.code, thrown.retry], ['directory_unavailable', 'later'], `${fault} at call ${nth}`);
        assert.ok(ms < 2500, `${fault} at call ${nth} took ${ms} ms`);
      }
    }
    r.standIn.fault('none');
    counting((n) => r.standIn.fault(n === calls.calls ? 'down' : 'none'));
    await ask(bot);
  });
}

test('each missing permission is named with the call that needs it, and a consent counts from the next call on', async () => {
  const narrow = r.bot();
  const needs = async (permissions: readonly string[], call: () => Promise<unknown>, says: RegExp): Promise<void> => {
    r.standIn.bot.graphPermissions = permissions;
    const { fault } = await faultOf(call());
    assert.deepEqual([fault.code, fault.retry], ['directory_refused', 'never']);
    assert.match(fault.message, says);
  };
  const holds = () => narrow.directory.holds(oidOf('alice'), { kind: 'app_role', value: 'Crdb.Request' });
  await needs([], () => narrow.directory.userById(oidOf('alice')), /permission User\.Read\.All,/);
  await needs(['User.Read.All'], holds, /Application\.Read\.All/);
  await needs(['User.Read.All', 'Application.Read.All'], holds, /Directory\.Read\.All,/);
  await needs(
    ['User.Read.All'],
    () => narrow.directory.holds(oidOf('alice'), { kind: 'group', id: oidOf('bob') }),
    /GroupMember\.Read\.All/,
  );
  const another = (criterion: Parameters<Bot['directory']['heldByAnother']>[0]) => () =>
    narrow.directory.heldByAnother(criterion, oidOf('alice'));
  await needs(['User.Read.All'], another({ kind: 'app_role', value: 'Crdb.Approve' }), /Application\.Read\.All/);
  await needs(['User.Read.All'], another({ kind: 'group', id: oidOf('bob') }), /GroupMember\.Read\.All/);
  r.standIn.bot.graphPermissions = ['Directory.Read.All'];
  assert.equal(await holds(), true);
});

test('a token that Graph does not accept any more is replaced within the same call', async () => {
  const steady = r.bot();
  await steady.directory.probe();
  r.standIn.rotateKeys('at_once');
  await steady.directory.probe();
});

const nobody = '11111111-1111-4111-8111-111111111111';
const wrong: readonly (readonly [string, Parameters<EntraRig['bot']>[0], RegExp])[] = [
  ['a wrong client secret', { clientSecret: 'canary-of-a-secret' }, /AADSTS7000215.*AZURE_CLIENT_SECRET/],
  ['an unknown client', { clientId: nobody }, /AADSTS700016.*AZURE_CLIENT_ID/],
  ['an unknown tenant', { tenantId: nobody }, /AZURE_AUTHORITY_HOST and AZURE_TENANT_ID/],
  ['a Graph that the tenant does not know', { graphBaseUrl: 'https://graph.example' }, /AADSTS500011.*GRAPH_BASE_URL/],
];
for (const [what, options, says] of wrong) {
  test(`${what} is refused for good, naming the variable to look at and never the secret`, async () => {
    r.logged.length = 0;
    const { fault } = await faultOf(r.bot(options).directory.probe());
    assert.deepEqual([fault.code, fault.retry], ['directory_refused', 'never']);
    assert.match(fault.message, says);
    const told = inspect(fault, { depth: 10 }) + r.logged.join('\n');
    for (const secret of ['canary-of-a-secret', r.standIn.clientSecret]) assert.equal(told.includes(secret), false);
  });
}

test('no fault and no log line holds a secret or a token, whatever fails', async () => {
  r.logged.length = 0;
  for (const fault of ['429', 'down'] as const) {
    r.standIn.fault(fault);
    const told = inspect((await faultOf(r.bot().directory.userById(oidOf('alice')))).fault, { depth: 10 });
    assert.equal(/eyJ/.test(told), false, told);
  }
  assert.equal(/eyJ|Bearer/.test(r.logged.join('\n')) || r.logged.join('\n').includes(r.standIn.clientSecret), false);
});

test('an authority that is not there is an outage', async () => {
  const gone = await withServer(
    r.ca,
    () => undefined,
    async (url) => url,
  );
  const { fault } = await faultOf(r.bot({ authorityHost: gone }).directory.probe());
  assert.deepEqual([fault.code, fault.retry], ['directory_unavailable', 'later']);
  assert.match(fault.message, /ECONNREFUSED/);
});

function rsaCertificate(): { pem: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const [from, until] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)];
  const pem = certificate({
    kind: 'client',
    subject: 'crdb-access',
    publicKey,
    hosts: [],
    from,
    until,
    issuer: { name: 'crdb-access', key: signer },
  });
  return { pem, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

test('a registered certificate proves who the bot is, another one does not', async () => {
  const { pem, key } = rsaCertificate();
  const file = join(r.dir, `${randomBytes(4).toString('hex')}.pem`);
  writeFileSync(file, key + pem, { mode: 0o600 });
  const byCertificate = r.bot({ clientCertificatePath: file }, ['clientSecret']);
  const { fault } = await faultOf(byCertificate.directory.probe());
  assert.match(fault.message, /AADSTS700027.*AZURE_CLIENT_CERTIFICATE_PATH/);
  r.standIn.bot.certificates.push(pem);
  await byCertificate.directory.probe();
});

test('a federated token proves who the bot is, one of another subject or none does not', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join(r.dir, 'federated-token');
  const write = (sub: string): void => {
    const claims = {
      iss: 'https://cluster.example',
      sub,
      aud: 'api://AzureADTokenExchange',
      exp: Math.floor(Date.now() / 1000) + 600,
    };
    const text = [{ alg: 'RS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    writeFileSync(file, `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`);
  };
  r.standIn.bot.federated.push({ issuer: 'https://cluster.example', subject: 'system:serviceaccount:crdb:bot', publicKey });
  write('system:serviceaccount:crdb:somebody-else');
  const { fault } = await faultOf(r.bot({ federatedTokenFile: file }, ['clientSecret']).directory.probe());
  assert.match(fault.message, /AADSTS700213.*AZURE_FEDERATED_TOKEN_FILE/);
  write('system:serviceaccount:crdb:bot');
  await r.bot({ federatedTokenFile: file }, ['clientSecret']).directory.probe();
});

test("a file of proof that is missing or holds something else is the operator's to correct", async () => {
  const junk = join(r.dir, 'junk');
  writeFileSync(junk, 'hello');
  for (const options of [
    { clientCertificatePath: junk },
    { clientCertificatePath: '/nonexistent' },
    { federatedTokenFile: '/nonexistent' },
  ]) {
    const { fault } = await faultOf(r.bot(options, ['clientSecret']).directory.probe());
    assert.deepEqual([fault.code, fault.retry], ['directory_refused', 'never'], JSON.stringify(options));
  }
});
