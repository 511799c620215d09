import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { chat, closeBrowser, lacksBrowser, type Visit, visit, type as write, type Where, wide } from './browser.ts';

const ways: readonly { readonly asks: Where; readonly decides: Where }[] = [
  { asks: 'Teams', decides: 'Slack' },
  { asks: 'Slack', decides: 'Teams' },
];
/** How long the other copy of a card may show what was true before. */
const mostMs = 2_000;

for (const { asks, decides } of ways) {
  suite(`Alice asks in ${asks}, Bob approves in ${decides}`, { skip: lacksBrowser }, () => {
    const asked = asks.toLowerCase() as 'slack' | 'teams';
    let driver: Driver;
    let alice: Visit;
    let bob: Visit;
    before(async () => {
      driver = await drive();
      alice = await visit(driver.sandbox.facts.page, { as: 'alice', where: asks });
    });
    after(async () => {
      await closeBrowser();
      await driver?.stop();
    });
    const copy = (where: Where) =>
      chat(bob.page, 'Bob Ito', where).getByRole('article').filter({ hasText: 'Alice Park asks for analytics' });

    test('a card waits for Bob in both', async () => {
      await write(chat(alice.page, 'Alice Park', asks), '/crdb-access request analytics because Q4 churn numbers');
      await chat(alice.page, 'Alice Park', asks).getByText('Asked for analytics').waitFor();
      bob = await visit(driver.sandbox.facts.page, { as: 'bob', size: wide });
      for (const where of ['Slack', 'Teams'] as const) {
        await copy(where).getByText('Q4 churn numbers').waitFor();
        assert.equal(await copy(where).getByRole('button', { name: 'Approve', exact: true }).count(), 1);
      }
    });

    test('both copies show the decision within two seconds, and nothing is left to press', async () => {
      await copy(decides).getByRole('button', { name: 'Approve', exact: true }).click();
      const pressed = performance.now();
      await Promise.all((['Slack', 'Teams'] as const).map((where) => copy(where).getByText('Approved by').waitFor()));
      const took = performance.now() - pressed;
      assert.ok(took < mostMs, `it took ${Math.round(took)} ms`);
      for (const where of ['Slack', 'Teams'] as const) {
        await copy(where).getByText('Granted').waitFor();
        assert.equal(await copy(where).getByRole('button', { name: 'Approve', exact: true }).count(), 0);
      }
    });

    test(`Alice gets the command in ${asks}, where she asked, and nowhere else; it logs her in`, async () => {
      await chat(alice.page, 'Alice Park', asks).getByText('You can log in to prod').waitFor();
      await alice.page.getByRole('button', { name: /the login command/ }).click();
      await alice.page.getByRole('button', { name: /^Copied: the login command/ }).waitFor();
      const command = String(await alice.page.evaluate('navigator.clipboard.readText()'));
      assert.equal(command, await driver.on(asked).bash('alice'));
      const elsewhere = await driver.on(asked === 'slack' ? 'teams' : 'slack').inbox('alice');
      assert.deepEqual(
        elsewhere.map(({ text }) => text),
        [],
      );
      const { code, out, err } = await driver.shell('alice', command, 'SELECT current_user;');
      assert.equal(code, 0, err);
      assert.match(out, /alice/);
    });

    test('and neither browser has anything to complain about', () => {
      assert.deepEqual([...alice.complaints, ...bob.complaints], []);
    });
  });
}
