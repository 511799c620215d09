/** What people could try in Teams, sent over HTTP to the whole bot: each is refused or harmless, and is said. */

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { drive, type Driver, type People } from './sandbox-driver.ts';

type Json = Record<string, unknown>;

let d: Driver;
let teams: People;
before(async () => {
  d = await drive({ platforms: ['teams'] });
  teams = d.on('teams');
});
after(() => d.stop());

const states = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries((await d.store('SELECT id, state FROM requests')).map(({ id, state }) => [String(id), state]));
const decisions = async (): Promise<number> => Number((await d.store('SELECT count(*) AS n FROM decisions'))[0]?.['n']);

/** Presses as this person, with something else in what the action carries; the bot's answer. */
async function twisted(as: string, message: string, button: string, data: Json): Promise<number> {
  const activity = d.sandbox.teams.activity(as, message, button) as { value: { action: { data: Json } } };
  const { action } = activity.value;
  const value = { ...activity.value, action: { ...action, data: { ...action.data, ...data } } };
  return (await d.sandbox.teams.forge({ ...activity, value })).status;
}

async function asked(as: string, what: string, title: string): Promise<{ readonly message: string; readonly id: string }> {
  const before = Object.keys(await states());
  await teams.command(as, `request ${what}`);
  const card = await teams.card('bob', title);
  const id = Object.keys(await states()).find((one) => !before.includes(one)) ?? '';
  return { message: card.id, id };
}

suite('a press', () => {
  test("on one request's card that names another request decides neither", async () => {
    const alices = await asked('alice', 'analytics because of Q4', 'Alice Park asks for analytics');
    const carols = await asked('carol', 'analytics because I need it', 'Carol Díaz asks for analytics');
    await twisted('bob', alices.message, 'approve', { about: carols.id });
    await twisted('bob', alices.message, 'approve', { about: 'ZZZZZZZZ' });
    await twisted('bob', alices.message, 'approve', { about: '' });
    await twisted('bob', alices.message, 'approve', { about: "x'; DROP TABLE requests; --" });
    await teams.sees('bob', ({ text }) => text.startsWith('Nothing was decided: this button belongs to another card.'), 10);
    await until(async () => (await d.store('SELECT 1 FROM interactions WHERE worked_at IS NULL')).length === 0);
    assert.equal(await decisions(), 0);
    assert.deepEqual([(await states())[alices.id], (await states())[carols.id]], ['pending', 'pending']);
  });
  test('by the requester herself, and by somebody who is no approver, decides nothing and is answered', async () => {
    const card = await teams.card('carol', 'Carol Díaz asks for analytics');
    await teams.press('carol', card.id, 'approve');
    await teams.sees('carol', ({ text }) => /You can't decide on your own request/.test(text), 10);
    await twisted('dave', card.id, 'approve', {});
    await teams.sees('dave', ({ text, from }) => from === 'crdb-access' && /You can't decide on this/.test(text), 10);
    assert.equal(await decisions(), 0);
    assert.deepEqual([...new Set(Object.values(await states()))], ['pending']);
  });
  test('that is sent again after the decision changes nothing, and says who decided', async () => {
    const card = await teams.card('bob', 'Alice Park asks for analytics');
    const stale = d.sandbox.teams.activity('carol', card.id, 'approve') ?? {};
    const first = d.sandbox.teams.activity('bob', card.id, 'approve') ?? {};
    for (let i = 0; i < 3; i += 1) assert.equal((await d.sandbox.teams.forge(first)).status, 200);
    await teams.bash('alice', 20);
    assert.equal(await decisions(), 1);
    for (let i = 0; i < 3; i += 1) await d.sandbox.teams.forge(stale);
    await d.sandbox.teams.forge(first);
    await teams.sees('carol', ({ text }) => /Already decided: Bob Ito approved/.test(text), 10);
    assert.equal(await decisions(), 1);
    const messages = (await teams.inbox('alice')).filter(({ code }) => code.length > 0);
    assert.equal(messages.length, 1, 'one login command');
  });
});

const markup =
  '<at>Everyone</at> **Approved** by _Carol_ [Approve here](https://evil.example) - [ ] `code` # title > quote {{DATE(2030-01-01T00:00:00Z)}} &lt;b&gt; ';
const unseen = '\u202Egnp.exe\u202C \u2066isolate\u2069 \u200Bzero \u0007bell \u001b[31mred ';
const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

suite('a reason', () => {
  test('of mentions, Markdown, links and thirty thousand bytes stands on the card as letters', async () => {
    await teams.command('carol', `request billing because ${markup}${unseen}${'\u4e16'.repeat(9_000)} END`);
    const card = await teams.card('bob', 'Carol Díaz asks for billing');
    assert.ok(
      card.text.includes('<at>Everyone</at> **Approved** by _Carol_ [Approve here](https://evil.example)'),
      card.text.slice(0, 800),
    );
    assert.ok(card.text.includes('{ {DATE(2030-01-01T00:00:00Z)}}'));
    assert.doesNotMatch(card.text, deceptive);
    assert.match(card.text, /Cut here: these are \d+ characters|… \(cut\)/);
    const message = d.sandbox.teams.screen('bob').messages.find(({ id }) => id === card.id);
    assert.doesNotMatch(JSON.stringify(message?.cards), /"TextBlock"|"FactSet"|"Action.OpenUrl"|"entities"/);
  });
  test('of a denial reaches the requester as letters too', async () => {
    const card = await teams.card('bob', 'Carol Díaz asks for billing');
    await teams.press('bob', card.id, 'deny', { input: { reason: `no <at>all</at> ${unseen}**because**` } });
    const told = await teams.sees('carol', ({ text, channel }) => text.includes('denied') && channel.startsWith('a:'), 10);
    assert.ok(told.text.includes('no <at>all</at>') && told.text.includes('**because**'), told.text);
    assert.doesNotMatch(told.text, deceptive);
  });
});

suite('somebody', () => {
  test('who is a guest of the directory, or whom it does not know, is refused', async () => {
    const words = d.sandbox.teams.words('alice', 'list') as { from: Json };
    const stranger = { ...words, id: '1', from: { ...words.from, aadObjectId: '99999999-aaaa-4bbb-8ccc-000000000099' } };
    assert.equal((await d.sandbox.teams.forge(stranger)).status, 200);
    await teams.command('erin', 'request analytics');
    await teams.sees('erin', ({ text, from }) => from === 'crdb-access' && /guest/i.test(text), 10);
    await teams.command('frank', 'request analytics');
    await teams.sees('frank', ({ text, from }) => from === 'crdb-access' && /disabled/i.test(text), 10);
    const others = await d.store("SELECT DISTINCT requester_upn AS upn FROM requests WHERE state <> 'refused' ORDER BY 1");
    assert.deepEqual(others, [{ upn: 'alice@contoso.com' }, { upn: 'carol@contoso.com' }]);
  });
  test('who calls the bot something else in front of the word gets the help', async () => {
    await teams.command('alice', '/crdb-acces request analytics');
    await teams.sees('alice', ({ text, from }) => from === 'crdb-access' && /help|Did you mean/i.test(text), 10);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it did not come to that within ten seconds');
    await new Promise((go) => setTimeout(go, 50));
  }
}
