import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { be, closeBrowser, lacksBrowser, type as send, type Visit, visit } from './browser.ts';

const markup = '<img src=x onerror="window.taken=1"><script>window.taken=1</script><b>bold</b>';

suite('what people type is never markup on the page', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
    visitor = await visit(driver.sandbox.facts.page);
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });

  test('a reason full of HTML stands on the card as it was typed', async () => {
    const { page } = visitor;
    await send(page, `/crdb-access request analytics because ${markup} <!channel> <https://evil.example|here>`);
    await page.getByText('Only visible to you').waitFor();
    await page.getByRole('button', { name: /^Bob Ito.* \d new$/ }).click();
    const card = page.getByRole('article').filter({ hasText: 'Alice Park asks for analytics' });
    await card.waitFor();
    const text = (await card.textContent()) ?? '';
    assert.ok(text.includes(markup), text);
    assert.equal(await card.locator('img, script, b, a').count(), 0);
  });

  test('so does a message in a channel; a link leads to the web or is none', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'general' }).click();
    await send(page, `${markup} <javascript:alert(1)|press me> <https://example.com|a page>`);
    const message = page.getByRole('article').filter({ hasText: 'press me' });
    await message.waitFor();
    assert.equal(await message.locator('img, script, b').count(), 0);
    assert.deepEqual(await message.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href'))), [
      'https://example.com',
    ]);
    await be(page, 'Carol Díaz'); // in the audit and in the details of a card it is text, too
    await page.getByRole('region', { name: 'Audit' }).getByText('request.submit_for_approval').click();
    assert.equal(await page.locator('aside img, aside script, aside b').count(), 0);
  });

  test('what Slack makes bold, a date or code is so here, and what only looks like it is not', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'general' }).click();
    await send(page, 'see *bold* _slanted_ ~gone~ `a_b_c` 2*3*4 &lt;b&gt; <!date^1700000000^{date_num}|then> <!nosuch^1|that>');
    const message = page.getByRole('article').filter({ hasText: 'see bold' });
    await message.waitFor();
    for (const [tag, text] of [
      ['strong', 'bold'],
      ['em', 'slanted'],
      ['s', 'gone'],
      ['code', 'a_b_c'],
      ['time', '2023-11-14'],
    ] as const)
      assert.deepEqual(await message.locator(`.words ${tag}`).allTextContents(), [text], tag);
    assert.ok((await message.textContent())?.includes('2*3*4 <b> 2023-11-14 @that'));
  });

  test('nothing of it ran, and the browser lets no text become HTML whatever the page does', async () => {
    const { page } = visitor;
    assert.equal(await page.evaluate('window.taken'), undefined);
    assert.deepEqual(visitor.complaints, []);
    const refused = await page.evaluate<string>("try { document.body.innerHTML = '<b>x</b>'; 'done' } catch (e) { e.name }");
    assert.equal(refused, 'TypeError');
  });
});
