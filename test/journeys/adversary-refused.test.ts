import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import {
  ask,
  askAndApprove,
  jwt,
  logsIn,
  oidOf,
  requestOf,
  restart,
  setting,
  sqlUsers,
  tries,
  until,
  withSpares,
} from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
/** What happens behind the bot's back, just before its next statement of this kind. */
let trap: { readonly at: string; skip: number; readonly spring: () => Promise<unknown> } | null = null;
const watch: Watch = async (when, what, facts) => {
  if (trap === null || when !== 'before' || what !== trap.at || facts['user'] === 'root') return;
  if (trap.skip > 0) {
    trap.skip -= 1;
    return;
  }
  const { spring } = trap;
  trap = null;
  await spring();
};

const people = withSpares(
  'eve',
  { key: 'role', upn: 'analytics_reader@contoso.com', name: 'Role Name' },
  'raced',
  'raced2',
  'raced3',
  'renamed',
);
before(async () => {
  d = await drive({ people, watch });
});
after(() => d.stop());

describe('refused at the request, with the reason, as an answer for that person alone', () => {
  const refusals: readonly [string, string, RegExp, string?, string?][] = [
    ['a SQL user that the bot did not create', 'eve', /SQL user eve exists .* not created by this bot/, 'CREATE USER eve'],
    ['the name of a role', 'role', /analytics_reader .*role/i],
    [
      'a role that is a member of admin through another',
      'alice',
      /analytics_reader is a member of admin, directly or through another role/,
      'CREATE ROLE above; GRANT admin TO above; GRANT above TO analytics_reader',
      'REVOKE above FROM analytics_reader; DROP ROLE above',
    ],
    ["a UPN that can't be a SQL user", 'obrien', /brien.* can't be a SQL user name/],
    ['the UPN admin@', 'admin', /admin.* is reserved/],
    ['a guest', 'erin', /is a guest/],
    ['a disabled account', 'frank', /is disabled in the directory/],
    ['a person without the app role', 'dave', /Crdb\.Request.*does not hold it/],
  ];
  for (const [what, who, says, first, last] of refusals) {
    test(what, async () => {
      for (const sql of first?.split('; ') ?? []) await d.root(sql);
      const earlier = (await d.inbox(who)).map((m) => m.id);
      await d.command(who, '/crdb-access request analytics');
      const told = await d.sees(who, (m) => m.ephemeral && !earlier.includes(m.id));
      assert.match(told.text, says);
      for (const sql of last?.split('; ') ?? []) await d.root(sql);
    });
  }

  test('and of all that nothing reached the approvers, the ledger or the cluster', async () => {
    assert.deepEqual(await d.inbox('bob'), []);
    assert.deepEqual(await d.store('SELECT * FROM ledger'), []);
    assert.deepEqual(await d.store("SELECT id FROM requests WHERE state <> 'refused'"), []);
    assert.equal(await setting(d, `${jwt}.enabled`), 'false');
    assert.equal(await setting(d, 'server.identity_map.configuration'), '');
    for (const user of ['alice', 'frank', 'dave']) assert.ok(!(await sqlUsers(d)).includes(user), user);
  });
});

describe('a SQL user that somebody else makes meanwhile', () => {
  const tight = async (who: string): Promise<void> => {
    assert.deepEqual(await d.store('SELECT * FROM ledger WHERE oid = $1', [oidOf(d, who)]), []);
    const run = await tries(d, who, who);
    assert.notEqual(run.code, 0, `the token of ${who} opens a SQL user that is somebody else's: ${run.out}`);
    assert.match(run.err, /ERROR/);
    const grants = await d.root('SHOW GRANTS ON ROLE analytics_reader');
    assert.ok(!grants.some((g) => g['member'] === who));
  };
  const isTold = (who: string) => d.sees(who, (m) => !m.ephemeral && m.text.includes('not by this bot'), 30);

  test('between looking and CREATE USER is not taken over: refused, the claim let go, the map tight again', async () => {
    await ask(d, 'raced');
    trap = { at: 'CREATE USER', skip: 0, spring: () => d.root('CREATE USER raced') };
    await d.press('bob', (await d.card('bob', 'raced')).id, 'Approve');
    await isTold('raced');
    await tight('raced');
  });

  test('between the map and the last look neither, and roles that it got by hand stay', async () => {
    await ask(d, 'raced2');
    // Looks of a provisioning: what stands against it, the settings, and the one before CREATE USER.
    const spring = async (): Promise<void> => {
      await d.root('CREATE USER raced2');
      await d.root('GRANT reporting_reader TO raced2');
    };
    trap = { at: 'SHOW USERS', skip: 2, spring };
    await d.press('bob', (await d.card('bob', 'raced2')).id, 'Approve');
    await d.sees('raced2', (m) => !m.ephemeral && m.text.includes('not created by this bot'), 30);
    await tight('raced2');
    assert.ok((await d.root('SHOW GRANTS ON ROLE reporting_reader')).some((g) => g['member'] === 'raced2'));
  });

  test('after the bot was killed in between is not taken over either', async () => {
    await ask(d, 'raced3');
    const spring = async (): Promise<void> => {
      d.sandbox.bot.kill();
      await d.root('CREATE USER raced3');
    };
    trap = { at: 'SHOW USERS', skip: 2, spring };
    await d.press('bob', (await d.card('bob', 'raced3')).id, 'Approve');
    await d.sees('raced3', (m) => !m.ephemeral && m.text.includes('not created by this bot'), 40);
    await tight('raced3');
  });
});

describe('who somebody is', () => {
  const mailIs = (key: string, mail: string): void => {
    const person = people.find((p) => p.key === key) as { mail: string } | undefined;
    assert.ok(person);
    person.mail = mail;
  };

  test('a chat user without a confirmed address is nobody', async () => {
    mailIs('renamed', '');
    await d.command('renamed', '/crdb-access request analytics');
    await d.sees('renamed', (m) => m.ephemeral && m.text.includes('no confirmed mail address'));
    mailIs('renamed', 'renamed@contoso.com');
  });

  test('an address that two people of the directory have is nobody', async () => {
    d.sandbox.entra.people.setMail(oidOf(d, 'dave'), 'renamed@contoso.com');
    await d.command('renamed', '/crdb-access request analytics');
    await d.sees('renamed', (m) => m.ephemeral && m.text.includes('2 users of the directory'));
    d.sandbox.entra.people.setMail(oidOf(d, 'dave'), 'dave@contoso.com');
  });

  test('a chat user who becomes another person of the directory is refused, also as an approver, and the admins are told', async () => {
    await askAndApprove(d, 'renamed');
    await logsIn(d, 'renamed');
    mailIs('renamed', 'bob@contoso.com');
    await d.command('renamed', '/crdb-access request reporting');
    await d.sees('renamed', (m) => m.ephemeral && m.text.includes('belonged to another person'));
    const alert = await d.sees('grace', (m) => m.text.includes('now resolves to'));
    assert.match(alert.text, new RegExp(oidOf(d, 'renamed')));
    assert.deepEqual(await requestOf(d, 'renamed', 'reporting'), {});
    mailIs('renamed', 'renamed@contoso.com');
  });
});

test('who asks again after the membership was revoked behind the bot gets a new request, not the old answer', async () => {
  const before = (await requestOf(d, 'renamed'))['id'];
  await d.root('REVOKE analytics_reader FROM renamed');
  await ask(d, 'renamed');
  const { id, state } = await requestOf(d, 'renamed');
  assert.notEqual(id, before);
  assert.equal(state, 'pending');
  await d.press('bob', (await d.card('bob', 'renamed')).id, 'Approve');
  await until('granted again', async () => (await requestOf(d, 'renamed'))['state'] === 'granted');
  assert.ok((await d.root('SHOW GRANTS ON ROLE analytics_reader')).some((g) => g['member'] === 'renamed'));
});

describe('after the policy has changed', () => {
  test('what was asked for before and is no longer in it is not granted, whoever approves it', async () => {
    await ask(d, 'alice');
    await restart(d, { policy: (text) => text.replace('[analytics_reader]', '[billing_reader]') });
    await d.press('bob', (await d.card('bob', 'Alice Park')).id, 'Approve');
    const told = await d.sees('alice', (m) => !m.ephemeral && m.text.includes('The policy has changed'), 30);
    assert.match(told.text, /no longer gives analytics_reader/);
    assert.ok(!(await sqlUsers(d)).includes('alice'));
    assert.deepEqual(await d.store('SELECT * FROM ledger WHERE oid = $1', [oidOf(d, 'alice')]), []);
  });

  test('who has an entitlement that gives one role more now can ask for that', async () => {
    await restart(d, { policy: (text) => text.replace('[billing_reader]', '[analytics_reader, billing_reader]') });
    await ask(d, 'renamed');
    await d.press('bob', (await d.card('bob', 'renamed')).id, 'Approve');
    const has = async (): Promise<boolean> =>
      (await d.root('SHOW GRANTS ON ROLE billing_reader')).some((g) => g['member'] === 'renamed');
    await until('the new role is held', has);
  });

  test('a role that does not exist is refused at the request', async () => {
    await restart(d, { policy: (text) => text.replace('[analytics_reader, billing_reader]', '[nobody_made_it]') });
    await d.command('alice', '/crdb-access request analytics');
    await d.sees('alice', (m) => m.ephemeral && m.text.includes('SQL role nobody_made_it does not exist'));
  });

  test('a policy that names admin is not started with', async () => {
    await assert.rejects(restart(d, { policy: (text) => text.replace('[nobody_made_it]', '[admin]') }), /admin/);
  });
});
