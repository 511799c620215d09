import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import { drive, type Driver } from './sandbox-driver.ts';

let d: Driver;
/** What happens right after the GRANT, once: between the settings that were made current and the login that is decided. */
let afterGrant: (() => void) | null = null;
const watch: Watch = (when, what) => {
  if (when !== 'after' || what !== 'GRANT') return;
  afterGrant?.();
  afterGrant = null;
};
before(async () => {
  d = await drive({ watch });
});
after(() => d.stop());

test('a login that would fail is not promised: the admins hear which step, and the request goes on once it would pass', async () => {
  afterGrant = () => d.sandbox.entra.rotateKeys('at_once');
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin'), 30);
  assert.match(alert.text, /at the step "signature"/);
  const run = await d.shell('alice', await d.bash('alice', 40), 'SELECT current_user;');
  assert.match(run.out, /^alice$/m, run.err);
  const events = (
    await d.store("SELECT event FROM audit WHERE event IN ('request.waits', 'request.provisioned') ORDER BY written_at, seq")
  ).map((row) => row['event']);
  assert.deepEqual(events, ['request.waits', 'request.provisioned']);
});

test('both keys are on the cluster after the rollover, without their certificates', async () => {
  const [row] = await d.root('SHOW CLUSTER SETTING server.jwt_authentication.jwks');
  const { keys } = JSON.parse(String(Object.values(row ?? {})[0])) as { keys: { kid: string; x5c?: unknown }[] };
  const res = await d.sandbox.entra.discovery();
  assert.ok(keys.length >= 2 && res.issuer !== '');
  assert.ok(keys.every((k) => k.x5c === undefined));
});
