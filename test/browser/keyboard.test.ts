import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { closeBrowser, lacksBrowser, tabTo, type Visit, visit } from './browser.ts';

suite('the page by keyboard alone', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
  });
  afterEach(async () => {
    assert.deepEqual(
      visitor.complaints.filter((one) => !one.includes('status of 422')), // a form with a mistake in it is answered so
      [],
    );
    await visitor.close();
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });

  const open = async (as: string) => {
    visitor = await visit(driver.sandbox.facts.page, { as });
    await visitor.page.getByRole('combobox', { name: /^Write as / }).waitFor();
    return visitor.page;
  };
  const focused = () =>
    visitor.page.evaluate<string>('document.activeElement?.getAttribute("id") ?? document.activeElement?.tagName');

  test('the first Tab offers to skip to the conversation', async () => {
    const page = await open('alice');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'composer-slack');
  });

  test('a slash offers the commands; arrows choose one, Enter takes it', async () => {
    const page = await open('alice');
    await page.getByRole('combobox', { name: /^Write as / }).focus();
    await page.keyboard.type('/');
    const list = page.getByRole('listbox', { name: 'Commands' });
    await list.waitFor();
    const offered = await list.getByRole('option').allInnerTexts();
    assert.ok(offered.some((text) => text.startsWith('/crdb-access request')));
    assert.ok(offered.some((text) => text.startsWith('/crdb-access status')));
    assert.ok(offered.some((text) => text.startsWith('/crdb-status')));
    await page.keyboard.press('ArrowUp'); // from the first to the last
    await page.keyboard.press('Enter');
    assert.equal(await page.getByRole('combobox', { name: /^Write as / }).inputValue(), '/crdb-status ');
    await page.keyboard.press('Enter');
    await page.getByRole('article').getByText('Only visible to you').waitFor();
  });

  test('a form is a dialog: it takes the focus, keeps it, says what is missing beside the field, and Esc closes it', async () => {
    const page = await open('alice');
    await tabTo(page, 'combobox', 'Write as Alice Park in crdb-access');
    await page.keyboard.type('/crdb-access request');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Ask for access' });
    await dialog.waitFor();
    assert.equal(await dialog.locator(':focus').count(), 1);
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      // Past the last field Chromium leads to its own controls (the page then has no focus), never to what is behind the dialog.
      const elsewhere = await page.locator(':focus').count();
      assert.equal(await dialog.locator(':focus').count(), elsewhere);
    }
    await tabTo(page, 'button', 'Ask');
    await page.keyboard.press('Enter');
    const field = dialog.locator('[aria-invalid=true]').first();
    await field.and(page.locator(':focus')).waitFor();
    const described = await field.getAttribute('aria-describedby');
    assert.match((await page.locator(`#${described?.split(' ')[0]}`).textContent()) ?? '', /complete this required field/);
    await page.keyboard.press('Escape'); // the open list
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await focused(), 'composer-slack');
  });

  test('Alice fills in the form and sends it; Bob reaches his card and approves; the command is there', async () => {
    const page = await open('alice');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('/crdb-access request');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Ask for access' });
    await dialog.waitFor();
    await page.keyboard.type('analy');
    await dialog.getByRole('option', { name: /analytics/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Q4 churn, typed by hand');
    await tabTo(page, 'button', 'Ask');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByRole('article')
      .getByText(/analytics/)
      .first()
      .waitFor();

    await tabTo(page, 'button', /^Bob Ito.* \d new$/);
    await page.keyboard.press('Enter');
    await page.getByRole('article').getByText('Q4 churn, typed by hand').waitFor();
    await tabTo(page, 'button', 'Approve');
    await page.keyboard.press('Space');
    await page.getByText('Approved by').waitFor({ timeout: 30_000 });
    await driver.bash('alice');
  });
});
