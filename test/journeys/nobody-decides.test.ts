/** A request that nobody could decide is refused when it is made, and the admins hear why. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { people } from '../../src/sandbox/people.ts';
import { ask, restart } from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  // Carol alone approves; Bob's account is disabled. On one platform: where another one asks too, a channel that is gone stops nothing.
  d = await drive({ platforms: ['slack'], people: people.map((p) => (p.key === 'bob' ? { ...p, enabled: false } : p)) });
});
after(() => d.stop());

const nothingFiled = async (): Promise<void> => {
  assert.deepEqual(await d.store("SELECT id FROM requests WHERE state <> 'refused'"), []);
  assert.deepEqual(
    (await d.inbox('bob')).filter((m) => !m.ephemeral),
    [],
  );
};

test('the only enabled approver asks for herself: refused, with who could mend it', async () => {
  await d.command('carol', '/crdb-access request billing');
  const told = await d.sees('carol', (m) => m.ephemeral && m.text.includes('billing'));
  assert.match(told.text, /nobody|no one/i);
  assert.match(told.text, /Crdb\.Approve/);
  await d.sees('grace', (m) => m.text.includes('billing'));
  await nothingFiled();
});

test('a channel that is archived: refused, and the admins are told once', async () => {
  d.sandbox.slack.archive('C0APPROVERS');
  await d.command('alice', '/crdb-access request analytics');
  const told = await d.sees('alice', (m) => m.ephemeral && m.text.includes('analytics'));
  assert.match(told.text, /archived/);
  await d.command('alice', '/crdb-access request analytics');
  await d.sees('grace', (m) => m.text.includes('archived'));
  assert.equal((await d.inbox('grace')).filter((m) => m.text.includes('archived')).length, 1);
  await nothingFiled();
  d.sandbox.slack.archive('C0APPROVERS', false);
});

test('a channel that the bot was taken out of: refused', async () => {
  d.sandbox.slack.removeBot('C0APPROVERS');
  await d.command('alice', '/crdb-access request analytics');
  await d.sees('alice', (m) => m.ephemeral && /does not have me in it/.test(m.text));
  await nothingFiled();
  d.sandbox.slack.inviteBot('C0APPROVERS');
});

test('a role that nobody holds: refused', async () => {
  await restart(d, {
    policy: (text) => text.replace('app_role: Crdb.Approve, slack', 'group: 99999999-9999-4999-8999-999999999999, slack'),
  });
  await d.command('alice', '/crdb-access request analytics');
  await d.sees('alice', (m) => m.ephemeral && /nobody|no one/i.test(m.text));
  await nothingFiled();
});

test('where somebody can decide again it goes through', async () => {
  await restart(d, {
    policy: (text) => text.replace('group: 99999999-9999-4999-8999-999999999999, slack', 'app_role: Crdb.Approve, slack'),
  });
  await d.command('alice', '/crdb-access request analytics');
  await d.card('carol', 'Alice Park');
  await ask(d, 'alice').catch(() => undefined);
});
