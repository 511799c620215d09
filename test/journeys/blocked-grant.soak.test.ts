import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

test('a GRANT that an open transaction blocks for two minutes: approved all the while, said once, granted once', async () => {
  const holder = new pg.Client({ connectionString: d.sandbox.facts.cockroach.adminUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1');
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  const began = Date.now();
  await d.sees('alice', (m) => m.ephemeral && m.text.includes('not ready yet'), 60);
  while (Date.now() - began < 120_000) {
    assert.equal((await d.store('SELECT state FROM requests'))[0]?.['state'], 'approved');
    await pause(2000);
  }
  await holder.query('COMMIT');
  await holder.end();
  await d.bash('alice', 60);
  await pause(5000);
  const messages = await d.inbox('alice');
  assert.equal(messages.filter((m) => m.text.includes('not ready yet')).length, 1);
  assert.equal(messages.filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD='))).length, 1);
  assert.equal((await d.root('SHOW GRANTS ON ROLE analytics_reader')).filter((g) => g['member'] === 'alice').length, 1);
});
