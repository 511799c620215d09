import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver, type Message, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d?.stop());

const isLogin = (m: Message): boolean => m.code.some((c) => c.includes('PGPASSWORD='));

test('200 clicks at once, half in Slack by Bob, half in Teams by Bob and Carol: one decision, one grant, one message', async () => {
  await d.on('teams').command('alice', 'request analytics because of the rush');
  const title = 'Alice Park asks for analytics';
  const slack = await d.on('slack').card('bob', title);
  const teams = await d.on('teams').card('bob', title);
  const clicks = Array.from({ length: 200 }, (_, i) =>
    i % 2 === 0
      ? d.on('slack').press('bob', slack.id, 'Approve')
      : d.on('teams').press(i % 4 === 1 ? 'bob' : 'carol', teams.id, 'Approve'),
  );
  await Promise.all(clicks);
  const run = await d.shell('alice', await d.on('teams').bash('alice', 60), 'SELECT current_user;');
  assert.match(run.out, /^alice$/m, run.err);
  const unworked = async () =>
    Number((await d.store('SELECT count(*) AS n FROM interactions WHERE worked_at IS NULL'))[0]?.['n']);
  for (let i = 0; (await unworked()) > 0; i += 1) {
    assert.ok(i < 400, `${await unworked()} clicks are not worked after 100 s`);
    await pause(250);
  }
  await pause(3000);
  const clicked = await d.store("SELECT body->>'kind' AS kind FROM interactions WHERE body->>'kind' = 'press'");
  assert.equal(clicked.length, 200, 'every click was received');
  const decisions = await d.store('SELECT * FROM decisions');
  assert.equal(decisions.length, 1);
  const granted = await d.store('SELECT id, state FROM requests');
  assert.deepEqual(
    granted.map((row) => row['state']),
    ['granted'],
  );
  const provisioned = await d.store("SELECT event FROM audit WHERE event IN ('request.provisioned', 'request.delivered')");
  assert.deepEqual(
    provisioned.map((row) => String(row['event'])).sort((a, b) => a.localeCompare(b)),
    ['request.delivered', 'request.provisioned'],
  );
  const logins = async (platform: 'slack' | 'teams') => (await d.on(platform).inbox('alice')).filter(isLogin).length;
  assert.deepEqual([await logins('teams'), await logins('slack')], [1, 0]);
  for (const [on, { id }] of [
    ['slack', slack],
    ['teams', teams],
  ] as const)
    await d.on(on).sees('bob', (m) => m.id === id && m.text.includes('Granted') && m.buttons.length === 0);
});
