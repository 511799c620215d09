import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import pg from 'pg';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

afterEach(async () => {
  for (const target of ['graph', 'slack', 'cockroach']) await d.chaos(target, 'none');
});

const requests = (): Promise<readonly Record<string, unknown>[]> =>
  d.store('SELECT id, state FROM requests ORDER BY submitted_at');
const logins = async (as: string): Promise<number> =>
  (await d.inbox(as)).filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD='))).length;

for (const fault of ['down', '429'] as const) {
  test(`with Graph ${fault} at the request nothing is filed, and the person is told so`, async () => {
    const before = await requests();
    const earlier = (await d.inbox('alice')).map((m) => m.id);
    await d.chaos('graph', fault);
    await d.command('alice', '/crdb-access request analytics');
    const told = await d.sees('alice', (m) => m.ephemeral && m.text.includes('did not answer') && !earlier.includes(m.id), 30);
    assert.match(told.text, /nothing was filed/);
    await d.chaos('graph', 'none');
    assert.deepEqual(await requests(), before);
  });
}

test('with Graph down at the click nothing is decided, the approver is told, and one more click decides', async () => {
  await d.command('alice', '/crdb-access request analytics');
  const card = await d.card('bob', 'analytics');
  await d.chaos('graph', 'down');
  await d.press('bob', card.id, 'Approve');
  const told = await d.sees('bob', (m) => m.ephemeral && m.text.includes('did not answer'), 30);
  assert.match(told.text, /nothing was decided/);
  assert.deepEqual(await d.store('SELECT * FROM decisions'), []);
  await d.chaos('graph', 'none');
});

test('with the cluster down after the click the request stays approved, says what it waits for, and is granted once by itself', async () => {
  const card = await d.card('bob', 'analytics');
  await d.chaos('cockroach', 'down');
  await d.press('bob', card.id, 'Approve');
  await d.sees('alice', (m) => m.ephemeral && m.text.includes('not ready yet'), 30);
  const waiting = await d.sees('bob', (m) => m.id === card.id && m.text.includes('Not granted yet'), 30);
  assert.match(waiting.text, /Approved by .*Bob Ito/);
  assert.equal(await logins('alice'), 0);
  assert.equal((await requests()).at(-1)?.['state'], 'approved');
  await d.chaos('cockroach', 'none');
  const run = await d.shell('alice', await d.bash('alice', 40), 'SELECT current_user;');
  assert.match(run.out, /^alice$/m, run.err);
  await pause(3000);
  assert.equal(await logins('alice'), 1);
});

test('with Graph down just before provisioning the request waits, says so, and goes on by itself', async () => {
  // What policy grants by itself is provisioned right after it was filed: the fault has to come in between.
  await d.chaos('cockroach', 'down');
  await d.command('carol', '/crdb-access request reporting');
  await d.sees('carol', (m) => m.ephemeral && m.text.includes('not ready yet'), 30);
  await d.chaos('graph', 'down');
  await d.chaos('cockroach', 'none');
  for (let i = 0; i < 150; i += 1) {
    const [row] = await d.store("SELECT waiting FROM requests WHERE entitlement = 'reporting'");
    if (JSON.stringify(row?.['waiting']).includes('directory_unavailable')) break;
    await pause(100);
  }
  assert.match(
    JSON.stringify(await d.store("SELECT waiting FROM requests WHERE entitlement = 'reporting'")),
    /directory_unavailable/,
  );
  assert.equal(await logins('carol'), 0);
  await d.chaos('graph', 'none');
  await d.bash('carol', 40);
});

test('a GRANT that an open transaction blocks for longer than a statement may take is waited for, said, and done once', async () => {
  const holder = new pg.Client({ connectionString: d.sandbox.facts.cockroach.adminUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT 1');
  try {
    await d.command('carol', '/crdb-access request billing');
    await d.press('bob', (await d.card('bob', 'billing')).id, 'Approve');
    await d.sees('carol', (m) => m.ephemeral && m.text.includes('billing') && m.text.includes('not ready yet'), 60);
    assert.equal(await logins('carol'), 1);
  } finally {
    await holder.query('COMMIT');
    await holder.end();
  }
  await d.sees('carol', (m) => !m.ephemeral && m.text.includes('billing') && m.code.some((c) => c.includes('PGPASSWORD=')), 60);
  await pause(3000);
  assert.equal(await logins('carol'), 2);
});

test('with Slack down while a login is ready the message is not lost, and comes once', async () => {
  await d.command('alice', '/crdb-access request reporting');
  await d.chaos('slack', 'down', 4);
  await d.sees('alice', (m) => !m.ephemeral && m.text.includes('reporting') && m.code.some((c) => c.includes('PGPASSWORD=')), 60);
  await pause(3000);
  assert.equal(await logins('alice'), 2);
});

test('with the queue down everything goes on by the sweep, and only readiness says so', async () => {
  await d.chaos('queue', 'down');
  await d.command('carol', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'Carol', 30)).id, 'Approve');
  await d.sees('carol', (m) => !m.ephemeral && m.text.includes('analytics') && m.code.some((c) => c.includes('PGPASSWORD=')), 60);
  const ready = await fetch(d.sandbox.facts.bot.readyUrl);
  assert.equal(ready.status, 503);
  assert.equal((await fetch(d.sandbox.facts.bot.healthUrl)).status, 200);
  await d.chaos('queue', 'none');
});

test('with Graph and the cluster down the bot stays in rotation and reports them', async () => {
  await d.chaos('graph', 'down');
  await d.chaos('cockroach', 'down');
  for (let i = 0; i < 100; i += 1) {
    const ready = await fetch(d.sandbox.facts.bot.readyUrl);
    const { reported } = (await ready.json()) as { reported: Record<string, string> };
    if (ready.status === 200 && reported['directory'] !== 'ok' && reported['cluster prod'] !== 'ok') return;
    await pause(200);
  }
  assert.fail('readiness never said that the bot is ready without its directory and its cluster');
});

test('with the cluster slow while a login is set up nothing is lost or doubled, and it is granted when the cluster is itself again', async () => {
  await d.chaos('cockroach', 'slow');
  await d.command('carol', '/crdb-access request billing');
  const again = await d.sees('carol', (m) => m.ephemeral && m.text.includes('billing') && m.text.includes('already have'), 30);
  assert.match(again.text, /No new request/);
  d.sandbox.entra.people.assignRole(d.sandbox.facts.people.find((p) => p.key === 'grace')?.oid ?? '', 'Crdb.Request');
  await d.command('grace', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'Grace', 30)).id, 'Approve');
  await d.sees('grace', (m) => m.ephemeral && m.text.includes('not ready yet'), 60);
  await d.chaos('cockroach', 'none');
  await d.bash('grace', 60);
  await pause(3000);
  assert.equal(await logins('grace'), 1);
});
