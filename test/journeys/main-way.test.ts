import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opens } from './own-token.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

/** Whom a person's own token logs in as, of every SQL user that there is and the names that somebody might try. */
async function loginsOf(as: string): Promise<string[]> {
  const users = (await d.root('SHOW USERS')).map((row) => String(row['username']));
  return opens(d, as, [...users, 'alice', 'dave', 'admin', 'erin', "o'brien", 'root']);
}

test("before anybody was granted anything, nobody's token opens the cluster", async () => {
  const everyone = ['alice', 'alice2', 'admin', 'dave', 'erin'];
  await Promise.all(everyone.map(async (as) => assert.deepEqual(await loginsOf(as), [], as)));
});

test('a request puts a card with Approve and Deny before the approvers, and tells the requester so', async () => {
  await d.command('alice', '/crdb-access request analytics because Q4 churn numbers');
  const card = await d.card('bob', 'analytics');
  assert.deepEqual(
    card.buttons.map((b) => b.label),
    ['Approve', 'Deny', 'Details'],
  );
  assert.match(card.text, /Alice Park asks for .*analytics/);
  assert.match(card.text, /Q4 churn numbers/);
  assert.match(card.text, /alice@contoso\.com/);
  const told = await d.sees('alice', (m) => m.ephemeral && m.text.includes('analytics'));
  assert.match(told.text, /Asked for/);
});

test('the same request again is shown, not doubled', async () => {
  await d.command('alice', '/crdb-access request analytics');
  await d.sees('alice', (m) => m.ephemeral && m.text.includes('already'));
  assert.equal((await d.inbox('bob')).filter((m) => m.buttons.length > 0).length, 1);
});

test('after Approve the card says who and when, without buttons, and the requester gets the login command', async () => {
  const card = await d.card('bob', 'analytics');
  await d.press('bob', card.id, 'Approve');
  const bash = await d.bash('alice', 30);
  assert.match(bash, /^PGPASSWORD="\$\(az account get-access-token/);
  const decided = await d.sees('bob', (m) => m.id === card.id && m.text.includes('Granted'));
  assert.deepEqual(decided.buttons, []);
  assert.match(decided.text, /Approved by .*Bob Ito.* at /);
});

test('the command of the message, run as it is, logs in as alice with an Entra token', async () => {
  const run = await d.shell('alice', await d.bash('alice'), 'SELECT current_user;');
  assert.equal(run.code, 0, run.err);
  assert.match(run.out, /^alice$/m);
});

test('alice can read the analytics tables and write none', async () => {
  const bash = await d.bash('alice');
  const read = await d.shell('alice', bash, 'SELECT count(*) FROM events;');
  assert.equal(read.code, 0, read.err);
  const write = await d.shell('alice', bash, 'DELETE FROM events;');
  assert.notEqual(write.code, 0);
  assert.match(write.err, /privilege|permission denied/i);
});

test("the same command in other people's shells, and with their own names in it, is refused by the cluster", async () => {
  const bash = await d.bash('alice');
  for (const as of ['alice2', 'admin', 'dave', 'erin']) {
    for (const line of as === 'alice2' ? [bash] : [bash, bash.replace('//alice@', `//${as}@`)]) {
      const run = await d.shell(as, line, 'SELECT current_user;');
      assert.notEqual(run.code, 0, `${as}: ${run.out}`);
      assert.match(run.err, /^ERROR: .*authentication.*\nSQLSTATE: 28000$/m, as);
    }
  }
});

test("after alice's grant, alice opens alice and nobody else opens anything", async () => {
  assert.deepEqual(await loginsOf('alice'), ['alice']);
  const others = ['alice2', 'admin', 'dave', 'erin'];
  await Promise.all(others.map(async (as) => assert.deepEqual(await loginsOf(as), [], as)));
});

test('alice asks again for what she has: she gets the command again as an answer, and no new request', async () => {
  const before = await d.store('SELECT id FROM requests');
  await d.command('alice', '/crdb-access request analytics');
  const again = await d.sees('alice', (m) => m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD=')));
  assert.match(again.text, /already have/);
  assert.deepEqual(await d.store('SELECT id FROM requests'), before);
});

test('what policy grants by itself needs no click', async () => {
  await d.command('carol', '/crdb-access request reporting');
  const run = await d.shell('carol', await d.bash('carol', 30), 'SELECT current_user;');
  assert.match(run.out, /^carol$/m, run.err);
});

test("alice2 strips to a name that is alice's, and is refused with that reason", async () => {
  await d.command('alice2', '/crdb-access request analytics');
  const told = await d.sees('alice2', (m) => m.text.includes('belongs to another person'));
  assert.equal(told.ephemeral, true);
});
