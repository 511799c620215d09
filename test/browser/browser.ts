/** A real browser for the tests of the sandbox's page: Debian's Chromium, driven by playwright-core. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = places.find((place) => {
  try {
    accessSync(place, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** Why the tests of the page can't run here; false: they can. CHROMIUM=required (.ci/run) makes its absence a failure. */
export const lacksBrowser: string | false =
  found !== undefined || process.env['CHROMIUM'] === 'required' ? false : `needs chromium in one of ${places.join(', ')}`;

export const desk = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };
/** Somebody's Slack and Teams stand side by side. */
export const wide = { width: 1840, height: 900 };

export type Where = 'Slack' | 'Teams';

export interface Visit {
  readonly page: Page;
  /** What the browser complained about, and requests that left the page's origin. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

let browser: Browser | undefined;

/** Opens the sandbox's page as a visitor who was never there before, and waits until it shows everybody. */
export async function visit(
  url: string,
  o: { readonly as?: string; readonly where?: Where; readonly size?: typeof desk; readonly colours?: 'light' | 'dark' } = {},
): Promise<Visit> {
  browser ??= await chromium.launch({
    ...(found === undefined ? {} : { executablePath: found }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const context: BrowserContext = await browser.newContext({
    viewport: o.size ?? desk,
    colorScheme: o.colours ?? 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`${url}#${o.as ?? 'alice'}/${(o.where ?? 'Slack').toLowerCase()}`);
  await page.getByText('Settings for JWT logins').waitFor({ state: 'attached' }); // on a phone it is behind a tab
  return { page, complaints, close: () => context.close() };
}

/** At the end of a test file. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

/** Becomes somebody, as a visitor with a mouse does; in their Slack, unless told. */
export async function be(page: Page, name: string, where: Where = 'Slack'): Promise<void> {
  await page.getByRole('navigation', { name: 'Be somebody' }).getByRole('button', { name }).click();
  const place = page.getByRole('group', { name: `Where ${name} is` }).getByRole('button', { name: where });
  if (await place.isVisible()) await place.click(); // where both are shown there is nothing to choose
  await chat(page, name, where).waitFor();
}

/** What is shown of somebody's Slack or Teams. */
export const chat = (page: Page, name: string, where: Where) => page.getByRole('region', { name: `${name}’s ${where}` });

/** Types a message or command into the composer and sends it. */
export async function type(on: Page | Locator, text: string): Promise<void> {
  const composer = on.getByRole('combobox', { name: /^Write as / });
  await composer.fill(text);
  await composer.press('Escape'); // closes the list of commands: what was typed is meant
  await composer.press('Enter');
}

/** Presses Tab until the focus is on an element of this role and name: what the keyboard alone can reach. */
export async function tabTo(
  page: Page,
  role: 'button' | 'textbox' | 'combobox',
  name: string | RegExp,
  most = 60,
): Promise<void> {
  const wanted = page.getByRole(role, typeof name === 'string' ? { name, exact: true } : { name });
  for (let presses = 0; presses < most; presses++) {
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to the ${role} ${name}`);
}
