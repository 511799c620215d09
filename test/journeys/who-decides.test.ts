import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { people } from '../../src/sandbox/people.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  // Dave sits in the approvers' channel without being an approver: a channel's members are no approval rule.
  d = await drive({ people: people.map((p) => (p.key === 'dave' ? { ...p, channels: ['general', 'approvers'] } : p)) });
});
after(() => d.stop());

const stateOf = async (entitlement: string, oid: string): Promise<unknown> =>
  (
    await d.store('SELECT state FROM requests WHERE entitlement = $1 AND requester_oid = $2 ORDER BY submitted_at DESC LIMIT 1', [
      entitlement,
      oid,
    ])
  )[0]?.['state'];
const oid = (key: string): string => d.sandbox.facts.people.find((p) => p.key === key)?.oid ?? '';

test("carol can't approve her own request: the server refuses it, and the request stays pending", async () => {
  await d.command('carol', '/crdb-access request billing because month end');
  const card = await d.card('carol', 'billing');
  await d.press('carol', card.id, 'Approve');
  const told = await d.sees('carol', (m) => m.ephemeral && m.text.includes('own request'));
  assert.ok(told);
  assert.equal(await stateOf('billing', oid('carol')), 'pending');
});

test('bob can approve it, and carol logs in', async () => {
  const card = await d.card('bob', 'billing');
  await d.press('bob', card.id, 'approve');
  const run = await d.shell('carol', await d.bash('carol', 30), 'SELECT current_user;');
  assert.match(run.out, /^carol$/m, run.err);
});

test('somebody who is no approver is told so, and nothing is decided', async () => {
  await d.command('alice', '/crdb-access request analytics');
  const card = await d.card('bob', 'analytics');
  await d.press('dave', card.id, 'Approve');
  await d.sees('dave', (m) => m.ephemeral && m.text.includes('Crdb.Approve'));
  assert.equal(await stateOf('analytics', oid('alice')), 'pending');
});

test('the same is said to somebody outside the channel, as from a screen that was open when they left it', async () => {
  const card = await d.card('bob', 'analytics');
  await d.press('admin', card.id, 'Deny');
  await d.sees('admin', (m) => m.ephemeral && m.text.includes('Crdb.Approve'));
  assert.equal(await stateOf('analytics', oid('alice')), 'pending');
});

test("a click that names another request than its card's decides neither", async () => {
  const analytics = await d.card('bob', 'analytics');
  const billing = await d.sees('bob', (m) => m.text.includes('billing') && !m.ephemeral);
  const [row] = await d.store("SELECT id FROM requests WHERE entitlement = 'analytics'");
  const payload = d.sandbox.slack.payload('bob', billing.id, 'approve') as { actions: { value: string }[] } | null;
  const [action] = payload?.actions ?? [];
  assert.ok(payload !== null && action !== undefined);
  action.value = String(row?.['id']);
  assert.equal((await d.sandbox.slack.forge({ ...payload })).ok, true);
  await d.sees('bob', (m) => m.ephemeral && m.text.includes('belongs to another card'));
  assert.equal(await stateOf('analytics', oid('alice')), 'pending');
  assert.notEqual(analytics.id, billing.id);
});

test('of 200 parallel clicks by two approvers one decides: one grant, one message, and every other click hears who it was', async () => {
  const card = await d.card('bob', 'analytics');
  const earlier = { bob: (await d.inbox('bob')).length, carol: (await d.inbox('carol')).length };
  await Promise.all(Array.from({ length: 200 }, (_, i) => d.press(i % 2 === 0 ? 'bob' : 'carol', card.id, 'Approve')));
  await d.bash('alice', 40);
  const decisions = await d.store(
    'SELECT by_name FROM decisions d JOIN requests r ON r.id = d.request_id WHERE entitlement = $1',
    ['analytics'],
  );
  assert.equal(decisions.length, 1);
  const winner = String(decisions[0]?.['by_name']);
  const told = async (): Promise<number> => {
    const all = [...(await d.inbox('bob')).slice(earlier.bob), ...(await d.inbox('carol')).slice(earlier.carol)];
    return all.filter((m) => m.ephemeral && m.text.includes('Already decided') && m.text.includes(winner)).length;
  };
  for (let i = 0; i < 400 && (await told()) < 199; i += 1) await pause(100);
  assert.equal(await told(), 199);
  const messages = (await d.inbox('alice')).filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD=')));
  assert.equal(messages.length, 1);
  const grants = await d.root('SHOW GRANTS ON ROLE analytics_reader');
  assert.equal(grants.filter((g) => g['member'] === 'alice').length, 1);
});

test('who was too late hears what was decided, by whom and when', async () => {
  const card = await d.sees('carol', (m) => !m.ephemeral && m.text.includes('analytics') && m.text.includes('Granted'));
  await d.press('carol', card.id, 'Approve');
  const told = await d.sees('carol', (m) => m.ephemeral && m.text.includes('Already decided'));
  assert.match(told.text, /Already decided: .*(Bob Ito|Carol Díaz).* approved this at /);
});
