import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
let duringGrant: (() => Promise<void>) | null = null;
const watch: Watch = async (when, what) => {
  if (when !== 'before' || what !== 'GRANT' || duringGrant === null) return;
  const then = duringGrant;
  duringGrant = null;
  await then();
};
before(async () => {
  d = await drive({ watch });
});
after(() => d.stop());

test('told to stop in the middle of a GRANT, the bot finishes what it is doing, says so, and ends by itself', async () => {
  const first = d.sandbox.bot.pid();
  duringGrant = async () => {
    process.kill(first, 'SIGTERM');
    await pause(2500);
  };
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 30);
  for (let i = 0; d.sandbox.bot.pid() === first; i += 1) {
    assert.ok(i < 150, 'the bot did not end');
    await pause(100);
  }
  const log = readFileSync(join(d.dir, 'bot.log'), 'utf8');
  const granted = log.split('\n').findIndex((line) => line.includes('"step":"provision"') && line.includes('step ended'));
  const stopped = log.split('\n').findIndex((line) => line.includes('"stopped"'));
  assert.ok(granted >= 0 && stopped > granted, log.slice(-1500));
  assert.ok(!log.includes('could not be closed'), log.slice(-1500));
  assert.deepEqual(await d.store("SELECT details FROM audit WHERE event = 'request.waits'"), []);
});

test('the one that is started after it has nothing left to do, and works', async () => {
  for (let i = 0; !(await fetch(d.sandbox.facts.bot.readyUrl).catch(() => null))?.ok; i += 1) {
    assert.ok(i < 150, 'the bot did not come back');
    await pause(100);
  }
  await d.command('carol', '/crdb-access request reporting');
  await d.bash('carol', 30);
  const direct = (await d.inbox('alice')).filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD=')));
  assert.equal(direct.length, 1);
});
