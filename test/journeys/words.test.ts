/** What can be typed, as people type it, right and wrong. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askAndApprove, logsIn, requestOf, until } from './grants-rig.ts';
import { drive, type Driver, type Message } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

/** Types, and waits for the answer that only the typer sees. */
async function answer(as: string, text: string): Promise<Message> {
  const earlier = new Set((await d.inbox(as)).map((m) => m.id));
  await d.command(as, text);
  return d.sees(as, (m) => m.ephemeral && !earlier.has(m.id), 10);
}

describe('before anything was asked for', () => {
  test('help says every word, and what can be asked for', async () => {
    const { text } = await answer('alice', '/crdb-access help');
    for (const word of ['request', 'list', 'mine', 'cancel', 'connect', 'why', 'help'])
      assert.match(text, new RegExp(`\\b${word}\\b`));
  });

  test('list has what alice may ask for, and says that there is more and what it takes', async () => {
    const { text } = await answer('alice', '/crdb-access list');
    assert.match(text, /analytics/);
    assert.match(text, /reporting/);
    assert.match(text, /billing/);
    assert.match(text, /Crdb\.Billing\.Request/);
  });

  test('mine says that there is nothing, and what to do', async () => {
    const { text } = await answer('alice', '/crdb-access mine');
    assert.match(text, /You have no entitlement, and no request waiting/);
    assert.match(text, /crdb-access list/);
  });

  test('connect says that there is nothing to connect to, and what to do', async () => {
    assert.match((await answer('alice', '/crdb-access connect')).text, /You have no access yet[\s\S]*crdb-access list/);
    assert.match((await answer('alice', '/crdb-access connect analytics')).text, /request analytics/);
    assert.match((await answer('alice', '/crdb-access connect anlytics')).text, /Did you mean .*analytics/);
  });

  test('why says that there is no SQL user yet', async () => {
    const { text } = await answer('alice', '/crdb-access why');
    assert.match(text, /alice@contoso\.com/);
    assert.match(text, /could not log in now[\s\S]*SQL user alice, which is not there yet/);
  });

  test('cancel of nothing and of an unknown id is answered', async () => {
    assert.match((await answer('alice', '/crdb-access cancel')).text, /id|which/i);
    assert.match((await answer('alice', '/crdb-access cancel 00000000')).text, /no request/i);
  });
});

describe('slips of the keyboard', () => {
  const slips: readonly [string, RegExp][] = [
    ['/crdb-access requst analytics', /Did you mean .*request/],
    ['/crdb-access request anlytics', /Did you mean .*analytics/],
    ['/crdb-access lst', /Did you mean .*list/],
    ['/crdb-access conect', /Did you mean .*connect/],
    ['/crdb-access frobnicate', /don't know|help/],
    ['/crdb-access   HELP  ', /request/],
  ];
  for (const [typed, says] of slips) {
    test(typed, async () => assert.match((await answer('alice', typed)).text, says));
  }
});

describe('while a request waits', () => {
  let id = '';
  test('mine shows it, with a button that cancels', async () => {
    await d.command('alice', '/crdb-access request analytics because tests');
    await d.card('bob', 'Alice Park');
    id = String((await requestOf(d, 'alice'))['id']);
    const mine = await answer('alice', '/crdb-access mine');
    assert.match(mine.text, new RegExp(id));
    assert.ok(mine.buttons.some((b) => b.id === 'cancel'));
  });

  test('nobody else can cancel it, or learns that there is one', async () => {
    assert.match((await answer('dave', `/crdb-access cancel ${id}`)).text, /You have no request/);
    assert.equal((await requestOf(d, 'alice'))['state'], 'pending');
  });

  test('its requester can, in lower case too; the approvers see it, and a late Approve hears it', async () => {
    await answer('alice', `/crdb-access cancel ${id.toLowerCase()}`);
    await until('it is canceled', async () => (await requestOf(d, 'alice'))['state'] === 'canceled');
    const card = await d.sees('bob', (m) => m.text.includes('Alice Park') && /cancel/i.test(m.text));
    assert.deepEqual(
      card.buttons.filter((b) => b.id === 'approve' || b.id === 'deny'),
      [],
    );
    await d.press('bob', card.id, 'Approve');
    await d.sees('bob', (m) => m.ephemeral && /cancel/i.test(m.text));
  });

  test('canceled again, it says that it is canceled', async () => {
    assert.match((await answer('alice', `/crdb-access cancel ${id}`)).text, /cancel/i);
  });
});

describe('once access was granted', () => {
  test('mine, list and home show it; connect gives the command again and it logs in', async () => {
    await askAndApprove(d, 'alice');
    await logsIn(d, 'alice');
    assert.match((await answer('alice', '/crdb-access mine')).text, /analytics/);
    assert.match((await answer('alice', '/crdb-access list')).text, /have|held|hold/i);
    const again = await answer('alice', '/crdb-access connect analytics');
    const bash = again.code.find((c) => c.startsWith('PGPASSWORD=') && c.includes('cockroach sql')) ?? '';
    const run = await d.shell('alice', bash, 'SELECT current_user;');
    assert.match(run.out, /^alice$/m, run.err);
    assert.ok(
      again.code.some((c) => c.includes('psql')),
      'psql',
    );
    assert.ok(
      again.code.some((c) => c.includes('$env:PGPASSWORD')),
      'PowerShell',
    );
  });

  test('why says that the login would be accepted', async () => {
    assert.match((await answer('alice', '/crdb-access why')).text, /accepted/);
  });

  test('when the cluster would refuse the login, connect and why say at which step, and no command is given', async () => {
    await d.root("SET CLUSTER SETTING server.jwt_authentication.audience = 'somebody-else'");
    const connect = await answer('alice', '/crdb-access connect');
    assert.match(connect.text, /audience/);
    assert.deepEqual(
      connect.code.filter((c) => c.includes('PGPASSWORD=')),
      [],
    );
    assert.match((await answer('alice', '/crdb-access why')).text, /audience/);
  });
});
