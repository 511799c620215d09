import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

/** Eight hours go by: for the store's clock, which is the one that counts, the deadline is now behind. */
async function timePasses(): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    const moved = await d.store(
      "UPDATE requests SET deadline = now(), due_at = now(), version = version + 1 WHERE state = 'pending' AND due = 'time_out' RETURNING id",
    );
    if (moved.length > 0) return;
    await pause(50);
  }
  throw new Error('no pending request waits for its deadline');
}

test('a pending request that nobody decided times out, its card loses its buttons, and the requester is told', async () => {
  await d.command('alice', '/crdb-access request analytics');
  const card = await d.card('bob', 'analytics');
  await timePasses();
  await d.sees('alice', (m) => !m.ephemeral && m.text.includes('timed out'), 20);
  const after = await d.sees('bob', (m) => m.id === card.id && m.buttons.length === 0);
  assert.match(after.text, /Timed out/);
});

test('a click after the deadline decides nothing and says so', async () => {
  const card = await d.sees('bob', (m) => !m.ephemeral && m.text.includes('analytics'));
  await d.press('bob', card.id, 'Approve');
  await d.sees('bob', (m) => m.ephemeral && m.text.includes('Too late'));
  assert.deepEqual(await d.store('SELECT * FROM decisions'), []);
  await pause(1500);
  assert.equal(
    (await d.root('SHOW USERS')).some((u) => u['username'] === 'alice'),
    false,
  );
});

test('after that the same thing can be asked for again', async () => {
  await d.command('alice', '/crdb-access request analytics');
  const card = await d.card('bob', 'analytics');
  await d.press('bob', card.id, 'Approve');
  await d.bash('alice', 30);
});
