import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

test('alice2, of the other verified domain, is granted first and logs in as alice', async () => {
  await d.command('alice2', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  const run = await d.shell('alice2', await d.bash('alice2', 30), 'SELECT current_user;');
  assert.match(run.out, /^alice$/m, run.err);
});

test("alice's own token is then refused as alice, in every spelling", async () => {
  const bash = await d.bash('alice2');
  for (const user of ['alice', 'ALICE', 'Alice', 'alıce']) {
    const run = await d.shell('alice', bash.replace('//alice@', `//${encodeURIComponent(user)}@`), 'SELECT current_user;');
    assert.notEqual(run.code, 0, `${user}: ${run.out}`);
    assert.match(run.err, /ERROR/);
  }
});

test("alice's own request is refused: the name belongs to another person", async () => {
  await d.command('alice', '/crdb-access request analytics');
  await d.sees('alice', (m) => m.ephemeral && m.text.includes('belongs to another person'));
});
