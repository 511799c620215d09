import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { be, chat, closeBrowser, lacksBrowser, tabTo, type Visit, visit, type as write } from './browser.ts';

const markup =
  '<img src=x onerror="window.taken=1"><b>bold</b> **stars** [here](https://evil.example) <at>Bob</at> {{DATE(2026-01-01T00:00:00Z)}}';

suite('Teams on the page', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
  });
  afterEach(async () => {
    assert.deepEqual(visitor.complaints, []);
    await visitor.close();
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });
  const open = async (as: string) => {
    visitor = await visit(driver.sandbox.facts.page, { as, where: 'Teams' });
    await visitor.page.getByRole('combobox', { name: /^Write as / }).waitFor();
    return visitor.page;
  };

  test('a switch beside a person leads from their Slack to their Teams and back, and a reload stays there', async () => {
    const page = await open('alice');
    await chat(page, 'Alice Park', 'Teams').waitFor();
    await be(page, 'Alice Park', 'Slack');
    assert.equal(await chat(page, 'Alice Park', 'Teams').count(), 0);
    await be(page, 'Carol Díaz', 'Teams');
    await page.reload();
    await chat(page, 'Carol Díaz', 'Teams').waitFor();
  });

  test('what is typed offers the commands, in a channel behind the bot’s name', async () => {
    const page = await open('carol');
    const composer = page.getByRole('combobox', { name: /^Write as / });
    const offered = page.getByRole('listbox', { name: 'Commands' });
    await page.getByRole('button', { name: 'crdb-access', exact: true }).click();
    await composer.fill('/');
    await offered.waitFor();
    const all = await offered.getByRole('option').count();
    assert.ok(all > 5, `${all} are offered`);
    await composer.fill('requ');
    assert.match((await offered.getByRole('option').first().textContent()) ?? '', /^request/);
    await composer.fill('');
    await page.getByRole('button', { name: 'General' }).click();
    await composer.fill('@');
    assert.match((await offered.getByRole('option').first().textContent()) ?? '', /^@crdb-access /);
    await composer.press('Enter');
    assert.match(await composer.inputValue(), /^@crdb-access \w+/);
    await composer.fill('');
  });

  test('by keyboard alone Carol fills in the form and sends it, and Bob denies it with a reason', async () => {
    const page = await open('carol');
    await tabTo(page, 'button', 'crdb-access');
    await page.keyboard.press('Enter');
    await tabTo(page, 'combobox', 'Write as Carol Díaz in crdb-access');
    await page.keyboard.type('request');
    await page.keyboard.press('Escape'); // the list of commands
    await page.keyboard.press('Enter');
    const form = page.getByRole('article').filter({ has: page.getByRole('button', { name: 'Ask', exact: true }) });
    await form.waitFor();
    await page.keyboard.press('Shift+Tab'); // from the composer up into the newest message
    await form.getByRole('button', { name: 'Ask', exact: true }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await form.getByText('Choose one of those').waitFor(); // and the focus is on what is missing
    await form.getByRole('combobox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('bill');
    await form.getByRole('option', { name: /billing/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Invoices, typed by hand');
    await tabTo(page, 'button', 'Ask');
    await page.keyboard.press('Enter');
    await page.getByText('Asked for billing').waitFor();

    await tabTo(page, 'button', /^Bob Ito.* \d new$/);
    await page.keyboard.press('Enter');
    const card = page.getByRole('article').filter({ hasText: 'Carol Díaz asks for billing' });
    await card.getByText('Invoices, typed by hand').waitFor();
    await tabTo(page, 'button', 'Deny');
    await page.keyboard.press('Enter');
    await card.getByRole('textbox').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Not in this quarter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await card.getByText('Denied by').waitFor();
    // The button is gone: the keyboard goes on from the card.
    assert.equal(await card.locator(':focus').count(), 1);
    assert.ok((await card.textContent())?.includes('Not in this quarter'));
  });

  test('a reason full of markup stands on the card as it was typed, and the browser lets no text become HTML', async () => {
    const page = await open('alice');
    await write(page, `request analytics because ${markup}`);
    await page.getByText('Asked for analytics').waitFor();
    await be(page, 'Bob Ito', 'Teams');
    const card = page.getByRole('article').filter({ hasText: 'Alice Park asks for analytics' });
    await card.waitFor();
    const text = (await card.textContent()) ?? '';
    for (const typed of [...markup.split(' ').slice(0, 5), '<at>Bob</at>'])
      assert.ok(text.includes(typed), `${typed} in:\n${text}`);
    assert.equal(await card.locator('.drawn').locator('img, script, b, a, at, strong, em').count(), 0);
    assert.equal(await page.evaluate('window.taken'), undefined);
  });

  test('an answer in the own chat is announced to whoever looks elsewhere, and is one click away', async () => {
    const page = await open('dave');
    await page.getByRole('button', { name: 'General' }).click();
    await write(page, '@crdb-access list');
    const announced = page.getByRole('status').getByRole('button', { name: /^crdb-access / });
    await announced.waitFor();
    const words = ((await announced.textContent()) ?? '').replace('crdb-access ', '');
    await announced.click();
    await page.getByRole('combobox', { name: 'Write as Dave Okafor in crdb-access' }).waitFor();
    await page.getByRole('article').filter({ hasText: words }).waitFor();
    assert.equal(await announced.count(), 0);
  });

  test('a message of a channel is answered in its thread', async () => {
    const page = await open('dave');
    await page.getByRole('button', { name: 'General' }).click();
    await write(page, 'Who keeps the cluster?');
    const post = page.getByRole('article').filter({ hasText: 'Who keeps the cluster?' });
    await post.waitFor();
    await page.getByRole('button', { name: 'Reply to Dave Okafor' }).last().click();
    await page.getByText('A reply to Dave Okafor').waitFor();
    await write(page, 'I do.');
    const reply = page.getByRole('article').filter({ hasText: 'I do.' });
    await reply.waitFor();
    assert.match((await reply.getAttribute('class')) ?? '', /reply/);
  });
});
