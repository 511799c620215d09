import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { offers } from '../../src/core/command/offer.ts';
import { Fault } from '../../src/core/errors.ts';
import { plainText } from '../../src/core/messages/card.ts';
import { buttonsOf, product } from './product-rig.ts';

const p = product('words');

suite('list', () => {
  test('shows what I may ask for with its title and cluster, what I have of it, and whom the rest is for', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    p.o.without.add('oid-alice Crdb.Billing.Request');
    await p.granted(alice, bob);
    await p.types(alice, 'list');
    const said = p.answer(alice);
    assert.match(said, /You may ask for 2 entitlements/);
    assert.match(said, /analytics: Analytics \(read\) · on prod · you have it/);
    assert.match(said, /reporting: Reporting \(read\) · on prod$/m);
    assert.match(said, /1 other is not for you/);
    assert.match(said, /With the app role Crdb\.Billing\.Request: billing/);
  });

  test('says of what waits that it waits', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    await p.pending(alice);
    await p.types(alice, 'list analyt');
    assert.match(p.answer(alice), /analytics: .* · waiting/);
  });

  test('finds a misspelled name, and says so when nothing is found', async () => {
    const alice = p.o.person('alice');
    await p.types(alice, 'list reportng');
    assert.match(p.answer(alice), /You may ask for 1 entitlement with "reportng"\.\nreporting:/);
    await p.types(alice, 'list zebra');
    assert.match(p.answer(alice), /Nothing that you may ask for holds "zebra"/);
  });

  test('says at once what stands against somebody whatever they ask for', async () => {
    const frank = p.o.person('frank', false, { enabled: false });
    await p.types(frank, 'list');
    assert.match(p.answer(frank), /There is nothing that you may ask for now\.\n.*frank@contoso\.com is disabled/);
  });

  test('offers nothing where the SQL user of my name is somebody else’s, in the list and as I type, and says whose', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    const other = p.o.person('alice2', false, { upn: 'alice@fabrikam.com' });
    await p.types(other, 'list');
    assert.match(
      p.answer(other),
      /There is nothing that you may ask for now\.\nThe SQL user alice belongs to another person \(alice@contoso\.com\)/,
    );
    assert.deepEqual(await offers(p.world, other, 'entitlement', ''), []);
    assert.equal((await offers(p.world, alice, 'entitlement', '')).length > 0, true);
  });
});

suite('mine', () => {
  test('shows what I have, what waits with a button to cancel it, and what became of earlier requests and by whom', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const have = await p.granted(alice, bob);
    const { request: denied, place } = await p.pending(alice, 'billing');
    await p.sends(bob, 'deny', denied.id, { reason: 'Ask finance' }, place);
    await p.settle();
    const { request: waits } = await p.pending(alice, 'billing because of the audit');
    await p.types(alice, 'mine');
    const said = p.answer(alice);
    assert.match(said, /You have 1 entitlement, and 1 request waiting/);
    assert.match(said, /analytics · Analytics \(read\) · on prod as alice · role analytics_reader · since /);
    assert.match(said, new RegExp(`billing .* waiting for approval, until .* · ${waits.id}`));
    assert.match(said, new RegExp(`billing: Denied, by bob\\. · asked .* · ${denied.id}`));
    assert.deepEqual(buttonsOf(p.answerCard(alice)), [`connect ${have.id}`, `cancel ${waits.id}`]);
  });

  test('of somebody who has nothing says what to do', async () => {
    const dave = p.o.person('dave');
    await p.types(dave, 'mine');
    assert.match(p.answer(dave), /You have no entitlement, and no request waiting/);
    assert.match(p.answer(dave), /crdb-access list/);
  });
});

suite('cancel', () => {
  test('takes my request back: I am told, the card says so, nobody can decide it any more, and it is in the audit', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const { request, place } = await p.pending(alice);
    await p.types(alice, `cancel ${request.id.toLowerCase()}`);
    assert.match(p.answer(alice), /Canceled: your request for analytics on prod/);
    await p.request(alice, 'canceled');
    assert.ok(p.messages(alice).some((m) => /was canceled/.test(m)));
    assert.match(await p.card(request.id), /The request is canceled/);
    await p.presses(bob, 'approve', request.id, place);
    assert.match(p.answer(bob), /Nothing to decide: the request is canceled/);
    const audit = await p.world.store.audit.read({ requestId: request.id });
    assert.deepEqual(
      audit.filter((line) => line.event === 'request.cancel').map((line) => line.actor),
      ['oid-alice'],
    );
  });

  test('twice, or by the button of my home page, has one effect', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const { request } = await p.pending(alice);
    await p.presses(alice, 'cancel', request.id);
    await p.types(alice, `cancel ${request.id}`);
    assert.match(p.answer(alice), /Canceled/);
    await p.request(alice, 'canceled');
    assert.equal(p.messages(alice).filter((m) => /was canceled/.test(m)).length, 1);
  });

  test('of somebody else’s request says no more than that I have none, and changes nothing', async () => {
    const [alice, mallory] = [p.o.person('alice'), p.o.person('mallory')];
    p.o.person('bob', true);
    const { request } = await p.pending(alice);
    await p.types(mallory, `cancel ${request.id}`);
    assert.match(p.answer(mallory), new RegExp(`You have no request ${request.id}`));
    assert.doesNotMatch(p.answer(mallory), /alice/);
    await p.presses(mallory, 'cancel', request.id);
    await p.request(alice, 'pending');
  });

  test('with a slip in the id names the request that was meant, and cancels nothing', async () => {
    const alice = p.o.person('alice');
    p.o.person('bob', true);
    const { request } = await p.pending(alice);
    const last = request.id.endsWith('7') ? '8' : '7';
    await p.types(alice, `cancel ${request.id.slice(0, -1)}${last}`);
    assert.match(p.answer(alice), new RegExp(`Did you mean ${request.id}\\?`));
    await p.request(alice, 'pending');
  });

  test('of what is granted already says so and what would help', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const request = await p.granted(alice, bob);
    await p.types(alice, `cancel ${request.id}`);
    assert.match(p.answer(alice), /Nothing was canceled: request .* is granted\.\nApproved by bob.*\n.*revoke/);
  });
});

suite('connect', () => {
  test('gives the command again in every way, after deciding the login on the settings of now', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const request = await p.granted(alice, bob);
    for (const way of [
      () => p.types(alice, 'connect'),
      () => p.types(alice, 'connect analytics'),
      () => p.presses(alice, 'connect', request.id),
    ]) {
      await way();
      const said = p.answer(alice);
      assert.match(said, /^You can log in to prod as alice$/m);
      assert.match(said, /^ {2}cockroach sql --url "postgresql:\/\/alice@localhost:26257\/analytics/m);
      assert.match(said, /^\} finally \{ \$env:PGPASSWORD = \$null \}$/m);
      assert.match(said, /^ {2}psql "postgresql:/m);
      assert.match(said, /Checked just now on the cluster's settings: this login will be accepted/);
    }
    assert.deepEqual(await p.alerts(), []);
  });

  test('says which step would refuse the login, whose matter that is, and tells the admins once a day', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.settings['server.jwt_authentication.audience'] = 'somebody-else';
    await p.types(alice, 'connect');
    await p.types(alice, 'connect analytics');
    const said = p.answer(alice);
    assert.match(said, /A login to prod as alice would be refused now/);
    assert.match(said, /does not take tokens that are for this app/);
    assert.match(said, /at the step audience: JWT authentication: invalid audience/);
    assert.match(said, /The admins have been told/);
    assert.doesNotMatch(said, /PGPASSWORD/);
    const alerts = await p.alerts();
    assert.equal(alerts.length, 1);
    assert.match(alerts[0] ?? '', /logins to prod as alice would be refused now/);
  });

  test('of a disabled account is the directory’s matter, not the admins’', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.person('alice', false, { enabled: false });
    await p.types(alice, 'connect');
    assert.match(p.answer(alice), /alice@contoso\.com is disabled in the directory/);
    assert.deepEqual(await p.alerts(), []);
  });

  test('gives the command of a cluster that does not answer, and says that it is not checked', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.fail = (what) => {
      if (what === 'cluster.read') throw new Fault('cluster_unavailable', 'later', 'prod is down');
    };
    await p.types(alice, 'connect');
    assert.match(p.answer(alice), /The login command for prod as alice/);
    assert.match(p.answer(alice), /could not check this login now: prod did not answer/);
    assert.match(p.answer(alice), /cockroach sql/);
  });

  test('of somebody whose UPN changed says what mends that, not a setting', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.person('alice', false, { upn: 'alice.jones@contoso.com' });
    await p.types(alice, 'connect');
    assert.match(
      p.answer(alice),
      /would be refused now[\s\S]*from the time when your UPN was alice@contoso\.com; now it is alice\.jones@contoso\.com/,
    );
    await p.types(alice, 'why');
    assert.match(p.answer(alice), /But: The SQL user alice on this cluster is yours from the time/);
  });

  test('of a cluster that the policy no longer has says that there is no address', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const request = await p.granted(alice, bob);
    p.says({ ...p.world.policy, clusters: new Map() });
    for (const way of [() => p.types(alice, 'connect'), () => p.presses(alice, 'connect', request.id)]) {
      await way();
      assert.match(p.answer(alice), /I do not know the address of prod any more/);
    }
  });

  test('names a role that somebody took back on the cluster', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.users.set('alice', []);
    await p.types(alice, 'connect');
    assert.match(p.answer(alice), /no longer has analytics_reader.*request analytics/);
  });

  test('of several grants gives the command of each, the other ways behind a button', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const one = await p.granted(alice, bob);
    await p.types(alice, 'request reporting');
    await p.settle();
    await p.types(alice, 'connect');
    const said = p.answer(alice);
    assert.match(said, /You have 2 logins/);
    assert.match(said, /26257\/analytics\?/);
    assert.match(said, /26257\/reporting\?/);
    assert.ok(buttonsOf(p.answerCard(alice)).includes(`ways ${one.id}`));
    await p.presses(alice, 'ways', one.id);
    assert.match(p.answer(alice), /Other ways to log in to prod as alice[\s\S]*psql[\s\S]*connection string/);
  });

  test('without a grant says what to do, and of a waiting one that it waits', async () => {
    const dave = p.o.person('dave');
    p.o.person('bob', true);
    await p.types(dave, 'connect');
    assert.match(p.answer(dave), /You have no access yet.*\n.*list/);
    await p.types(dave, 'connect billing');
    assert.match(p.answer(dave), /You do not have billing\.\nAsk for it: \/crdb-access request billing/);
    await p.types(dave, 'connect anlytics');
    assert.match(p.answer(dave), /Did you mean \/crdb-access connect analytics\?/);
    const { request } = await p.pending(dave);
    await p.types(dave, 'connect analytics');
    assert.match(p.answer(dave), new RegExp(`Not yet: analytics is waiting for approval.*\\n.*${request.id}`));
  });

  test('of somebody else’s grant gives nothing', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    const request = await p.granted(alice, bob);
    for (const button of ['connect', 'ways'] as const) {
      await p.presses(bob, button, request.id);
      assert.match(p.answer(bob), new RegExp(`You have no request ${request.id}`));
      assert.doesNotMatch(p.answer(bob), /alice/);
    }
  });
});

suite('why', () => {
  test('says who I am to each cluster, and that a login would be accepted', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    await p.types(alice, 'why');
    const said = p.answer(alice);
    assert.match(said, /^You could log in now: prod$/m);
    assert.match(said, /UPN: alice@contoso\.com/);
    assert.match(said, /Account: enabled, member/);
    assert.match(said, /prod: SQL user alice, which is there/);
    assert.match(said, /Roles: analytics_reader/);
    assert.match(said, /A login now: would be accepted/);
  });

  test('names the step that would refuse, in words and in CockroachDB’s own', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.settings['server.jwt_authentication.enabled'] = 'false';
    await p.types(alice, 'why');
    assert.match(p.answer(alice), /^You could not log in now\.$/m);
    assert.match(p.answer(alice), /at the step enabled: login with tokens is switched off .*JWT authentication: not enabled/);
    assert.match(
      p.answer(alice),
      /An admin of this bot \(whoever has the app role Crdb\.Admin\) can make .* current: \/crdb-access status prod, then Plan\. The next grant/,
    );
  });

  test('of a SQL user that was there and is gone speaks of no first grant, but of who has to look', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    p.o.users.delete('alice');
    await p.types(alice, 'why');
    assert.match(
      p.answer(alice),
      /at the step user: the SQL user was made for you and is gone from the cluster\. An admin of this bot/,
    );
    assert.doesNotMatch(p.answer(alice), /first grant/);
  });

  test('of somebody without a SQL user says when there will be one', async () => {
    const dave = p.o.person('dave');
    await p.types(dave, 'why');
    assert.match(p.answer(dave), /SQL user dave, which is not there yet/);
    assert.match(p.answer(dave), /created with your first grant/);
  });

  test('of a name that can be none says why', async () => {
    const obrien = p.o.person('obrien', false, { upn: "o'brien@contoso.com" });
    await p.types(obrien, 'why');
    assert.match(p.answer(obrien), /no SQL user: `o'brien` can't be a SQL user name/);
  });

  test('of a name that is somebody else’s shows nothing of theirs', async () => {
    const [alice, bob] = [p.o.person('alice'), p.o.person('bob', true)];
    await p.granted(alice, bob);
    const alice2 = p.o.person('alice2', false, { upn: 'alice@fabrikam.com' });
    await p.types(alice2, 'why');
    assert.match(p.answer(alice2), /belongs to another person/);
    assert.doesNotMatch(p.answer(alice2), /analytics_reader|accepted/);
  });
});

suite('what can not be read', () => {
  test('is answered with what was meant, also when only an entitlement was typed', async () => {
    const alice = p.o.person('alice');
    for (const [typed, meant] of [
      ['analytics', '/crdb-access request analytics'],
      ['anlytics', '/crdb-access request analytics'],
      ['request anlytics', '/crdb-access request analytics'],
      ['lst', '/crdb-access list'],
    ] as const) {
      await p.types(alice, typed);
      assert.match(p.answer(alice), new RegExp(`Did you mean ${meant}\\?`), typed);
    }
    assert.deepEqual(await p.sql('SELECT id FROM requests'), []);
  });

  test('and help shows every word', async () => {
    const alice = p.o.person('alice');
    await p.types(alice, 'help');
    assert.match(plainText(p.answerCard(alice)), /cancel <id>[\s\S]*connect \[entitlement\][\s\S]*why/);
  });
});

suite('an answer that the platform does not take', () => {
  const refused = (retry: 'later' | 'unknown') => new Fault('chat_unavailable', retry, 'the chat throttles');
  const isOwed = async (): Promise<boolean> => (await p.sql('SELECT id FROM interactions WHERE worked_at IS NULL')).length === 1;
  /** One more try, as after so many. */
  const triedAgainAfter = async (attempts: number): Promise<void> => {
    await p.sql(`UPDATE interactions SET attempts = ${attempts}, due_at = now()`);
    await p.settle();
  };

  for (const { retry, most } of [
    { retry: 'later', most: 24 },
    { retry: 'unknown', most: 5 },
  ] as const) {
    test(`is tried ${most} times when ${retry === 'later' ? 'nothing was said' : 'it may have been said'}, and then let go`, async () => {
      const alice = p.o.person('alice');
      let tries = 0;
      p.o.fail = (what) => {
        if (what !== 'chat.answer') return;
        tries += 1;
        throw refused(retry);
      };
      await p.types(alice, 'help').catch(() => undefined);
      assert.equal(tries, 1);
      await triedAgainAfter(most - 2);
      assert.deepEqual([tries, await isOwed()], [2, true]);
      await triedAgainAfter(most - 1);
      assert.deepEqual([tries, await isOwed()], [3, false]);
    });
  }

  test('is given when the platform takes it again minutes later', async () => {
    const alice = p.o.person('alice');
    p.o.fail = (what) => {
      if (what === 'chat.answer') throw refused('later');
    };
    await p.types(alice, 'help').catch(() => undefined);
    p.o.fail = () => undefined;
    await triedAgainAfter(12);
    assert.match(p.answer(alice), /Ask for access to CockroachDB/);
    assert.equal(await isOwed(), false);
  });
});
