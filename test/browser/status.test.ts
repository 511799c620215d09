import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { be, chat, closeBrowser, lacksBrowser, tabTo, type Visit, visit, type as write, type Where } from './browser.ts';
import { contrasts } from './contrast.ts';

/** Where a form stands: over the conversation, or as a message of its own in it. */
const forms: { readonly [W in Where]: (conversation: Locator, title: string) => Locator } = {
  Slack: (conversation, title) => conversation.page().getByRole('dialog', { name: title }),
  Teams: (conversation, title) => conversation.getByRole('article').filter({ hasText: title }).last(),
};

suite('an admin looks after the cluster', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
    await driver.command('alice', '/crdb-access request analytics');
    const card = await driver.card('bob', 'analytics');
    await driver.press('bob', card.id, 'approve');
    await driver.bash('alice');
    visitor = await visit(driver.sandbox.facts.page, { as: 'grace' });
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });

  const breaking = () => visitor.page.getByRole('group').filter({ hasText: 'By hand on the cluster' });
  /** Opens what is folded, once. */
  const unfold = async (name: string): Promise<void> => {
    const summary = visitor.page.locator('summary', { hasText: name });
    if ((await summary.locator('..').getAttribute('open')) === null) await summary.click();
  };
  /** The bot's own conversation with this person, open. */
  const withBot = async (name: string, where: Where): Promise<Locator> => {
    await be(visitor.page, name, where);
    const conversation = chat(visitor.page, name, where);
    await conversation.getByRole('button', { name: 'crdb-access', exact: true }).click();
    return conversation;
  };
  /** The newest answer that begins so. */
  const asks = async (conversation: Locator, verdict: string): Promise<Locator> => {
    const said = conversation.getByRole('article').filter({ hasText: verdict });
    const before = await said.count();
    await write(conversation, '/crdb-status');
    const answer = said.nth(before);
    await answer.waitFor();
    return answer;
  };

  test('a slash offers /crdb-status, in Slack and in Teams', async () => {
    for (const where of ['Slack', 'Teams'] as const) {
      const conversation = await withBot('Grace Lindqvist', where);
      const composer = conversation.getByRole('combobox', { name: /^Write as/ });
      await composer.fill('/');
      const offered = conversation.getByRole('listbox', { name: 'Commands' }).getByRole('option');
      await offered.filter({ hasText: '/crdb-status [cluster]' }).waitFor();
      assert.equal(await offered.filter({ hasText: /^(\/crdb-access )?status \[cluster\]/ }).count(), 1);
      await composer.fill('/crdb-s');
      await composer.press('Enter');
      assert.equal(await composer.inputValue(), '/crdb-status ');
      await composer.fill('');
    }
  });

  test('pauses the watch on the page, which says so by whom', async () => {
    const faults = visitor.page.getByRole('region', { name: 'Break something' });
    await faults.getByRole('combobox', { name: 'Watch' }).selectOption({ label: 'is paused' });
    await faults.getByText('Watch is paused.').waitFor();
    await faults.getByText(/ paused the watch at /).waitFor();
  });

  for (const where of ['Slack', 'Teams'] as const) {
    suite(`in ${where}`, () => {
      let conversation: Locator;
      before(async () => {
        conversation = await withBot('Grace Lindqvist', where);
      });

      test('reads that all is well, for herself alone', async () => {
        const answer = await asks(conversation, 'prod: healthy');
        if (where === 'Slack') await answer.getByText('Only visible to you').waitFor();
      });

      test('breaks something by hand, sees the SQL of it, and reads what is broken and whose move it is', async () => {
        await unfold('By hand on the cluster');
        await breaking().getByRole('button', { name: 'Read the claim sub' }).click();
        await breaking().getByText("SET CLUSTER SETTING server.jwt_authentication.claim = 'sub'").waitFor();
        await breaking().getByText("SET CLUSTER SETTING server.jwt_authentication.claim = 'upn'").waitFor();
        const answer = await asks(conversation, 'prod: broken');
        await answer.getByText(/server\.jwt_authentication\.claim is sub/).waitFor();
        await answer
          .getByText(/Press Plan/)
          .first()
          .waitFor();
      });

      test('opens all checks', async () => {
        await conversation.getByRole('button', { name: 'All checks' }).last().click();
        const form = forms[where](conversation, 'Checks of prod');
        await form.getByText('Claim: broken').waitFor();
        await form.getByText(/Reachable/).waitFor();
        if (where === 'Slack') await visitor.page.keyboard.press('Escape');
      });

      test('opens the plan, reads what it would write and for whom, applies it, and all is well again', async () => {
        await conversation.getByRole('button', { name: 'Plan', exact: true }).last().click();
        const form = forms[where](conversation, 'Plan for prod');
        await form.getByText(/alice@contoso\.com/).waitFor();
        await form.getByRole('button', { name: 'Apply' }).click();
        await conversation.getByText('Applied on prod, and read back.').last().waitFor({ timeout: 30_000 });
        await asks(conversation, 'prod: healthy');
        const [row] = await driver.root('SHOW CLUSTER SETTING server.jwt_authentication.claim');
        assert.deepEqual(Object.values(row ?? {}), ['upn']);
        // What was mended is nothing to be taken back.
        await breaking().getByRole('button', { name: /^Undo/ }).waitFor({ state: 'detached' });
      });
    });
  }

  test('by keyboard alone, something is broken and taken back', async () => {
    const { page } = visitor;
    await page.getByRole('combobox', { name: 'Watch' }).focus();
    await tabTo(page, 'button', 'Switch JWT logins off');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Done: Switch JWT logins off.' }).waitFor();
    await breaking().getByRole('button', { name: 'Undo: Switch JWT logins off' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Taken back: Switch JWT logins off.' }).waitFor();
    const [row] = await driver.root('SHOW CLUSTER SETTING server.jwt_authentication.enabled');
    assert.match(String(Object.values(row ?? {})[0]), /^t/);
  });

  test('rolls the signing keys over, one phase at a time', async () => {
    const { page } = visitor;
    await unfold('Entra ID’s signing keys');
    const keys = page.getByRole('list', { name: 'Published keys' }).getByRole('listitem');
    const before = await keys.count();
    const signs = keys.filter({ hasText: 'signs' });
    const old = (await signs.locator('code').textContent()) ?? '';
    await page.getByRole('button', { name: 'Publish a new key' }).click();
    await keys.nth(before).waitFor();
    await page.getByRole('button', { name: 'Sign with it' }).click();
    await keys.nth(before).getByText('signs').waitFor();
    assert.equal(await signs.count(), 1);
    await page.getByRole('button', { name: 'Withdraw the old one' }).click();
    await keys.filter({ hasText: old }).waitFor({ state: 'detached' });
  });

  test('somebody who is no admin gets no result of any check, and hears who to ask', async () => {
    for (const where of ['Slack', 'Teams'] as const) {
      const conversation = await withBot('Alice Park', where);
      await write(conversation, '/crdb-status prod');
      const answer = conversation.getByRole('article').filter({ hasText: 'Crdb.Admin' }).last();
      await answer.waitFor();
      assert.doesNotMatch((await answer.textContent()) ?? '', /healthy|broken|attention|v25/);
      assert.equal(await answer.getByRole('button').count(), 0);
    }
  });

  for (const colours of ['light', 'dark'] as const) {
    test(`when the system is ${colours}, all of it has a contrast of 4.5 to 1 or more`, async () => {
      const other = await visit(driver.sandbox.facts.page, { as: 'grace', colours });
      const { page } = other;
      await page.locator('summary', { hasText: 'By hand' }).click();
      await page.locator('summary', { hasText: 'signing keys' }).click();
      await page.getByRole('button', { name: 'Expect another audience' }).click();
      await page.getByRole('button', { name: 'Undo: Expect another audience' }).waitFor();
      const inks = await contrasts(page);
      await chat(page, 'Grace Lindqvist', 'Slack').getByRole('button', { name: 'crdb-access', exact: true }).click();
      await page.getByRole('button', { name: 'Plan', exact: true }).last().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).waitFor();
      inks.push(...(await contrasts(page)));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Undo: Expect another audience' }).click();
      await page.getByText('Taken back: Expect another audience.').waitFor();
      const faint = inks
        .filter(({ ratio }) => ratio < 4.5)
        .map(({ text, colours: on, ratio }) => `${ratio.toFixed(2)} "${text}" ${on}`);
      assert.deepEqual(faint, []);
      assert.ok(inks.some(({ text }) => text.startsWith('Plan for prod')));
      assert.deepEqual(other.complaints, []);
      await other.close();
    });
  }

  test('and the browser has nothing to complain about', () => {
    assert.deepEqual(visitor.complaints, []);
  });
});
