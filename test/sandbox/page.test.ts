import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { About, World } from '../../src/sandbox/page/feed.ts';
import type { Screen } from '../../src/sandbox/slack/screen.ts';
import type { TeamsScreen } from '../../src/sandbox/teams/screen.ts';
import { type Driver, drive, pause } from '../journeys/sandbox-driver.ts';

suite('what the sandbox serves to the page', () => {
  let driver: Driver;
  before(async () => {
    driver = await drive();
  });
  after(() => driver.stop());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${driver.sandbox.facts.page}${path}`, { headers });
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

  test('a browser gets the page, which may load nothing from elsewhere and turn no text into HTML', async () => {
    const res = await get('', html);
    assert.equal(res.headers.get('content-type'), 'text/html; charset=utf-8');
    const policy = res.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(await res.text(), /<title>crdb-access sandbox<\/title>/);
  });

  test('curl and other programs get how to drive it, in plain text', async () => {
    for (const accept of ['*/*', 'text/plain']) {
      const res = await get('', { accept });
      assert.equal(res.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.match(await res.text(), /curl -s .*api\/command/);
    }
  });

  test('its files have their types, and are not sent again while they are the same', async () => {
    for (const [path, type] of [
      ['assets/main.js', 'text/javascript; charset=utf-8'],
      ['assets/page.css', 'text/css; charset=utf-8'],
      ['assets/icon.svg', 'image/svg+xml'],
    ] as const) {
      const res = await get(path);
      assert.equal(res.status, 200, path);
      assert.equal(res.headers.get('content-type'), type);
      assert.equal(res.headers.get('x-content-type-options'), 'nosniff');
      const again = await get(path, { 'if-none-match': res.headers.get('etag') ?? '' });
      assert.equal(again.status, 304, path);
    }
  });

  test('nothing beside them is served, whatever the path says', async () => {
    for (const path of [
      'assets/',
      'assets/index.html',
      'assets/..%2f..%2fmain.js',
      'assets/constructor',
      'main.ts',
      'sandbox.json',
    ])
      assert.equal((await get(path)).status, 404, path);
  });

  test('nobody unknown can be listened as', async () => {
    for (const path of ['api/live', 'api/live?as=mallory', 'api/screen?as=mallory', 'api/screen?as=mallory&platform=teams']) {
      const res = await get(path);
      assert.equal(res.status, 400, path);
      assert.match(JSON.stringify(await res.json()), /nobody here is called .*alice, bob/);
    }
  });

  test('who listens is told who there is, what can be typed, what is on the screen, and every change', async () => {
    const listening = await listen('alice');
    const about = await listening.until<About>('about', () => true);
    assert.deepEqual(
      about.people.filter(({ key }) => ['carol', 'dave', 'erin', 'frank'].includes(key)).map(({ may }) => may),
      [
        ['may request', 'approver', 'admin', 'may request billing'],
        ['no role'],
        ['may request', 'guest'],
        ['may request', 'disabled'],
      ],
    );
    assert.ok(about.commands.some(({ typed }) => typed === 'request '));
    const first = await listening.until<World>('world', (world) => world.cluster.users.length > 0);
    assert.deepEqual(first.steps, [false, false, false]);
    assert.equal(first.cluster.settings.find(({ label }) => label === 'JWT login')?.value, 'off');

    await driver.command('alice', '/crdb-access request analytics');
    await listening.until<Screen>('slack', (screen) => screen.messages.some(({ ephemeral }) => ephemeral));
    const card = await driver.card('bob', 'analytics');
    await driver.press('bob', card.id, 'approve');
    const granted = await listening.until<World>(
      'world',
      ({ cluster, audit }) =>
        cluster.users.some(({ upn }) => upn !== null) && audit.some(({ event }) => event === 'request.delivered'),
    );
    assert.deepEqual(granted.steps, [true, true, false]);
    assert.deepEqual(
      granted.cluster.users.filter(({ upn }) => upn !== null),
      [{ name: 'alice', canLogin: true, roles: ['analytics_reader'], upn: 'alice@contoso.com' }],
    );
    const setting = (label: string) => granted.cluster.settings.find((one) => one.label === label);
    assert.equal(setting('JWT login')?.value, 'on');
    assert.deepEqual(setting('Claim')?.value, 'upn');
    assert.match(setting('Identity map')?.value ?? '', /^\d+ rows?$/);
    assert.deepEqual(setting('Audiences')?.lines, [driver.sandbox.facts.entra.audience]);
    assert.ok(granted.audit.some(({ event, by }) => event === 'request.approve' && by === 'Bob Ito'));
    listening.leave();
  });

  test('what is said in Teams is told to whoever listens, counted for everybody, and shown as a screen of its own', async () => {
    const listening = await listen('alice');
    const { messages: before } = await listening.until<World>('world', () => true);
    await driver.on('teams').command('dave', 'Who keeps the cluster?', 'General');
    const told = await listening.until<TeamsScreen>('teams', ({ messages }) =>
      messages.some(({ text }) => text === 'Who keeps the cluster?'),
    );
    await listening.until<World>('world', ({ messages }) => messages['bob']?.teams === (before['bob']?.teams ?? 0) + 1);
    assert.deepEqual(
      told.channels.map(({ kind, name }) => [kind, name]),
      [
        ['personal', 'crdb-access'],
        ['channel', 'General'],
      ],
    );
    assert.deepEqual(await (await get('api/screen?as=alice&platform=teams')).json(), told);
    const refused = await get('api/screen?as=alice&platform=irc');
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /platform: write one of slack, teams/);
    listening.leave();
  });

  test('a fault is shown while it is on, and a cluster that is down as one that does not answer', async () => {
    const listening = await listen('bob');
    await driver.chaos('cockroach', 'down', 2);
    const broken = await listening.until<World>(
      'world',
      ({ cluster, faults }) => cluster.fault !== null && faults['cockroach'] === 'down',
    );
    assert.ok(broken.cluster.users.length > 0, 'what was read before is kept');
    await listening.until<World>('world', ({ cluster, faults }) => cluster.fault === null && faults['cockroach'] === 'none');
    listening.leave();
  });

  test('the cluster and the store are asked only while somebody listens', async () => {
    const asking = () =>
      driver.sandbox.cockroach.sessions().filter((session) => session.application_name === 'sandbox page').length;
    const listening = await listen('bob');
    await listening.until<World>('world', () => true);
    assert.equal(asking(), 1);
    listening.leave();
    for (const end = Date.now() + 10_000; asking() > 0 && Date.now() < end; ) await pause(100);
    assert.equal(asking(), 0);
    assert.deepEqual(await driver.store("SELECT 1 FROM pg_stat_activity WHERE application_name = 'sandbox page'"), []);
  });

  /** Listens as a person, and keeps what was sent last under each event's name. */
  async function listen(as: string) {
    const cut = new AbortController();
    const res = await fetch(`${driver.sandbox.facts.page}api/live?as=${as}`, { signal: cut.signal });
    assert.equal(res.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const last = new Map<string, unknown>();
    const reading = (async () => {
      let text = '';
      for await (const chunk of (res.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
          last.set(name, JSON.parse(data));
        }
      }
    })().catch(() => undefined);
    return {
      async until<T>(name: string, is: (value: T) => boolean): Promise<T> {
        for (const end = Date.now() + 30_000; Date.now() < end; await pause(20)) {
          const value = last.get(name) as T | undefined;
          if (value !== undefined && is(value)) return value;
        }
        throw new Error(`not told within 30 s; the last ${name} was ${JSON.stringify(last.get(name)).slice(0, 3000)}`);
      },
      leave(): void {
        cut.abort();
        void reading;
      },
    };
  }
});
