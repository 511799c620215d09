import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { be, chat, closeBrowser, desk, lacksBrowser, phone, type Visit, visit, wide } from './browser.ts';
import { contrasts, type Ink } from './contrast.ts';

const reason = 'Q4 churn numbers';

suite('how the page looks', { skip: lacksBrowser }, () => {
  let driver: Driver;
  let visitor: Visit;
  before(async () => {
    driver = await drive();
    // Everything that the page can show: cards, code, something that waits.
    await driver.command('alice', `/crdb-access request analytics because ${reason}`);
    const card = await driver.card('bob', 'analytics');
    await driver.press('bob', card.id, 'approve');
    await driver.bash('alice');
    const teams = driver.on('teams');
    await teams.command('carol', 'request billing');
    await driver.card('bob', 'billing');
    await teams.card('bob', 'billing');
    await teams.command('alice', 'connect');
    await teams.bash('alice');
    await teams.command('alice', 'help');
    await teams.open('alice', 'request');
    await driver.chaos('watcher', 'down');
    const res = await fetch(`${driver.sandbox.facts.page}api/by-hand`, { method: 'POST', body: '{"do":"user"}' });
    assert.equal(res.status, 200);
  });
  afterEach(async () => {
    assert.deepEqual(visitor.complaints, []);
    await visitor.close();
  });
  after(async () => {
    await closeBrowser();
    await driver?.stop();
  });

  const open = async (o: Parameters<typeof visit>[1]) => {
    visitor = await visit(driver.sandbox.facts.page, o);
    return visitor.page;
  };
  /** What is wider than the screen, or cut off at the side of what it is in. A conversation list may be pushed sideways on a phone. */
  const sticksOut = (page: Page) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('body *')]
      .filter((e) => e.checkVisibility() && e.closest('.unseen, .skip, .channels, svg') === null)
      .filter((e) => {
        const { left, right } = e.getBoundingClientRect();
        const isCut = e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).textOverflow !== 'ellipsis';
        return left < -1 || right > innerWidth + 1 || (isCut && getComputedStyle(e).overflowX !== 'visible' && e.tagName !== 'INPUT');
      })
      .map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))`);
  const isScrolled = (page: Page) =>
    page.evaluate<boolean>("(scrollTo(0, 500), scrollY > 0 || document.getElementById('page').scrollHeight > innerHeight)");

  /** Everything that can be broken, with something that is, and its SQL. */
  const unfold = async (page: Page): Promise<void> => {
    for (const summary of ['By hand on the cluster', 'Entra ID’s signing keys'])
      await page.locator('summary', { hasText: summary }).click();
    await page.getByText('CREATE USER "bob"').waitFor();
  };

  test('at 1280 × 800 all is side by side, and the page itself does not scroll', async () => {
    const page = await open({ size: desk });
    for (const pane of ['Be somebody', 'Parts of the page'])
      assert.equal(await page.getByRole('navigation', { name: pane }).isVisible(), pane === 'Be somebody');
    for (const part of [
      page.getByRole('main'),
      page.getByRole('region', { name: 'Cluster prod' }),
      page.getByRole('region', { name: 'Audit' }),
      page.getByRole('combobox', { name: /^Write as/ }),
    ])
      assert.ok(await part.isVisible());
    assert.deepEqual(await sticksOut(page), []);
    await unfold(page);
    assert.deepEqual(await sticksOut(page), []);
    assert.equal(await isScrolled(page), false);
  });

  test('on a wide screen Slack and Teams are side by side, on others one of them', async () => {
    const page = await open({ size: wide, as: 'bob' });
    const both = (['Slack', 'Teams'] as const).map((where) => chat(page, 'Bob Ito', where));
    for (const one of both) await one.getByText('Carol Díaz asks for billing').waitFor();
    assert.equal(await page.getByRole('group', { name: 'Where Bob Ito is' }).count(), 0);
    assert.deepEqual(await sticksOut(page), []);
    assert.equal(await isScrolled(page), false);
    await page.setViewportSize(desk);
    await both[1]?.waitFor({ state: 'detached' });
    await be(page, 'Bob Ito', 'Teams');
    assert.deepEqual(await sticksOut(page), []);
  });

  test('on a phone one pane is shown at a time, and nothing is wider than the screen', async () => {
    const page = await open({ size: phone });
    const panes = page.getByRole('navigation', { name: 'Parts of the page' });
    const shown = [
      ['People', page.getByRole('button', { name: /^Bob Ito/ })],
      ['Cluster', page.getByRole('heading', { name: 'Settings for JWT logins' })],
      ['Audit', page.getByRole('heading', { name: 'Audit' })],
      ['Slack', chat(page, 'Alice Park', 'Slack')],
      ['Teams', chat(page, 'Alice Park', 'Teams')],
    ] as const;
    for (const [name] of shown) {
      await panes.getByRole('button', { name }).click();
      for (const [other, elsewhere] of shown)
        assert.equal(await elsewhere.isVisible(), other === name, `${other} while ${name} is open`);
      assert.deepEqual(await sticksOut(page), [], name);
      assert.equal(await isScrolled(page), false, name);
    }
    await panes.getByRole('button', { name: 'People' }).click();
    await unfold(page);
    assert.deepEqual(await sticksOut(page), []);
    await be(page, 'Bob Ito', 'Teams'); // where Alice was last
    assert.ok(await page.getByRole('combobox', { name: 'Write as Bob Ito in crdb-approvals' }).isVisible());
  });

  for (const colours of ['light', 'dark'] as const) {
    test(`when the system is ${colours}, every text has a contrast of 4.5 to 1 or more`, async () => {
      const page = await open({ colours, as: 'bob' });
      await page.getByText(reason).first().waitFor();
      const inks: Ink[] = await contrasts(page);
      await page.getByRole('button', { name: 'Details', exact: true }).last().click();
      await page.getByRole('dialog').waitFor();
      inks.push(...(await contrasts(page)));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await be(page, 'Alice Park');
      await page.getByText('You can log in to prod').first().waitFor();
      await driver.chaos('graph', 'slow');
      await page.locator('.broken').waitFor();
      inks.push(...(await contrasts(page)));
      await be(page, 'Alice Park', 'Teams');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      await page.getByText('Choose one of those').waitFor();
      inks.push(...(await contrasts(page)));
      await be(page, 'Bob Ito', 'Teams');
      await page.getByRole('button', { name: 'Deny', exact: true }).click();
      inks.push(...(await contrasts(page)));
      await driver.chaos('graph', 'none');
      assert.ok(inks.length > 150, `${inks.length} texts were looked at`);
      const faint = inks.filter((ink) => ink.ratio < 4.5).map((ink) => `${ink.ratio.toFixed(2)} "${ink.text}" ${ink.colours}`);
      assert.deepEqual(faint, []);
    });
  }

  test('the colours can be chosen against the system, and stay so', async () => {
    const page = await open({ colours: 'light' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: /^Colours: as the system/ }).click();
    assert.equal(await ground(), light);
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('button', { name: /^Colours: dark/ }).waitFor();
    assert.equal(await ground(), dark);
  });

  test('whatever can be pressed, typed into or chosen has a name, for everybody and in every form', async () => {
    const page = await open({ as: 'carol' });
    for (const name of ['Carol Díaz', 'Bob Ito', 'Alice Park']) {
      await be(page, name);
      await named(page, 25);
    }
    for (const name of ['Bob Ito', 'Alice Park']) {
      await be(page, name, 'Teams');
      await named(page, 25);
    }
    await be(page, 'Alice Park');
    await page.getByRole('button', { name: 'Home', exact: true }).click();
    await page.getByText('Your access').waitFor();
    await named(page, 25);
    await page.getByRole('button', { name: 'Ask for access' }).click();
    await page.getByRole('dialog').waitFor();
    await named(page, 4);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('a sandbox that does not answer is said to, and the page goes on by itself when it does', async () => {
    const page = await open({});
    await page.route('**/api/live*', (route) => route.fulfill({ status: 503, body: 'starting' }));
    await page.getByRole('button', { name: /^Bob Ito/ }).click();
    await page.getByText('The sandbox does not answer.').waitFor();
    await page.unroute('**/api/live*');
    await page.getByText('Bob Ito’s Slack').waitFor();
    assert.equal(await page.getByText('The sandbox does not answer.').count(), 0);
    assert.ok(
      visitor.complaints.every((one) => one.includes('status of 503')),
      visitor.complaints.join(),
    );
    visitor = await visit(driver.sandbox.facts.page);
  });

  test('what is broken says so, and can be mended', async () => {
    const page = await open({});
    const faults = page.getByRole('region', { name: 'Break something' });
    const cluster = page.getByRole('region', { name: 'Cluster prod' });
    await faults.getByRole('combobox', { name: 'CockroachDB' }).selectOption({ label: 'is down' });
    await faults.getByText('CockroachDB is down.').waitFor();
    await cluster.getByText('does not answer').waitFor();
    await faults.getByRole('combobox', { name: 'CockroachDB' }).selectOption({ label: 'works' });
    await cluster.getByText('answers', { exact: true }).waitFor();
  });
});

const operable = [
  'button',
  'textbox',
  'combobox',
  'link',
  'listbox',
  'option',
  'checkbox',
  'dialog',
  'DisclosureTriangle',
  'navigation',
  'region',
];

/** Asks Chromium's own accessibility tree. */
async function named(page: Page, least: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const found = nodes.filter((node) => !node.ignored && operable.includes(String(node.role?.value)));
  const nameless = found.filter((node) => String(node.name?.value ?? '').trim() === '');
  assert.ok(found.length >= least, `only ${found.length} were found`);
  assert.deepEqual(
    nameless.map((node) => `${node.role?.value} ${node.backendDOMNodeId}`),
    [],
  );
}
