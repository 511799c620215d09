/** Somebody puts lines into a cluster's identity map that are dear to judge: the status says so, and nobody's click waits for it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drive, type Driver, pause } from './sandbox-driver.ts';

const setting = 'server.identity_map.configuration';

let d: Driver;
before(async () => {
  d = await drive();
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 40);
});
after(() => d.stop());

/** Classes that have to be kept apart: six lines of them, each corrected in several steps. */
const dearLines = (issuer: string): readonly string[] =>
  Array.from({ length: 6 }, (_, line) => {
    const classes = Array.from({ length: 300 }, (__, n) => `[^\\x{${(n + line + 300).toString(16)}}]?`);
    return `${issuer} /(${classes.join('')})@contoso.com \\1`;
  });

test('a status of it is answered, and every command meanwhile at once', async (t) => {
  const [shown] = await d.root(`SHOW CLUSTER SETTING ${setting}`);
  const { issuer } = await d.sandbox.entra.discovery();
  const map = [String(Object.values(shown ?? {})[0]), ...dearLines(issuer)].join('\n');
  await d.root(`SET CLUSTER SETTING ${setting} = '${map.replaceAll("'", "''")}'`);

  const known = new Set((await d.inbox('grace')).map(({ id }) => id));
  await d.command('grace', '/crdb-status');
  let answered = false;
  const status = d
    .sees('grace', (m) => !known.has(m.id) && m.ephemeral && m.text.includes('prod: '), 40)
    .finally(() => (answered = true));
  const waited: number[] = [];
  while (!answered) {
    const begun = performance.now();
    await d.command('bob', '/crdb-access help');
    waited.push(performance.now() - begun);
    await pause(50);
  }
  assert.match((await status).text, /prod: broken/);
  t.diagnostic(`${waited.length} commands meanwhile, answered within ${Math.max(...waited).toFixed(0)} ms`);
  assert.ok(waited.length >= 5, `${waited.length} commands`);
  assert.ok(Math.max(...waited) < 700, `a command waited ${Math.max(...waited)} ms`);
});
