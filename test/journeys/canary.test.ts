/** A token, a password and a secret, put wherever something can be put, are found nowhere afterwards. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drive, type Driver } from './sandbox-driver.ts';

const mark = `Canary${Date.now().toString(36)}`;
/** As Entra's look: the mark is in the payload and in the signature. */
const token = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify({ upn: 'alice@contoso.com', mark })).toString('base64url')}.${mark}${'s'.repeat(60)}`;
const password = `${mark}Password1`;
const secret = `abc8Q~${mark}${'z'.repeat(30)}`;
const inner = Buffer.from(JSON.stringify({ upn: 'alice@contoso.com', mark }))
  .toString('base64url')
  .slice(8, 60);

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

/** What people paste. */
const pasted = [
  `because ${token}`,
  `because PGPASSWORD="${password}" cockroach sql`,
  `because postgresql://alice:${password}@prod.example.com/db`,
  `because client_secret=${secret}`,
  `because my secret ${secret} does not work`,
  `because Authorization: Bearer ${token}`,
];

function files(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath ?? e.path, e.name));
}

test('whatever is typed, pressed, sent and asked', async () => {
  const { bot } = d.sandbox.facts;
  for (const text of pasted) await d.command('alice', `/crdb-access request analytics ${text}`);
  for (const text of pasted) await d.command('dave', `/crdb-access ${text.replace('because ', '')}`);
  await d.command('alice', `/crdb-access request ${token}`);
  await d.command('alice', `/crdb-access cancel ${token}`);
  await d.command('alice', `/crdb-access connect ${password.replace(/^/, 'password=')}`);
  const card = await d.card('bob', 'Alice Park asks for');
  await d.press('bob', card.id, 'Deny', { input: { reason: `no, ${pasted.join(' ')}` } });
  await d.sees('alice', (m) => !m.ephemeral && m.text.includes('denied'));
  await fetch(`${bot.url}${token}?password=${password}`, { headers: { authorization: `Bearer ${token}`, cookie: secret } });
  await fetch(bot.slackUrl, {
    method: 'POST',
    body: `payload=${token}&token=${token}`,
    headers: { 'x-slack-signature': `v0=${secret}`, 'x-slack-request-timestamp': password, authorization: `Bearer ${token}` },
  });
  await d.sandbox.slack.forge({
    type: 'block_actions',
    token,
    trigger_id: secret,
    actions: [{ action_id: password, value: token }],
  });
});

test('is in no message', async () => {
  for (const { key } of d.sandbox.facts.people) {
    const seen = JSON.stringify([await d.inbox(key), d.sandbox.slack.screen(key)]);
    for (const found of [mark, inner])
      assert.ok(!seen.includes(found), `${key} sees ${seen.slice(seen.indexOf(found) - 200, seen.indexOf(found) + 40)}`);
  }
});

test('is in no table of the store and none of the queue', async () => {
  const tables = await d.store(
    "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  );
  assert.ok(tables.length > 10);
  for (const { s, t } of tables) {
    const rows = JSON.stringify(await d.store(`SELECT * FROM "${String(s)}"."${String(t)}"`));
    for (const found of [mark, inner])
      assert.ok(
        !rows.includes(found),
        `${String(s)}.${String(t)}: ${rows.slice(rows.indexOf(found) - 200, rows.indexOf(found) + 40)}`,
      );
  }
});

test('is in no log and no metric', async () => {
  const metrics = await (await fetch(`${d.sandbox.facts.bot.url}metrics`)).text();
  assert.match(metrics, /crdb_access_/);
  assert.ok(!metrics.includes(mark));
  const log = readFileSync(join(d.dir, 'bot.log'), 'utf8');
  assert.ok(log.length > 1_000);
  for (const found of [mark, inner])
    assert.ok(!log.includes(found), log.slice(log.indexOf(found) - 300, log.indexOf(found) + 60));
});

test("the bot's own secrets are in no log, message, metric or table either, only in its environment", async () => {
  const { botEnv } = d.sandbox;
  const own = Object.entries(botEnv)
    .filter(([name]) => /TOKEN|SECRET|PASSWORD/.test(name))
    .map(([, value]) => value)
    .concat(Object.values(botEnv).flatMap((value) => (URL.canParse(value) ? [new URL(value).password] : [])))
    .filter((value) => value.length > 7 && !value.startsWith('/'));
  assert.ok(own.length >= 4, String(own.length));
  const told = JSON.stringify(await Promise.all(d.sandbox.facts.people.map(({ key }) => d.inbox(key))));
  const metrics = await (await fetch(`${d.sandbox.facts.bot.url}metrics`)).text();
  const log = readFileSync(join(d.dir, 'bot.log'), 'utf8');
  const audit = JSON.stringify(await d.store('SELECT * FROM audit'));
  for (const [where, text] of Object.entries({ told, metrics, log, audit })) {
    for (const one of own) assert.ok(!text.includes(one), `${where} has a secret of the bot's`);
  }
});

test('and whoever looks for it this way would find it', () => {
  const readable = files(d.dir).filter((file) => statSync(file).size < 5_000_000);
  assert.ok(
    readable.some((file) => file.endsWith('bot.env') && readFileSync(file, 'utf8').includes(d.sandbox.facts.slack.botToken)),
  );
});
