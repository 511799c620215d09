/** What the page lets people break by hand, and what no other website may. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { chaosTargets } from '../../src/sandbox/page/chaos.ts';
import { mistakes } from '../../src/sandbox/page/mistakes.ts';
import { type Driver, drive } from '../journeys/sandbox-driver.ts';

let driver: Driver;
before(async () => {
  driver = await drive({ platforms: ['slack'], version: 'v25.4.0' });
});
after(() => driver.stop());

const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
  const res = await fetch(`${driver.sandbox.facts.page}api/${path}`, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: res.status, body: (await res.json()) as { readonly error?: string; readonly sql?: readonly string[] } };
};
const names = ['enabled', 'issuers', 'audience', 'claim', 'jwks', 'authorization.enabled'].map(
  (name) => `server.jwt_authentication.${name}`,
);

/** Everything of the cluster that a mistake may touch. */
async function everything(): Promise<unknown> {
  const settings = [...names, 'server.identity_map.configuration'];
  const values = [];
  for (const name of settings) values.push(...(await driver.root(`SHOW CLUSTER SETTING ${name}`)));
  const users = await driver.root('SHOW USERS');
  return { values, users };
}

suite('a call that changes something', () => {
  const help = { as: 'alice', platform: 'slack', text: '/crdb-access help' };
  const own = () => new URL(driver.sandbox.facts.page).origin;
  const refused: readonly (readonly [string, () => Readonly<Record<string, string>>])[] = [
    ['of another site', () => ({ origin: 'https://evil.example' })],
    ['of another site, as a current browser says', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['of another port of this machine', () => ({ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' })],
    ['of another port, where the browser says only that', () => ({ origin: 'http://127.0.0.1:1' })],
    ['without an origin', () => ({ origin: 'null' })],
    ['whose origin is nonsense', () => ({ origin: 'evil' })],
  ];
  for (const [which, headers] of refused) {
    test(`by a page ${which} is refused, and nothing is done`, async () => {
      const before = (await driver.inbox('alice')).length;
      const answer = await post('command', help, headers());
      assert.equal(answer.status, 403);
      assert.match(answer.body.error ?? '', /a page of another site can not drive the sandbox/);
      assert.equal((await driver.inbox('alice')).length, before);
    });
  }
  test('by a name of somebody else’s that leads to this machine is refused', async () => {
    const { port } = new URL(driver.sandbox.facts.page);
    const { request } = await import('node:http');
    const status = await new Promise<number>((done, failed) => {
      const headers = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
      const req = request({ host: '127.0.0.1', port, path: '/api/command', method: 'POST', headers }, (res) => {
        res.resume();
        done(res.statusCode ?? 0);
      });
      req.once('error', failed);
      req.end(JSON.stringify(help));
    });
    assert.equal(status, 403);
  });
  test('by the page itself, and by a program, is taken', async () => {
    for (const headers of [{ origin: own(), 'sec-fetch-site': 'same-origin' }, { origin: own() }, {}])
      assert.equal((await post('command', help, headers)).status, 200, JSON.stringify(headers));
  });
});

suite('by hand, as root', () => {
  before(async () => {
    await driver.command('alice', '/crdb-access request analytics');
    const card = await driver.card('bob', 'analytics');
    await driver.press('bob', card.id, 'approve');
    await driver.bash('alice');
    // Nothing is to be mended by the bot meanwhile.
    await driver.chaos('watcher', 'down');
  });

  for (const { name, says } of mistakes) {
    test(`“${says}” changes the cluster, and is taken back without a trace`, async () => {
      const was = await everything();
      const made = await post('by-hand', { do: name });
      assert.equal(made.status, 200, made.body.error);
      assert.ok((made.body.sql ?? []).length > 0);
      assert.notDeepEqual(await everything(), was);
      const again = await post('by-hand', { do: name });
      assert.deepEqual([again.status, /is done already/.test(again.body.error ?? '')], [400, true]);
      assert.equal((await post('by-hand', { undo: name })).status, 200);
      assert.deepEqual(await everything(), was);
      const twice = await post('by-hand', { undo: name });
      assert.deepEqual([twice.status, /does not stand any more; nothing was run/.test(twice.body.error ?? '')], [400, true]);
    });
  }

  test('what somebody mended meanwhile is not written over', async () => {
    await post('by-hand', { do: 'claim' });
    await driver.root("SET CLUSTER SETTING server.jwt_authentication.claim = 'oid'");
    assert.match((await post('by-hand', { undo: 'claim' })).body.error ?? '', /nothing was run/);
    const [row] = await driver.root('SHOW CLUSTER SETTING server.jwt_authentication.claim');
    assert.deepEqual(Object.values(row ?? {}), ['oid']);
    await driver.root("SET CLUSTER SETTING server.jwt_authentication.claim = 'upn'");
  });

  test('what is not known is answered with what there is', async () => {
    const wrong = await post('by-hand', { do: 'constructor' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body.error ?? '', /"constructor" is unknown; write one of jwt-off, issuer/);
    assert.match((await post('by-hand', {})).body.error ?? '', /^do: write a string/);
  });
});

suite('a rollover of the signing keys', () => {
  type Kids = readonly { readonly kid: string; readonly signs: boolean }[];
  const kids = async () => ((await (await fetch(`${driver.sandbox.facts.page}api/keys`)).json()) as { keys: Kids }).keys;
  const signing = async () => (await kids()).filter(({ signs }) => signs).map(({ kid }) => kid);

  test('publishes a new key, signs with it and withdraws the old one, one call each', async () => {
    const before = await kids();
    const [old] = await signing();
    assert.equal((await post('keys', { do: 'publish' })).status, 200);
    const published = (await kids()).map(({ kid }) => kid).filter((kid) => !before.some((one) => one.kid === kid));
    assert.equal(published.length, 1);
    assert.deepEqual(await signing(), [old]);
    assert.equal((await post('keys', { do: 'sign' })).status, 200);
    assert.deepEqual(await signing(), published);
    assert.equal((await post('keys', { do: 'withdraw' })).status, 200);
    assert.ok(!(await kids()).some(({ kid }) => kid === old));
    assert.equal((await post('keys', { do: 'withdraw' })).status, 400);
    assert.match((await post('keys', { do: 'toString' })).body.error ?? '', /write one of publish, sign, withdraw/);
  });
});

suite('the watch', () => {
  const paused = async () => (await driver.store('SELECT paused_by FROM watch_paused')).length === 1;

  test('is paused and resumed as at the command line, by a call or after its time', async () => {
    assert.deepEqual(chaosTargets.get('watcher'), ['down', 'none']);
    await driver.chaos('watcher', 'none');
    assert.equal(await paused(), false);
    await driver.chaos('watcher', 'down');
    assert.equal(await paused(), true);
    await driver.chaos('watcher', 'down');
    await driver.chaos('watcher', 'none');
    assert.equal(await paused(), false);
  });
});
