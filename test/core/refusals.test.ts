import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import type { DirectoryUser } from '../../src/core/ports.ts';
import { somePolicy } from '../fakes/world.ts';
import { product } from './product-rig.ts';

const p = product('refusals');
const approvers = 'C0APPROVERS';

suite('who must not get in hears why at the request, and the approvers hear nothing', () => {
  const people: readonly (readonly [string, Partial<DirectoryUser>, readonly RegExp[]])[] = [
    ['dave', {}, [/the app role Crdb\.Request, and dave@contoso\.com does not hold it/]],
    ['frank', { enabled: false }, [/frank@contoso\.com is disabled/]],
    ['erin', { kind: 'guest' }, [/is a guest/]],
    ['obrien', { upn: "o'brien@contoso.com" }, [/`o'brien` can't be a SQL user name/]],
    ['admin', {}, [/`admin` is reserved/]],
    ['zoe', { upn: 'zoe@elsewhere.example', kind: 'guest', enabled: false }, [/disabled/, /guest/, /verified domain/]],
  ];
  for (const [key, but, says] of people) {
    test(key, async () => {
      const door = p.o.person(key, false, but);
      p.o.person('bob', true);
      if (key === 'dave') p.o.without.add('oid-dave Crdb.Request');
      await p.types(door, 'request analytics');
      await p.settle();
      for (const said of says) assert.match(p.answer(door), said);
      assert.match(p.answer(door), /You can't have analytics now/);
      await p.request(door, 'refused');
      assert.deepEqual(p.o.posted, []);
    });
  }

  test('alice of another domain after alice: the SQL user belongs to another person', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    const before = p.o.posted.length;
    const alice2 = p.o.person('alice2', false, { upn: 'alice@fabrikam.com' });
    await p.types(alice2, 'request analytics');
    await p.settle();
    assert.match(p.answer(alice2), /belongs to another person/);
    assert.equal(p.o.posted.length, before);
  });
});

suite('a request that nobody can decide is refused at once, and the admins are told once', () => {
  test('because nobody else is an approver', async () => {
    const alice = p.o.person('alice', true);
    await p.types(alice, 'request analytics');
    await p.settle();
    assert.match(p.answer(alice), /Nobody can decide on analytics: no enabled person but you has the app role Crdb\.Approve/);
    assert.match(p.answer(alice), /They have been told/);
    await p.types(p.o.person('dora'), 'request analytics');
    await p.request(p.o.person('dora'), 'pending');
    await p.types(alice, 'request analytics');
    const alerts = await p.alerts();
    assert.equal(alerts.length, 1);
    assert.match(alerts[0] ?? '', /Needs an admin: nobody can decide on requests for analytics/);
  });

  for (const [is, says] of [
    ['archived', /the approvers’ channel C0APPROVERS is archived/],
    ['gone', /does not exist, or I can not see it/],
    ['not_in', /does not have me in it/],
  ] as const) {
    test(`because the approvers' channel is ${is}`, async () => {
      const alice = p.o.person('alice');
      p.o.person('bob', true);
      p.o.unreachable.set(approvers, is);
      await p.types(alice, 'request analytics');
      await p.types(alice, 'request billing');
      await p.settle();
      assert.match(p.answer(alice), says);
      assert.equal((await p.alerts()).length, 2, 'once for each entitlement');
      p.o.unreachable.clear();
      await p.types(alice, 'request analytics');
      await p.request(alice, 'pending');
    });
  }

  test('with everything that is wrong in one answer', async () => {
    const alice = p.o.person('alice');
    p.o.unreachable.set(approvers, 'gone');
    await p.types(alice, 'request analytics');
    await p.settle();
    assert.match(p.answer(alice), /Nobody can decide on analytics[\s\S]*Nobody can be asked for analytics/);
  });

  test('but not while one of several channels can be posted to, nor without approval', async () => {
    const alice = p.o.person('alice');
    p.o.unreachable.set(approvers, 'gone');
    await p.types(alice, 'request reporting');
    await p.request(alice, 'granted');
  });

  test('and a platform that does not answer is no reason to refuse', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    p.o.fail = (what) => {
      if (what === 'chat.reach') throw new Fault('chat_unavailable', 'later', 'down');
    };
    await p.types(alice, 'request analytics');
    await p.request(alice, 'pending');
  });

  test('somebody who would be refused anyway wakes no admin', async () => {
    const frank = p.o.person('frank', false, { enabled: false });
    p.o.unreachable.set(approvers, 'gone');
    await p.types(frank, 'request analytics');
    assert.deepEqual(await p.alerts(), []);
  });

  test('what somebody has already is shown, not refused', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.unreachable.set(approvers, 'archived');
    await p.types(alice, 'request analytics');
    assert.match(p.answer(alice), /You already have analytics on prod/);
    assert.deepEqual(await p.alerts(), []);
  });

  test('an entitlement whose channels are on no platform of this bot is one of them', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const policy = somePolicy();
    const analytics = policy.entitlements.get('analytics');
    assert.ok(analytics?.approval);
    const elsewhere = { ...analytics, approval: { ...analytics.approval, channels: { elsewhere: 'X' } } };
    p.says({ ...policy, entitlements: new Map([['analytics', elsewhere]]) });
    await p.types(alice, 'request analytics');
    await p.settle();
    assert.match(p.answer(alice), /on a platform that I do not serve/);
  });
});
