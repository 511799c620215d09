import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opens } from './own-token.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
let issuer: string;
before(async () => {
  d = await drive();
  const { authority, tenantId } = d.sandbox.facts.entra;
  const discovery = await d.sandbox.entra.discovery();
  issuer = discovery.issuer;
  assert.ok(issuer.startsWith(authority) && issuer.includes(tenantId));
});
after(() => d.stop());

const setting = async (name: string): Promise<string> =>
  String(Object.values((await d.root(`SHOW CLUSTER SETTING ${name}`))[0] ?? {})[0]);

test("with the published recipe's catch-all row on the cluster nobody is granted; the admins get the corrected map and the request waits", async () => {
  const recipe = `${issuer} /^(.*)@.*$ \\1`;
  await d.root(`SET CLUSTER SETTING server.identity_map.configuration = '${recipe}'`);
  await d.command('alice', '/crdb-access request analytics');
  const card = await d.card('bob', 'analytics');
  await d.press('bob', card.id, 'Approve');
  const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin') && m.code.length > 0, 20);
  assert.match(alert.code.join('\n'), /SET CLUSTER SETTING server\.identity_map\.configuration/);
  await d.sees('alice', (m) => m.ephemeral && m.text.includes('not ready yet'));
  await pause(2000);
  assert.equal(
    (await d.root('SHOW USERS')).some((u) => u['username'] === 'alice'),
    false,
  );
  assert.equal(await setting('server.identity_map.configuration'), recipe);
  assert.equal(
    (await d.inbox('alice')).some((m) => m.code.some((c) => c.includes('PGPASSWORD='))),
    false,
  );
});

test('once an admin has run what the alert says, the request goes on by itself', async () => {
  const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin') && m.code.length > 0);
  for (const statement of alert.code
    .join('\n')
    .split(/;\n/)
    .filter((s) => s.trim() !== ''))
    await d.root(statement);
  const run = await d.shell('alice', await d.bash('alice', 40), 'SELECT current_user;');
  assert.match(run.out, /^alice$/m, run.err);
});

test('nobody else can log in after that', async () => {
  for (const as of ['alice2', 'admin', 'dave', 'erin'])
    assert.deepEqual(await opens(d, as, ['alice', as, 'admin', 'app', 'root']), [], as);
  assert.deepEqual(await opens(d, 'alice', ['alice', 'admin', 'app', 'root']), ['alice']);
});
