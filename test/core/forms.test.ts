import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { offers } from '../../src/core/command/offer.ts';
import { Fault } from '../../src/core/errors.ts';
import type { Card } from '../../src/core/messages/card.ts';
import { buttonsOf, formText, product } from './product-rig.ts';

const p = product('forms');

suite('the form to ask with', () => {
  for (const typed of ['', 'request']) {
    test(`opens when "${typed}" is typed, and what is sent asks as a typed request does`, async () => {
      const alice = p.o.person('alice');
      p.o.person('bob', true);
      await p.types(alice, typed);
      const form = p.form(alice);
      assert.deepEqual(
        [form.id, form.submit, form.fields.map((f) => [f.id, f.kind])],
        [
          'request',
          'Ask',
          [
            ['entitlement', 'choice'],
            ['reason', 'text'],
          ],
        ],
      );
      await p.sends(alice, 'request', '', { entitlement: 'analytics', reason: 'Q4 churn' });
      assert.match(p.answer(alice), /Asked for analytics on prod\.\n.*they have until .* \(8 h from now\)/);
      const request = await p.request(alice, 'pending');
      assert.equal(request.reason, 'Q4 churn');
    });
  }

  test('sent twice asks once', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    await p.sends(alice, 'request', '', { entitlement: 'analytics' });
    await p.sends(alice, 'request', '', { entitlement: 'analytics' });
    await p.request(alice, 'pending');
    assert.match(p.answer(alice), /already/);
  });

  test('comes with the entitlement chosen that the button named', async () => {
    const alice = p.o.person('alice');
    await p.presses(alice, 'ask', 'billing');
    const [choice] = p.form(alice).fields;
    assert.equal(choice?.kind === 'choice' ? choice.chosen?.value : null, 'billing');
    await p.presses(alice, 'ask', '');
    const [empty] = p.form(alice).fields;
    assert.equal(empty?.kind === 'choice' ? empty.chosen : 'none', null);
  });

  test('sent without a choice, or with one that is no longer there, says what to do', async () => {
    const alice = p.o.person('alice');
    await p.sends(alice, 'request', '', { reason: 'x' });
    assert.match(p.answer(alice), /no entitlement was chosen/);
    await p.sends(alice, 'request', '', { entitlement: 'analytic' });
    assert.match(p.answer(alice), /Did you mean \/crdb-access request analytics/);
  });

  test('that can not be opened any more says what to type instead', async () => {
    const alice = p.o.person('alice');
    p.o.inTime = false;
    await p.types(alice, 'request');
    assert.match(p.answer(alice), /too slow to open the form[\s\S]*\/crdb-access request <entitlement> because <reason>/);
  });

  test('becomes the reasons why, for somebody who may ask for nothing', async () => {
    const frank = p.o.person('frank', false, { enabled: false });
    await p.types(frank, '');
    assert.match(formText(p.form(frank)), /nothing that you may ask for now[\s\S]*frank@contoso\.com is disabled/);
    assert.deepEqual([p.form(frank).fields, p.form(frank).submit], [[], null]);
    const dave = p.o.person('dave');
    for (const role of ['Crdb.Request', 'Crdb.Billing.Request']) p.o.without.add(`oid-dave ${role}`);
    await p.types(dave, '');
    assert.match(formText(p.form(dave)), /the app role Crdb\.Request.*does not hold it/);
    const stranger = { ...dave, user: 'stranger' };
    await p.types(stranger, '');
    assert.match(formText(p.form(stranger)), /no confirmed mail address/);
  });

  test('stays as it is when the directory does not answer: what is sent is checked anyway', async () => {
    const alice = p.o.person('alice');
    p.o.fail = (what) => {
      if (what.startsWith('directory.')) throw new Fault('directory_unavailable', 'later', 'down');
    };
    await p.types(alice, '');
    assert.equal(p.form(alice).fields.length, 2);
    await p.sends(alice, 'request', '', { entitlement: 'analytics' });
    assert.match(p.answer(alice), /did not answer.*Open the form again in a minute/);
    assert.deepEqual(await p.sql('SELECT id FROM requests'), []);
  });
});

suite('what the form offers', () => {
  const values = async (door: Parameters<typeof offers>[1], typed: string): Promise<readonly string[]> =>
    (await offers(p.world, door, 'entitlement', typed)).map((o) => o.value);

  test('is what this person may ask for, and nothing to somebody who is nobody of the directory', async () => {
    const alice = p.o.person('alice');
    p.o.without.add('oid-alice Crdb.Billing.Request');
    assert.deepEqual(await values(alice, ''), ['analytics', 'reporting']);
    assert.deepEqual(await values({ ...alice, user: 'stranger' }, ''), []);
    assert.deepEqual(await values(p.o.person('erin', false, { kind: 'guest' }), ''), []);
    assert.deepEqual(await offers(p.world, alice, 'reason', ''), []);
  });

  test('finds one of 500 by its name, its title, what is said of it, or nearly so, and shows at most 100', async () => {
    const alice = p.o.person('alice');
    const [like] = [p.world.policy.entitlements.get('analytics')];
    assert.ok(like);
    const many = Array.from({ length: 500 }, (_, i) => ({
      ...like,
      name: `sales-${String(i).padStart(3, '0')}`,
      title: i === 321 ? 'Quarterly forecast' : `Sales of region ${i}`,
      description: i === 77 ? 'Where the penguins are counted' : '',
    }));
    const policy = { ...p.world.policy, entitlements: new Map(many.map((e) => [e.name, e])) };
    p.says(policy);
    let asked = 0;
    p.o.fail = (what) => {
      if (what === 'directory.held' || what === 'directory.holds') asked += 1;
    };
    assert.equal((await values(alice, '')).length, 100);
    assert.equal(asked, 1);
    assert.equal((await values(alice, 'sales-404'))[0], 'sales-404');
    assert.deepEqual(await values(alice, 'forecast'), ['sales-321']);
    assert.deepEqual(await values(alice, 'quartrly FORECAST'), ['sales-321']);
    assert.deepEqual(await values(alice, 'penguin'), ['sales-077']);
    assert.deepEqual(await values(alice, 'zebra'), []);
    await p.types(alice, 'list');
    assert.match(
      p.answer(alice),
      /You may ask for 500 entitlements\.[\s\S]*And 470 more\. Narrow it down: \/crdb-access list <text>/,
    );
    await p.types(alice, 'list forecast');
    assert.match(p.answer(alice), /1 entitlement with "forecast"\.\nsales-321: Quarterly forecast/);
  });
});

suite('a denial', () => {
  test('asks for its reason, which the requester and the card then have', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    await p.presses(bob, 'deny', request.id, place);
    const form = p.form(bob);
    assert.deepEqual([form.id, form.about], ['deny', request.id]);
    assert.match(formText(form), /alice asks for analytics on prod\. Nothing is decided until you send this/);
    await p.request(alice, 'pending');
    await p.sends(bob, 'deny', request.id, { reason: 'Use the replica\u202e' }, place);
    const denied = await p.request(alice, 'denied');
    assert.equal(denied.decision?.reason, 'Use the replica');
    assert.match(p.messages(alice).join('\n'), /was denied[\s\S]*Denied by bob[\s\S]*Reason: Use the replica/);
    assert.match(await p.card(request.id), /Denied by bob[\s\S]*Reason: Use the replica/);
  });

  test('sent twice, or by two approvers, counts once', async () => {
    const [alice, bob, carol] = [p.o.person('alice'), p.o.person('bob', true), p.o.person('carol', true)];
    const { request, place } = await p.pending(alice);
    await p.sends(bob, 'deny', request.id, { reason: 'first' }, place);
    await p.sends(bob, 'deny', request.id, { reason: 'second' }, place);
    assert.match(p.answer(bob), /Already decided: bob denied this/);
    await p.sends(carol, 'deny', request.id, {}, place);
    assert.match(p.answer(carol), /Already decided/);
    const denied = await p.request(alice, 'denied');
    assert.equal(denied.decision?.reason, 'first');
    assert.equal((await p.sql('SELECT request_id FROM decisions')).length, 1);
    assert.equal(p.messages(alice).length, 1);
  });

  test('may be sent without a reason', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    await p.sends(bob, 'deny', request.id, {}, place);
    await p.request(alice, 'denied');
    assert.doesNotMatch(p.messages(alice).join('\n'), /Reason/);
  });

  test('is refused at the click, before any form, to the requester, to who is no approver, and when it is too late', async () => {
    const [alice, bob, dave] = [p.o.person('alice', true), p.o.person('bob', true), p.o.person('dave')];
    const { request, place } = await p.pending(alice);
    for (const [who, says] of [
      [alice, /your own request/],
      [dave, /that is for people with the app role Crdb\.Approve/],
    ] as const) {
      await p.presses(who, 'deny', request.id, place);
      assert.match(p.answer(who), says);
      await p.sends(who, 'deny', request.id, { reason: 'mine' }, place);
      assert.match(p.answer(who), says);
    }
    await p.presses(bob, 'deny', request.id, { ...place, message: 'another' });
    assert.match(p.answer(bob), /belongs to another card/);
    await p.request(alice, 'pending');
    await p.presses(bob, 'approve', request.id, place);
    await p.presses(bob, 'deny', request.id, place);
    assert.match(p.answer(bob), /Already decided: bob approved this/);
    assert.deepEqual(p.o.opened, []);
  });

  test('can be made while the directory is slow: the form opens at once, and counts like any other', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    let answered = false;
    p.o.fail = async (what) => {
      if (what !== 'directory.holds') return;
      await pause(2_200);
      answered = true;
    };
    const pressed = p.presses(bob, 'deny', request.id, place);
    for (let i = 0; i < 200 && p.o.opened.length === 0; i += 1) await pause(10);
    assert.equal(answered, false, 'the form stands open before the directory has answered');
    assert.equal(p.form(bob).submit, 'Deny');
    await pressed;
    assert.equal(p.form(bob).submit, 'Deny', 'it may be sent still');
    p.o.fail = async () => undefined;
    await p.sends(bob, 'deny', request.id, { reason: 'late' }, place);
    assert.equal((await p.request(alice, 'denied')).decision?.reason, 'late');
  });

  test('says in the form that stands open why it would not count, once the directory has answered', async () => {
    const [alice, , dave] = [p.o.person('alice'), p.o.person('bob', true), p.o.person('dave')];
    const { request, place } = await p.pending(alice);
    p.o.fail = async (what) => {
      if (what === 'directory.holds') await pause(2_000);
    };
    await p.presses(dave, 'deny', request.id, place);
    const form = p.form(dave);
    assert.deepEqual([form.fields, form.submit], [[], null]);
    assert.match(formText(form), /that is for people with the app role Crdb\.Approve/);
    p.o.fail = async () => undefined;
    await p.sends(dave, 'deny', request.id, { reason: 'mine' }, place);
    await p.request(alice, 'pending');
  });

  test('whose form can not be opened any more is not made, and says what to press', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    p.o.inTime = false;
    await p.presses(bob, 'deny', request.id, place);
    assert.match(p.answer(bob), /nothing was done\.\nNothing was decided\. Press Deny again/);
    await p.request(alice, 'pending');
  });
});

suite('the details', () => {
  const able = [
    { kind: 'table' as const, name: 'analytics.public.events', privileges: ['SELECT'] },
    { kind: 'database' as const, name: 'analytics', privileges: ['CONNECT'] },
  ];

  test('show approvers at once what is stored, and then what the cluster says', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.sends(alice, 'request', '', { entitlement: 'billing', reason: 'before' });
    const before = await p.request(alice, 'pending');
    await p.types(alice, `cancel ${before.id}`);
    const reason = `it begins ${'x'.repeat(9_980)} it ends`;
    const { request, place } = await p.pending(alice, `analytics because ${reason}`);
    p.o.users.set('alice', ['reporting_reader']);
    p.o.abilities = able;
    await p.presses(bob, 'details', request.id, place);
    const [opened] = p.o.opened;
    assert.ok(opened);
    assert.match(formText(opened.form), /prod is being asked/);
    const whole = formText(p.form(bob));
    assert.ok(whole.includes(reason), 'the whole reason');
    for (const said of [
      /Who: alice · alice@contoso\.com/,
      /ok: account enabled/,
      /analytics\.public\.events: SELECT/,
      /Roles of alice on prod now: reporting_reader/,
      /billing: Canceled by the requester/,
      /The approvers were asked/,
    ])
      assert.match(whole, said);
    assert.equal(p.form(bob).submit, null);
  });

  test('say what can not be seen on a cluster that does not answer', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    p.o.fail = (what) => {
      if (what.startsWith('cluster.')) throw new Fault('cluster_unavailable', 'later', 'down');
    };
    await p.presses(bob, 'details', request.id, place);
    assert.match(formText(p.form(bob)), /I can't see it: prod did not answer/);
  });

  test('are for approvers, the requester and admins, and for nobody else', async () => {
    const [alice, bob, dave, grace] = ['alice', 'bob', 'dave', 'grace'].map((key) => p.o.person(key, key === 'bob'));
    assert.ok(alice && bob && dave && grace);
    p.o.admins.add('oid-grace');
    const { request, place } = await p.pending(alice);
    for (const who of [alice, bob, grace]) {
      await p.presses(who, 'details', request.id, place);
      assert.match(formText(p.form(who)), /alice@contoso\.com/);
    }
    const count = p.o.opened.length;
    await p.presses(dave, 'details', request.id, place);
    assert.match(p.answer(dave), /are for its approvers, its requester and the admins/);
    assert.doesNotMatch(p.answer(dave), /alice/);
    p.o.person('bob', true, { enabled: false });
    await p.presses(bob, 'details', request.id, place);
    assert.match(p.answer(bob), /are for its approvers/);
    assert.equal(p.o.opened.length, count);
  });
});

suite('the home page', () => {
  const text = (card: Card): string => JSON.stringify(card);

  test('shows my access, my requests, and what waits for my decision, with their buttons', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const have = await p.granted(alice, bob);
    const { request } = await p.pending(alice, 'billing because of the audit');
    const mine = await p.looksAtHome(alice);
    assert.deepEqual(buttonsOf(mine), ['ask', `connect ${have.id}`, `cancel ${request.id}`]);
    assert.doesNotMatch(text(mine), /Waits for your decision/);
    const his = await p.looksAtHome(bob);
    assert.match(text(his), /Waits for your decision/);
    assert.match(text(his), /of the audit/);
    assert.deepEqual(buttonsOf(his), ['ask', `approve ${request.id}`, `deny ${request.id}`, `details ${request.id}`]);
  });

  test('offers no decision to somebody who is no approver, or is disabled', async () => {
    const [alice, dave] = [p.o.person('alice'), p.o.person('dave')];
    p.o.person('bob', true);
    await p.pending(alice);
    assert.doesNotMatch(text(await p.looksAtHome(dave)), /Waits for your decision/);
    const bob = p.o.person('bob', true, { enabled: false });
    assert.doesNotMatch(text(await p.looksAtHome(bob)), /Waits for your decision/);
  });

  test('never offers the decision on one’s own request', async () => {
    const alice = p.o.person('alice', true);
    p.o.person('bob', true);
    await p.pending(alice);
    assert.doesNotMatch(text(await p.looksAtHome(alice)), /Waits for your decision/);
  });

  test('decides when its buttons are pressed, and shows at once that nothing waits any more', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request } = await p.pending(alice);
    await p.looksAtHome(bob);
    await p.presses(bob, 'approve', request.id);
    assert.doesNotMatch(text(p.home(bob)), /Waits for your decision/);
    await p.request(alice, 'granted');
  });

  test('does not let through a press on it by somebody who may not decide', async () => {
    const [alice, dave] = [p.o.person('alice'), p.o.person('dave')];
    p.o.person('bob', true);
    const { request } = await p.pending(alice);
    await p.presses(dave, 'approve', request.id);
    assert.match(p.answer(dave), /that is for people with the app role Crdb\.Approve/);
    await p.request(alice, 'pending');
  });

  test('stays within fifty blocks and says what it leaves out', async () => {
    const bob = p.o.person('bob', true);
    for (let i = 0; i < 9; i += 1) await p.types(p.o.person(`p${i}`), 'request analytics because I must');
    await p.settle();
    const card = await p.looksAtHome(bob);
    assert.ok(card.blocks.length < 50, `${card.blocks.length}`);
    assert.match(text(card), /And 4 more, on their cards in the approvers' channel/);
  });

  test('says why it is empty to somebody who is nobody here, and when the directory does not answer', async () => {
    const alice = p.o.person('alice');
    assert.match(text(await p.looksAtHome({ ...alice, user: 'stranger' })), /no confirmed mail address/);
    p.o.fail = (what) => {
      if (what.startsWith('directory.')) throw new Fault('directory_unavailable', 'later', 'down');
    };
    assert.match(text(await p.looksAtHome(alice)), /did not answer.*Open this page again/);
    assert.deepEqual(p.o.answered, []);
  });
});
