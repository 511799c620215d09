/** The development switch of Teams: it opens the bot to this machine, and the bot says so wherever an operator looks. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drive, type Driver } from './sandbox-driver.ts';

let open: Driver;
let closed: Driver;
before(async () => {
  open = await drive({ platforms: ['teams'], env: { TEAMS_DEVELOPMENT_ANONYMOUS: 'on' } });
  closed = await drive({ platforms: ['teams'] });
});
after(async () => {
  await open.stop();
  await closed.stop();
});

const readyz = async (d: Driver): Promise<{ ready: boolean; warnings?: string[] }> =>
  (await (await fetch(new URL('/readyz', d.sandbox.facts.bot.url))).json()) as { ready: boolean; warnings?: string[] };
const log = (d: Driver): string => readFileSync(join(d.dir, 'bot.log'), 'utf8');
const received = async (d: Driver): Promise<number> => (await d.store('SELECT 1 FROM interactions')).length;

test('with it, activities without a token are taken, and the log and readyz say that nobody proves anything', async () => {
  const { teams } = open.sandbox;
  assert.equal((await teams.forge(teams.words('alice', 'help'), null)).status, 200);
  assert.equal(await received(open), 1);
  const { ready, warnings } = await readyz(open);
  assert.equal(ready, true);
  assert.match(warnings?.join() ?? '', /TEAMS_DEVELOPMENT_ANONYMOUS is on: whoever reaches this bot is whoever they say/);
  assert.match(log(open), /"level":40.*TEAMS_DEVELOPMENT_ANONYMOUS is on/);
});

test('without it, they are refused, and there is nothing to warn of', async () => {
  const { teams } = closed.sandbox;
  assert.equal((await teams.forge(teams.words('alice', 'help'), null)).status, 401);
  assert.equal(await received(closed), 0);
  assert.ok(!('warnings' in (await readyz(closed))));
  assert.doesNotMatch(log(closed), /ANONYMOUS/);
});
