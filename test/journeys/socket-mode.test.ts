/** The same journeys over Socket Mode: no address of the bot's is reached from outside. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logsIn, requestOf, until } from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive({ socketMode: true });
});
after(() => d.stop());

test('the bot runs with an app token, and is ready', async () => {
  assert.match(d.sandbox.botEnv['SLACK_APP_TOKEN'] ?? '', /^xapp-/);
  assert.equal((await fetch(d.sandbox.facts.bot.readyUrl)).status, 200);
});

test('from the command to the login', async () => {
  await d.command('alice', '/crdb-access request analytics because over the socket');
  const card = await d.card('bob', 'Alice Park');
  await d.press('bob', card.id, 'Approve');
  await logsIn(d, 'alice');
});

test('forms, their typeahead and the home page', async () => {
  await d.open('carol', '/crdb-access');
  assert.ok((await d.suggest('carol', 'entitlement', 'bill')).some((o) => o.value === 'billing'));
  await d.submit('carol', { entitlement: 'billing', reason: 'month end' });
  const card = await d.card('bob', 'Carol Díaz');
  await d.press('bob', card.id, 'Deny', { input: { reason: 'not now' } });
  await d.sees('carol', (m) => !m.ephemeral && m.text.includes('not now'));
  assert.match((await d.home('alice')).text, /analytics/);
});

test('what the bot was too slow to acknowledge comes again, and has one effect', async () => {
  process.kill(d.sandbox.bot.pid(), 'SIGSTOP');
  const typed = d.command('carol', '/crdb-access request billing because slowly').catch(() => undefined);
  await new Promise((go) => setTimeout(go, 4_000));
  process.kill(d.sandbox.bot.pid(), 'SIGCONT');
  await typed;
  await d.card('bob', 'slowly', 30);
  await new Promise((go) => setTimeout(go, 2_000));
  assert.equal((await d.inbox('bob')).filter((m) => m.text.includes('slowly')).length, 1);
  assert.equal((await d.store("SELECT id FROM requests WHERE reason LIKE '%slowly%'")).length, 1);
});

test('a bot that is killed and comes back takes what was typed meanwhile once it is there', async () => {
  const pid = d.sandbox.bot.pid();
  d.sandbox.bot.kill();
  await until('the bot is back', async () => {
    const up = await fetch(d.sandbox.facts.bot.readyUrl).then(
      (r) => r.ok,
      () => false,
    );
    return up && d.sandbox.bot.pid() !== pid;
  });
  const card = await d.card('bob', 'slowly');
  await d.press('bob', card.id, 'Approve');
  await until('granted', async () => (await requestOf(d, 'carol', 'billing'))['state'] === 'granted');
});
