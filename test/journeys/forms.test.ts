/** Forms, Details and the home page, as people use them. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, logsIn, requestOf, restart, until } from './grants-rig.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

const many = (policy: string): string =>
  `${policy}${Array.from(
    { length: 500 },
    (_, i) => `
  report-${String(i).padStart(3, '0')}:
    title: Report ${i}
    description: Read report number ${i}${i === 321 ? ', about lighthouses' : ''}.
    cluster: prod
    database: reporting
    roles: [reporting_reader]
    eligible: { app_role: ${i % 2 === 0 || i === 321 ? 'Crdb.Request' : 'Crdb.Billing.Request'} }
    approvers: { app_role: Crdb.Approve, slack_channel: C0APPROVERS }
    pending_for: 8h
`,
  ).join('')}`;

describe('the form to ask with', () => {
  test('opens for the command alone, and for "request" alone', async () => {
    for (const text of ['/crdb-access', '/crdb-access request']) {
      const modal = await d.open('alice', text);
      assert.deepEqual(
        modal.fields.map((f) => f.type),
        ['choice', 'text'],
      );
      await d.dismiss('alice');
    }
  });

  test('offers what this person may ask for, and nothing else', async () => {
    await d.open('alice', '/crdb-access');
    const offered = (await d.suggest('alice', 'entitlement', '')).map((o) => o.value);
    assert.deepEqual([...offered].sort(), ['analytics', 'reporting']);
    await d.dismiss('alice');
  });

  test('files the request with its reason', async () => {
    await d.open('alice', '/crdb-access');
    await d.submit('alice', { entitlement: 'analytics', reason: 'from the form' });
    const card = await d.card('bob', 'Alice Park');
    assert.match(card.text, /from the form/);
    await d.sees('alice', (m) => m.ephemeral && m.text.includes('Asked for'));
    assert.equal((await requestOf(d, 'alice'))['reason'], 'from the form');
  });

  test('sent twice, it files one request', async () => {
    await d.command('alice', `/crdb-access cancel ${String((await requestOf(d, 'alice'))['id'])}`);
    await until('canceled', async () => (await requestOf(d, 'alice'))['state'] === 'canceled');
    const before = (await d.store('SELECT id FROM requests')).length;
    await d.open('alice', '/crdb-access');
    await Promise.allSettled([d.submit('alice', { entitlement: 'reporting' }), d.submit('alice', { entitlement: 'reporting' })]);
    await d.bash('alice', 30);
    assert.equal((await d.store('SELECT id FROM requests')).length, before + 1);
  });
});

describe('Deny', () => {
  test('asks for a reason, which the requester and the card get', async () => {
    await ask(d, 'alice');
    const card = await d.card('bob', 'Alice Park');
    await d.press('bob', card.id, 'Deny');
    assert.equal((await requestOf(d, 'alice'))['state'], 'pending', 'nothing is decided before the form is sent');
    await d.submit('bob', { reason: 'use the reporting copy instead' });
    const told = await d.sees('alice', (m) => !m.ephemeral && m.text.includes('denied'));
    assert.match(told.text, /use the reporting copy instead/);
    assert.match(told.text, /Bob Ito/);
    await d.sees('bob', (m) => m.id === card.id && m.text.includes('use the reporting copy instead'));
  });

  test('by somebody who is no approver opens nothing: they hear it at the click', async () => {
    await ask(d, 'alice');
    const card = await d.card('bob', 'Alice Park');
    await d.press('dave', card.id, 'Deny').catch(() => undefined);
    await d.sees('dave', (m) => m.ephemeral && m.text.includes('Crdb.Approve'));
    assert.equal(d.sandbox.slack.screen('dave').modal, null);
  });

  test('sent after somebody else approved changes nothing, and says who it was', async () => {
    const card = await d.card('bob', 'Alice Park');
    await d.press('bob', card.id, 'Deny');
    await d.press('carol', card.id, 'Approve');
    await until('granted', async () => (await requestOf(d, 'alice'))['state'] === 'granted');
    await d.submit('bob', { reason: 'too late' });
    const told = await d.sees('bob', (m) => m.ephemeral && m.text.includes('Already decided'));
    assert.match(told.text, /Carol Díaz/);
    assert.equal((await requestOf(d, 'alice'))['state'], 'granted');
  });
});

describe('what an approver is shown', () => {
  test('the card says what the roles can do, what the person holds and what was before', async () => {
    await d.command('carol', '/crdb-access request billing because month end');
    const card = await d.card('bob', 'Carol Díaz');
    assert.match(card.text, /read \d+ tables?/);
    assert.match(card.text, /Holds now/i);
    assert.match(card.text, /earlier/i);
  });

  test('Details has the tables and privileges, the findings and the earlier requests', async () => {
    const card = await d.card('bob', 'Carol Díaz');
    await d.press('bob', card.id, 'Details');
    let modal = '';
    await until('the cluster has answered', async () => {
      modal = (await d.modal('bob'))?.text ?? '';
      return modal.includes('SELECT');
    });
    assert.match(modal, /SELECT/);
    assert.match(modal, /invoices/);
    assert.match(modal, /Crdb\.Billing\.Request/);
    await d.dismiss('bob');
  });
});

describe('the home page', () => {
  test('has my access with its login command, and what waits for me', async () => {
    const alice = await d.home('alice');
    assert.match(alice.text, /analytics/);
    assert.ok(alice.buttons.some((b) => b.id === 'connect'));
    const bob = await d.home('bob');
    assert.match(bob.text, /Carol Díaz/);
    assert.ok(bob.buttons.some((b) => b.id === 'approve'));
    const dave = await d.home('dave');
    assert.doesNotMatch(dave.text, /Carol Díaz|Alice Park asks/);
    assert.ok(!(await d.home('carol')).buttons.some((b) => b.id === 'approve'), "carol can't decide on her own request");
  });

  test('approving there decides, the card in the channel follows, and the page does not offer it again', async () => {
    await d.home('bob');
    await d.press('bob', 'home', 'Approve');
    await logsIn(d, 'carol');
    await d.sees('bob', (m) => m.text.includes('Carol Díaz') && /Approved by Bob Ito/.test(m.text.replaceAll('*', '')));
    assert.ok(!(await d.home('bob')).buttons.some((b) => b.id === 'approve'));
  });

  test('of two who press at once, one on the page and one on the card, one decides', async () => {
    await ask(d, 'carol', 'analytics');
    const card = await d.card('bob', 'Carol Díaz');
    await d.home('bob');
    await Promise.all([d.press('bob', 'home', 'Approve'), d.press('bob', card.id, 'Approve')]);
    await until('granted', async () => (await requestOf(d, 'carol'))['state'] === 'granted');
    assert.equal(
      (await d.store('SELECT * FROM decisions WHERE request_id = $1', [(await requestOf(d, 'carol'))['id']])).length,
      1,
    );
  });
});

describe('with five hundred entitlements', () => {
  before(() => restart(d, { policy: many }));

  test('typing finds one, by its name, its title or its description', async () => {
    await d.open('alice', '/crdb-access');
    assert.equal((await d.suggest('alice', 'entitlement', 'report-242'))[0]?.value, 'report-242');
    assert.equal((await d.suggest('alice', 'entitlement', 'lighthouse'))[0]?.value, 'report-321');
    assert.ok((await d.suggest('alice', 'entitlement', '')).length <= 100);
    assert.ok(
      !(await d.suggest('alice', 'entitlement', 'report-243')).some((o) => o.value === 'report-243'),
      'not hers to ask for',
    );
    await d.submit('alice', { entitlement: 'report-242', reason: 'one of many' });
    await d.card('bob', 'report-242');
  });

  test('list says how many there are and how to find one', async () => {
    await d.command('alice', '/crdb-access list');
    const listed = await d.sees('alice', (m) => m.ephemeral && m.text.includes('report-'));
    assert.match(listed.text, /\b2\d\d\b/);
    await d.command('alice', '/crdb-access list lighthouse');
    await d.sees('alice', (m) => m.ephemeral && m.text.includes('report-321'));
  });
});
