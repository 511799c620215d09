/** The watch of the real bot on a real cluster: a rollover under load, a SQL user that somebody else makes, and a pause. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { drive, type Driver, pause } from './sandbox-driver.ts';
import { logIn } from './raw-login.ts';

let d: Driver;
before(async () => {
  d = await drive({ env: { SWEEP_SECONDS: '1', CHECK_SECONDS: '2', KEY_WATCH_SECONDS: '1' } });
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 40);
});
after(() => d.stop());

const setting = async (name: string): Promise<string> =>
  String(Object.values((await d.root(`SHOW CLUSTER SETTING ${name}`))[0] ?? {})[0]);
const map = (): Promise<string> => setting('server.identity_map.configuration');
const kids = async (): Promise<readonly string[]> =>
  (JSON.parse(await setting('server.jwt_authentication.jwks')) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);

/** Waits until it is so. */
async function until(is: () => Promise<boolean>, what: string, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await is()); await pause(100)) assert.ok(Date.now() < end, what);
}

const tokenOf = (key: string): string => d.sandbox.entra.tokenFor(`${key}@contoso.com`);
const door = (): Parameters<typeof logIn>[0] => ({
  port: d.sandbox.facts.cockroach.port,
  caPem: readFileSync(d.sandbox.facts.cockroach.caFile, 'utf8'),
});

const aSecond = 100;
/** More than what comes in while the machine is busy with something else is not begun: the figure says how many it could be. */
const atOnce = 24;

/** Logs Alice in, so many times a second as the machine lets it, with tokens of now and of any time before, until `stop` is called. */
function logins(): {
  stop(): Promise<{ readonly made: number; readonly failed: readonly string[]; readonly perSecond: number }>;
} {
  const [into, began] = [door(), performance.now()];
  const tokens = [tokenOf('alice')];
  const failed: string[] = [];
  const running = new Set<Promise<void>>();
  let made = 0;
  const one = async (): Promise<void> => {
    if (made % 10 === 0) tokens.push(tokenOf('alice'));
    made += 1;
    const token = (made % 2 === 0 ? tokens.at(-1) : tokens[made % tokens.length]) ?? '';
    const got = await logIn(into, 'alice', token).catch((error: unknown) => ({ message: String(error), detail: '' }));
    if (!('as' in got)) failed.push(`${got.message} ${got.detail}`);
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * aSecond;
    while (made < due && running.size < atOnce) {
      const login = one().finally(() => running.delete(login));
      running.add(login);
    }
  }, 5);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(running);
      return { made, failed, perSecond: (made / (performance.now() - began)) * 1000 };
    },
  };
}

test('no login that has a valid token fails while the keys are rolled over: published, then used, the old one withdrawn', async (t) => {
  const { rollover } = d.sandbox.entra;
  const load = logins();
  await pause(1000);
  const made = rollover.publish();
  await until(async () => (await kids()).includes(made), 'the new key is on the cluster before anything is signed with it');
  const old = rollover.kids().find(({ signs }) => signs)?.kid ?? '';
  rollover.sign();
  await pause(2000);
  assert.equal(rollover.withdraw(), old);
  await pause(4000);
  const { failed, perSecond, made: count } = await load.stop();
  t.diagnostic(`${count} logins, ${perSecond.toFixed(0)} a second`);
  assert.deepEqual([...new Set(failed)], [], `${failed.length} of ${count}`);
  assert.ok(count > 50, 'there were logins');
  assert.ok((await kids()).includes(old), 'the old one stays: its tokens live on');
  const keys = JSON.parse(await setting('server.jwt_authentication.jwks')) as { keys: { x5c?: unknown }[] };
  assert.ok(keys.keys.every(({ x5c }) => x5c === undefined));
});

test('a SQL user that somebody else makes is nobody’s by the next check', async () => {
  const issuer = (await d.sandbox.entra.discovery('v2')).issuer;
  const before = await map();
  await d.root('CREATE USER bob');
  await until(async () => (await map()) !== before, 'the row is tightened');
  const refused = await logIn(door(), 'bob', tokenOf('bob'));
  assert.match('detail' in refused ? (refused.detail ?? '') : '', /the value \[bob@contoso\.com\] for the issuer \S+ is invalid/);
  assert.deepEqual(await logIn(door(), 'alice', tokenOf('alice')), { as: 'alice' });
  assert.ok((await map()).startsWith(`${issuer} `));
});

test('while the watch is paused nothing is written, and all of it once it is resumed', async () => {
  const paused = await d.sandbox.cli('watch', 'pause');
  assert.deepEqual([paused.code, paused.err], [0, '']);
  assert.match(paused.out, /^The watch is paused: no scheduled checks/);
  const [mapBefore, kidsBefore] = [await map(), await kids()];
  await d.root('CREATE USER dora');
  const made = d.sandbox.entra.rollover.publish();
  await pause(6000);
  assert.equal(await map(), mapBefore);
  assert.deepEqual(await kids(), kidsBefore);
  const again = await d.sandbox.cli('watch', 'pause');
  assert.match(again.out, /^The watch is paused already, since .* UTC, by \S+@\S+\. Nothing was changed\.\n$/);
  assert.match((await d.sandbox.cli('watch', 'show')).out, /watch +paused since .* UTC, by \S+@\S+;/);

  const resumed = await d.sandbox.cli('watch', 'resume', '--json');
  assert.deepEqual(JSON.parse(resumed.out), { paused: null, changed: true });
  await until(async () => (await map()) !== mapBefore && (await kids()).includes(made), 'it goes on');
  assert.match((await d.sandbox.cli('watch', 'resume')).out, /^The watch runs already\. Nothing was changed\.\n$/);
  const lines = await d.store(
    "SELECT event, details->>'by' AS by FROM audit WHERE event LIKE 'watch.%' ORDER BY written_at, seq",
  );
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['watch.paused', 'watch.resumed'],
  );
  assert.ok(lines.every(({ by }) => /^\S+@\S+$/.test(String(by))));
});

test('a change of verdict is told once to the admins, and its end', async () => {
  const told = async (text: string): Promise<number> =>
    (await d.inbox('grace')).filter((m) => !m.ephemeral && m.text.startsWith(text)).length;
  await until(async () => (await d.store('SELECT verdict FROM watch_seen'))[0]?.['verdict'] === 'healthy', 'it is healthy');
  await d.root("SET CLUSTER SETTING server.jwt_authentication.claim = 'sub'");
  const card = await d.sees('grace', (m) => m.text.startsWith('prod: broken'));
  assert.deepEqual(
    card.buttons.map(({ label }) => label),
    ['All checks', 'Plan'],
  );
  assert.match(card.text, /claim/i);
  await pause(5000);
  assert.equal(await told('prod: broken'), 1);
  assert.equal(await setting('server.jwt_authentication.claim'), 'sub', 'that is an admin’s to write');
  await d.root("SET CLUSTER SETTING server.jwt_authentication.claim = 'upn'");
  await d.sees('grace', (m) => m.text.startsWith('prod is healthy again; it was broken for '));
  await pause(4000);
  assert.equal(await told('prod is healthy again'), 1);
});
