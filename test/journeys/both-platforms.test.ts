/** One bot in Slack and in Microsoft Teams at once: what is asked for in one is decided in the other. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { type Platform, platforms } from '../../src/sandbox/platforms.ts';
import { drive, type Driver, type Message, pause } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d?.stop());
afterEach(async () => {
  for (const target of platforms) await d.chaos(target, 'none');
});

const otherThan = (platform: Platform): Platform => (platform === 'slack' ? 'teams' : 'slack');
const said = (platform: Platform, words: string): string => (platform === 'slack' ? `/crdb-access ${words}` : words);
const isLogin = (m: Message): boolean => m.code.some((c) => c.includes('PGPASSWORD='));
const logins = async (platform: Platform, as: string): Promise<number> => (await d.on(platform).inbox(as)).filter(isLogin).length;
const cardsOf = async (platform: Platform, title: string): Promise<readonly Message[]> =>
  (await d.on(platform).inbox('bob')).filter((m) => m.text.startsWith(title));
const newest = async (): Promise<Record<string, unknown>> =>
  (await d.store('SELECT * FROM requests ORDER BY submitted_at DESC LIMIT 1'))[0] ?? {};
const decisions = (id: unknown) => d.store('SELECT * FROM decisions WHERE request_id = $1', [id]);

for (const [asked, as, what, title] of [
  ['teams', 'alice', 'analytics', 'Alice Park asks for analytics'],
  ['slack', 'carol', 'billing', 'Carol Díaz asks for billing'],
] as const) {
  test(`asked for in ${asked} and approved on the other: both cards show it within two seconds, the command comes where it was asked and works`, async () => {
    const decided = otherThan(asked);
    await d.on(asked).command(as, said(asked, `request ${what} because both`));
    const cards = await Promise.all(platforms.map(async (on) => [on, await d.on(on).card('bob', title)] as const));
    for (const [, card] of cards) assert.deepEqual(card.buttons.map((b) => b.label).slice(0, 2), ['Approve', 'Deny']);
    const pressed = cards.find(([on]) => on === decided)?.[1];
    await d.on(decided).press('bob', pressed?.id ?? '', 'Approve');
    const at = await Promise.all(
      cards.map(async ([on, { id }]) => {
        const card = await d.on(on).sees('bob', (m) => m.id === id && m.text.includes('Granted'), 30);
        assert.match(card.text, /Approved by .*Bob Ito/);
        assert.ok(card.buttons.every((b) => b.label !== 'Approve' && b.label !== 'Deny'));
        return Date.now();
      }),
    );
    assert.ok(Math.abs((at[0] ?? 0) - (at[1] ?? 0)) < 2000, `${at}`);
    const run = await d.shell(as, await d.on(asked).bash(as, 30), 'SELECT current_user;');
    assert.match(run.out, new RegExp(`^${as}$`, 'm'), run.err);
    await pause(2000);
    assert.deepEqual([await logins(asked, as), await logins(decided, as)], [1, 0]);
    assert.equal((await decisions((await newest())['id'])).length, 1);
  });
}

test('what somebody has is the same, whichever platform they ask on', async () => {
  await d.on('slack').command('alice', said('slack', 'mine'));
  await d.on('teams').command('alice', said('teams', 'mine'));
  for (const on of platforms) await d.on(on).sees('alice', (m) => /You have 1 entitlement, and no request waiting/.test(m.text));
  await d.on('slack').command('alice', said('slack', 'connect analytics'));
  await d.on('slack').sees('alice', isLogin);
});

test('Carol can not approve from Teams what she asked for in Slack, nor the other way round', async () => {
  for (const asked of platforms) {
    const decided = otherThan(asked);
    await d.on(asked).command('carol', said(asked, 'request analytics'));
    const card = await d.on(decided).card('carol', 'Carol Díaz asks for analytics');
    const earlier = (await d.on(decided).inbox('carol')).map((m) => m.id);
    await d.on(decided).press('carol', card.id, 'Approve');
    await d.on(decided).sees('carol', (m) => /You can't decide on your own request/.test(m.text) && !earlier.includes(m.id), 20);
    const { id, state } = await newest();
    assert.equal(state, 'pending');
    assert.deepEqual(await decisions(id), []);
    // She takes it back where she did not ask: by the person, not by the platform.
    await d.on(decided).command('carol', said(decided, `cancel ${id}`));
    for (const on of platforms)
      await d.on(on).sees('bob', (m) => m.text.includes(String(id)) && m.text.includes('The request is canceled'));
  }
});

for (const away of platforms) {
  test(`with ${away} down the card still comes to the other, is decided there, and comes to ${away} once it is back`, async () => {
    const there = otherThan(away);
    const before = (await cardsOf(away, 'Carol Díaz asks for analytics')).length;
    await d.chaos(away, 'down');
    await d.on(there).command('carol', said(there, `request analytics because ${away} is down`));
    const card = await d.on(there).card('bob', `${away} is down`);
    await pause(8000);
    assert.equal(
      (await cardsOf(there, 'Carol Díaz asks for analytics')).filter((m) => m.text.includes(`${away} is down`)).length,
      1,
    );
    await d.chaos(away, 'none');
    const late = await d.on(away).card('bob', `${away} is down`, 30);
    await pause(6000);
    assert.equal((await cardsOf(away, 'Carol Díaz asks for analytics')).length, before + 1);
    await d.chaos(away, 'down');
    await d.on(there).press('bob', card.id, 'Deny', { input: { reason: 'not while it is down' } });
    await d.on(there).sees('bob', (m) => m.id === card.id && m.text.includes('Denied'), 20);
    await d.on(there).sees('carol', (m) => m.text.includes('not while it is down') && m.id !== card.id, 20);
    await d.chaos(away, 'none');
    await d.on(away).sees('bob', (m) => m.id === late.id && m.text.includes('Denied'), 30);
  });
}
