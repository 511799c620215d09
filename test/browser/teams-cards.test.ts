import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { type AsTheBot, asTheBot } from './as-the-bot.ts';
import { closeBrowser, lacksBrowser, type Visit, visit } from './browser.ts';

const card = (body: readonly object[], more: object = {}) => ({ type: 'AdaptiveCard', version: '1.5', body, ...more });
const text = (words: string) => ({ type: 'TextBlock', text: words, wrap: true });

suite('any Adaptive Card on the page', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let bot: AsTheBot;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
    bot = await asTheBot(driver);
  });
  afterEach(async () => {
    assert.deepEqual(visitor.complaints, []);
    await visitor.close();
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });
  /** The newest message that Alice sees. */
  const newest = async () => {
    visitor = await visit(driver.sandbox.facts.page, { as: 'alice', where: 'Teams' });
    return visitor.page.getByRole('article').last();
  };

  test('Markdown in texts and facts is drawn as Teams draws it, and nothing else becomes markup', async () => {
    await bot.say(
      'alice',
      card([
        text(
          '**bold** _slanted_ \\*\\*stars\\*\\* <img src=x onerror="window.taken=1"> [here](https://example.com) [there](javascript:alert(1))',
        ),
        text('- one\n- two'),
        text('first\n\nsecond\nand on'),
        { type: 'FactSet', facts: [{ title: 'Who', value: '**Alice** <b>Park</b>' }] },
      ]),
    );
    const message = await newest();
    await message.getByText('slanted').waitFor();
    const drawn = message.locator('.drawn');
    assert.deepEqual(await drawn.locator('strong').allTextContents(), ['bold', 'Alice']);
    assert.deepEqual(await drawn.locator('em').allTextContents(), ['slanted']);
    assert.deepEqual(await drawn.locator('li').allTextContents(), ['one', 'two']);
    assert.deepEqual(await drawn.locator('.ac-textBlock').nth(2).locator('p').allTextContents(), ['first', 'second and on']);
    assert.equal(await drawn.getByRole('link').count(), 1);
    assert.equal(await drawn.getByRole('link').getAttribute('href'), 'https://example.com');
    assert.equal(await drawn.locator('img, script, b').count(), 0);
    const words = (await drawn.textContent()) ?? '';
    for (const typed of ['**stars**', '<img src=x onerror="window.taken=1">', '<b>Park</b>'])
      assert.ok(words.includes(typed), words);
    assert.equal(await visitor.page.evaluate('window.taken'), undefined);
  });

  test('code is copied as it is', async () => {
    const code = 'SELECT 1; -- <b>\n  \\*x\\*  ';
    const run = { type: 'TextRun', text: code, fontType: 'Monospace' };
    await bot.say(
      'alice',
      card([text('Two ways'), { type: 'CodeBlock', codeSnippet: code }, { type: 'RichTextBlock', inlines: [run] }]),
    );
    const message = await newest();
    for (const n of [0, 1]) {
      await message
        .getByRole('button', { name: /this text$/ })
        .nth(n)
        .click();
      await message.getByRole('button', { name: 'Copied: this text' }).waitFor();
      assert.equal(await visitor.page.evaluate('navigator.clipboard.readText()'), code);
      await visitor.page.evaluate("navigator.clipboard.writeText('')");
      await message.getByRole('button', { name: 'Copied: this text' }).waitFor({ state: 'detached' });
    }
  });

  test('what Microsoft’s renderer finds wrong is said above the card', async () => {
    await bot.say('alice', card([text('Nearly'), { type: 'Input.Text', id: 'why', isRequired: true }]));
    const message = await newest();
    await message.getByText('Microsoft’s renderer finds: Required inputs should have a label').waitFor();
  });

  test('what is typed into a card stays while other messages come, and goes when the card is another', async () => {
    const why = (label: string) => card([{ type: 'Input.Text', id: 'why', label, isMultiline: true }]);
    const id = await bot.say('alice', why('Why'));
    await newest();
    const { page } = visitor;
    await page.getByRole('textbox', { name: 'Why' }).fill('half a sen');
    await bot.say('alice', card([text('Something else')]));
    await page.getByText('Something else').waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Why' }).inputValue(), 'half a sen');
    await bot.change('alice', id, why('Why not'));
    await page.getByRole('textbox', { name: 'Why not' }).waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Why not' }).inputValue(), '');
    await page.getByText('(edited)').waitFor();
  });
});
