/** A reason is whatever somebody types: it goes through, and harms nobody who reads it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

const markup =
  '<!channel> <!here> <@U0BOB> <#C0ADMINS> <https://evil.example/|Approve here> *bold* _it_ ~no~ `code` ```block``` &amp; @channel https://evil.example :tada: ';
const unseen = '\u202Egnp.exe\u202C \u2066isolate\u2069 \u200Bzero\u200D\u0000nul\u0007bell\u001b[31mred\u009b \ud800 lone ';
const hostile = `${markup}${unseen}${'x'.repeat(10_000 - markup.length - unseen.length - 4)} END`;

const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

/** Every text that Slack would read as markup, in all blocks of what a person sees. */
function parsed(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(parsed);
  if (typeof value !== 'object' || value === null) return [];
  const v = value as { type?: unknown; text?: unknown };
  const own = v.type === 'mrkdwn' && typeof v.text === 'string' ? [v.text] : [];
  return [...own, ...Object.values(value).flatMap(parsed)];
}

test('ten thousand characters of mentions, links, markup and control characters go through', async () => {
  await d.command('alice', `/crdb-access request analytics because ${hostile}`);
  const card = await d.card('bob', 'Alice Park asks for');
  assert.ok(card.text.includes('&lt;!channel&gt;'), card.text.slice(0, 600));
  assert.doesNotMatch(card.text.replaceAll(/<!date\^[^>]*>/g, ''), /[<>]/);
  assert.doesNotMatch(card.text, deceptive);
  assert.match(card.text, /Cut here: these are \d+ characters/);
  assert.ok(!card.text.includes('END'));
  const screen = d.sandbox.slack.screen('bob').messages.find((m) => m.id === card.id);
  for (const text of parsed(screen?.blocks)) assert.match(text.replaceAll(/<!date\^[^>]*>/g, ''), /^[^<>&]*$/);
});

test('Details shows all of it', async () => {
  const card = await d.card('bob', 'Alice Park asks for');
  await d.press('bob', card.id, 'Details');
  const end = Date.now() + 5_000;
  let text = '';
  while (Date.now() < end && !text.includes('END')) text = JSON.stringify(d.sandbox.slack.screen('bob').modal?.blocks ?? []);
  assert.ok(text.includes('END'), text.slice(0, 300));
  assert.ok(text.includes('x'.repeat(500)));
  assert.doesNotMatch(text, /\\u0000|\\u0007|\\u202e/i);
  await d.dismiss('bob');
});

test('the store and the audit have it whole, without what deceives', async () => {
  const [row] = await d.store('SELECT reason FROM requests');
  const reason = String(row?.['reason']);
  assert.ok(reason.startsWith('<!channel> <!here> <@U0BOB>'), reason.slice(0, 60));
  assert.ok(reason.endsWith('END'));
  assert.ok(reason.length > 9_900, String(reason.length));
  assert.doesNotMatch(reason, deceptive);
  const [line] = await d.store("SELECT details->>'reason' AS reason FROM audit WHERE event LIKE 'request.submit%'");
  assert.equal(line?.['reason'], reason);
});

test('the request is decided as any other, and a denial that is as hostile reaches the requester as harmless', async () => {
  const card = await d.card('bob', 'Alice Park asks for');
  await d.press('bob', card.id, 'Deny', { input: { reason: `no <!everyone> ${unseen}because` } });
  const told = await d.sees('alice', (m) => !m.ephemeral && m.text.includes('denied'));
  assert.ok(told.text.includes('&lt;!everyone&gt;'), told.text);
  assert.doesNotMatch(told.text, deceptive);
});
