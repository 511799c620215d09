import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { after, before, suite, test } from 'node:test';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';
import { closeBrowser, desk, lacksBrowser, phone, type Visit, visit } from './browser.ts';

suite('a first-time visitor', { skip: lacksBrowser }, () => {
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

  const step = (n: number) =>
    visitor.page
      .getByRole('region', { name: 'Three first steps' })
      .getByRole('listitem')
      .nth(n - 1);
  const cluster = () => visitor.page.getByRole('region', { name: 'Cluster prod' });
  const flashed = (text: string) => cluster().locator('.flash', { hasText: text }).first().waitFor({ timeout: 30_000 });
  const isDone = (n: number) => step(n).getByText('(done)').waitFor({ state: 'attached', timeout: 30_000 });

  /** Presses a copy button, and gives what is in the clipboard then. */
  const copied = async (name: RegExp): Promise<string> => {
    await visitor.page.getByRole('button', { name }).last().click();
    await visitor.page.getByRole('button', { name: new RegExp(`Copied: ${name.source}`) }).waitFor();
    return String(await visitor.page.evaluate('navigator.clipboard.readText()'));
  };

  test('is told that these are stand-ins, and is Alice', async () => {
    await visitor.page.getByText('the bot is the real one.').waitFor();
    assert.match(
      (await visitor.page.getByRole('banner').textContent()) ?? '',
      /Sandbox: stand-ins for Slack, Microsoft Teams, Entra ID and CockroachDB/,
    );
    await visitor.page.getByText('Alice Park’s Slack').waitFor();
    assert.equal(await step(1).getByText('(done)').count(), 0);
  });

  test('types the suggested command as Alice; the step is ticked off, and the approver has a new message', async () => {
    await step(1).getByRole('button', { name: 'Type it' }).click();
    const composer = visitor.page.getByRole('combobox', { name: 'Write as Alice Park in crdb-access' });
    assert.equal(await composer.inputValue(), '/crdb-access request analytics');
    await composer.press('Enter');
    await visitor.page.getByText('Only visible to you').waitFor();
    await visitor.page.getByRole('button', { name: /Bob Ito.*\d new/ }).waitFor();
    await isDone(1);
  });

  test('approves as Bob; the SQL user and the settings appear on the cluster, marked as new', async () => {
    const marked = Promise.all([flashed('alice@contoso.com'), flashed('JWT login')]);
    await step(2).getByRole('button', { name: 'Go there' }).click();
    await visitor.page.getByText('Bob Ito’s Slack').waitFor();
    await visitor.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await visitor.page.getByText('Approved by').waitFor({ timeout: 30_000 });
    assert.equal(await visitor.page.getByRole('button', { name: 'Approve', exact: true }).count(), 0);
    await marked;
    await isDone(2);
    const user = await driver.root('SHOW USERS');
    assert.ok(user.some((row) => row['username'] === 'alice'));
  });

  test('copies the line that prepares a shell and the command, runs both, and is logged in as herself', async () => {
    await step(3).getByRole('button', { name: 'Go there' }).click();
    await visitor.page.getByText('Alice Park’s Slack').waitFor();
    const shell = await copied(/the line that prepares a shell/);
    const command = await copied(/the login command/);
    assert.equal(command, await driver.bash('alice'));
    assert.equal(await step(3).getByText('(done)').count(), 0);
    const out = await bash(`${shell}\n${command}`, 'SELECT current_user, pg_sleep(3);');
    assert.match(out, /alice/);
    await isDone(3);
  });

  test('is told what to try next, on a phone as well', async () => {
    const next = visitor.page.getByText('Next: be Grace');
    for (const size of [desk, phone, desk]) {
      await visitor.page.setViewportSize(size);
      await next.waitFor();
    }
  });

  test('sees every step in the audit, and the browser has nothing to complain about', async () => {
    const audit = (await visitor.page.getByRole('region', { name: 'Audit' }).textContent()) ?? '';
    assert.equal(await visitor.page.getByRole('status').filter({ hasText: 'Audit: request.delivered' }).count(), 1);
    for (const event of ['request.submit_for_approval', 'request.approve', 'request.provisioned', 'request.delivered'])
      assert.ok(audit.includes(event), `${event} is missing in:\n${audit}`);
    assert.deepEqual(visitor.complaints, []);
  });

  test('stays in the channel in which a command is typed, also when that was spoken in last', async () => {
    await driver.command('grace', '/crdb-status', 'crdb-admins');
    await visitor.page.getByRole('button', { name: /Grace Lindqvist/ }).click();
    await visitor.page.getByRole('button', { name: /crdb-admins/ }).click();
    const composer = visitor.page.getByRole('combobox', { name: 'Write as Grace Lindqvist in #crdb-admins' });
    await composer.fill('/crdb-access help');
    await composer.press('Enter');
    await visitor.page.getByRole('log').getByText('Ask for access to CockroachDB here').waitFor({ timeout: 30_000 });
    await composer.waitFor();
    assert.equal((await driver.inbox('grace')).at(-1)?.channel, 'C0ADMINS');
    assert.deepEqual(visitor.complaints, []);
  });
});

/** Runs lines in a shell that knows nothing of the sandbox, with `sql` on standard input. */
function bash(lines: string, sql: string): Promise<string> {
  return new Promise((done, failed) => {
    const env = { PATH: '/usr/bin:/bin', HOME: tmpdir() };
    const child = execFile('/bin/bash', ['-c', lines], { cwd: tmpdir(), env }, (error, out, err) =>
      error === null ? done(out) : failed(new Error(`${error.message}\n${err}`)),
    );
    child.stdin?.end(sql);
  });
}
