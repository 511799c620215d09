import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mapIdentity, parseIdentityMap } from '../../src/core/identity/identity-map.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import { ask, jwt, logsIn, map, oidOf, requestOf, setting, sqlUsers, until, withSpares } from './grants-rig.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

let d: Driver;
/** What happens around the bot's next statement of this kind; once. */
let trap: { readonly when: 'before' | 'after'; readonly at: string; readonly spring: () => Promise<void> } | null = null;
let held: Watch | null = null;
let writes = 0;
const watch: Watch = async (when, what, facts) => {
  if (facts['user'] === 'root') return;
  if (what === 'SET CLUSTER SETTING' && when === 'after') writes += 1;
  await held?.(when, what, facts);
  if (trap === null || when !== trap.when || what !== trap.at) return;
  const { spring } = trap;
  trap = null;
  await spring();
};

const fates = ['disabled', 'unroled', 'renamed', 'deleted'] as const;
const people = withSpares(
  ...fates,
  'half',
  'late',
  'twin',
  'first',
  'second',
  'one',
  { key: 'other', upn: 'other@fabrikam.com' },
  { key: 'third', upn: 'third@fabrikam.com' },
);
before(async () => {
  d = await drive({ people, watch, env: { SWEEP_SECONDS: '1', LEASE_SECONDS: '2', RETRY_CAP_SECONDS: '2' } });
});
after(() => d.stop());

const approve = async (who: string, entitlement = 'analytics'): Promise<void> => {
  const name = d.sandbox.facts.people.find((p) => p.key === who)?.name ?? '';
  const card = await d.sees('bob', (m) => m.buttons.length > 0 && m.text.includes(name) && m.text.includes(entitlement));
  await d.press('bob', card.id, 'Approve');
};
const members = async (role: string): Promise<readonly unknown[]> =>
  (await d.root(`SHOW GRANTS ON ROLE ${role}`)).map((row) => row['member']);

describe('a run that is cut off', () => {
  test('between two of the first setting writes lets nobody in, and the next one completes it', async () => {
    await ask(d, 'first');
    let cuts = 0;
    const cut = async (): Promise<void> => {
      d.sandbox.bot.kill();
      cuts += 1;
      assert.equal(await setting(d, `${jwt}.enabled`), 'false');
      // Each start gets one write further and is killed again, until the last write but one.
      if (cuts < 5) trap = { when: 'after', at: 'SET CLUSTER SETTING', spring: cut };
    };
    trap = { when: 'after', at: 'SET CLUSTER SETTING', spring: cut };
    await approve('first');
    await logsIn(d, 'first');
    assert.equal(cuts, 5);
    assert.equal(writes, 6, 'each of the six settings was written once');
    const logins = (await d.inbox('first')).filter((m) => !m.ephemeral && m.code.length > 0);
    assert.equal(logins.length, 1);
  });
});

describe('at the same time', () => {
  test('three people are granted, two of them with a map row each of their own: all log in as themselves', async () => {
    const three = ['one', 'other', 'third'];
    await Promise.all(three.map((who) => ask(d, who)));
    await Promise.all(three.map((who) => approve(who)));
    // Not before the last one was told: whoever came later must not have cost an earlier one the row.
    await Promise.all(three.map((who) => d.bash(who, 40)));
    for (const who of three) await logsIn(d, who);
  });

  test('two entitlements of one person are granted: neither takes the SQL user that the other makes for a stranger', async () => {
    await ask(d, 'twin');
    // The first CREATE USER is held until a second one was answered, and that answer until the first one has come.
    let sent = 0;
    let answered = 0;
    held = async (when, what) => {
      if (what !== 'CREATE USER') return;
      if (when === 'before') sent += 1;
      else answered += 1;
      const mine = when === 'before' ? sent === 1 : sent === 2 && answered === 1;
      for (let i = 0; mine && i < 30 && answered < (when === 'before' ? 1 : 2); i += 1) await pause(100);
      if (mine && when === 'after') await pause(500);
    };
    await approve('twin');
    await d.command('twin', '/crdb-access request reporting');
    const both = async (): Promise<boolean> =>
      (await d.store("SELECT id FROM requests WHERE requester_oid = $1 AND state = 'granted'", [oidOf(d, 'twin')])).length === 2;
    await until('both are granted', both, 40);
    held = null;
    assert.ok((await members('analytics_reader')).includes('twin'));
    assert.ok((await members('reporting_reader')).includes('twin'));
    await logsIn(d, 'twin');
  });
});

describe('between the click and the cluster', () => {
  test('whoever stops qualifying is given up and told why, and has nothing on the cluster', async () => {
    for (const who of fates) await ask(d, who);
    await d.chaos('cockroach', 'down');
    for (const who of fates) await approve(who);
    for (const who of fates)
      await until(
        `${who} waits`,
        async () => (await requestOf(d, who))['waiting'] !== null && (await requestOf(d, who))['state'] === 'approved',
      );
    const directory = d.sandbox.entra.people;
    directory.setEnabled(oidOf(d, 'disabled'), false);
    directory.removeRole(oidOf(d, 'unroled'), 'Crdb.Request');
    directory.setUpn(oidOf(d, 'renamed'), 'somebody.else@contoso.com');
    directory.removeUser(oidOf(d, 'deleted'));
    await d.chaos('cockroach', 'none');
    const why = {
      disabled: /is disabled/,
      unroled: /Crdb\.Request/,
      renamed: /is now somebody\.else/,
      deleted: /no longer in the directory/,
    };
    for (const who of fates) {
      const told = await d.sees(who, (m) => !m.ephemeral && m.text.includes('revoked'), 30);
      assert.match(told.text, why[who]);
      assert.ok(!(await sqlUsers(d)).includes(who), who);
      assert.deepEqual(await d.store('SELECT * FROM ledger WHERE oid = $1', [oidOf(d, who)]), []);
    }
  });

  test('who is disabled after the GRANT and before the message loses the roles again and gets no login', async () => {
    await ask(d, 'half');
    const spring = async (): Promise<void> => {
      d.sandbox.bot.kill();
      d.sandbox.entra.people.setEnabled(oidOf(d, 'half'), false);
    };
    trap = { when: 'after', at: 'GRANT', spring };
    await approve('half');
    await d.sees('half', (m) => !m.ephemeral && m.text.includes('revoked'), 30);
    assert.ok(!(await members('analytics_reader')).includes('half'));
    assert.ok((await d.inbox('half')).every((m) => m.code.length === 0));
  });
});

describe('between the request and the click', () => {
  test('the approver hears that the requester no longer qualifies, and may deny', async () => {
    await ask(d, 'late');
    d.sandbox.entra.people.removeRole(oidOf(d, 'late'), 'Crdb.Request');
    await approve('late');
    await d.sees('bob', (m) => m.ephemeral && /Person late no longer qualifies/.test(m.text));
    assert.equal((await requestOf(d, 'late'))['state'], 'pending');
  });

  test('an approver who has lost the role decides nothing any more, not even a denial', async () => {
    d.sandbox.entra.people.removeRole(oidOf(d, 'bob'), 'Crdb.Approve');
    const earlier = (await d.inbox('bob')).map((m) => m.id);
    await d.press('bob', (await d.card('bob', 'Person late')).id, 'Deny');
    await d.sees('bob', (m) => m.ephemeral && m.text.includes('Crdb.Approve') && !earlier.includes(m.id));
    assert.equal((await requestOf(d, 'late'))['state'], 'pending');
    assert.deepEqual(await d.store('SELECT * FROM decisions WHERE request_id = $1', [(await requestOf(d, 'late'))['id']]), []);
  });
});

test('after all of this the map gives nobody a SQL user or role that the bot did not make for somebody', async () => {
  const parsed = parseIdentityMap(await setting(d, map));
  assert.ok('rows' in parsed);
  const { issuer } = await d.sandbox.entra.discovery();
  const ours = new Set((await d.store('SELECT sql_username FROM ledger')).map((row) => row['sql_username']));
  const foreign = (await sqlUsers(d)).filter((user) => !ours.has(user));
  assert.ok(foreign.length >= 5, foreign.join());
  for (const user of foreign) {
    for (const domain of ['contoso.com', 'fabrikam.com'])
      assert.deepEqual(mapIdentity(parsed.rows, issuer, `${user}@${domain}`, { caseInsensitive: true }), [], user);
  }
  assert.deepEqual(mapIdentity(parsed.rows, issuer, 'first@contoso.com', { caseInsensitive: true }), ['first']);
});
