// Each test names the page whose rule it checks; the pages are below https://docs.slack.dev/.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { httpWaits } from '../../src/sandbox/slack/retries.ts';
import { type Bench, bench, type Got } from './slack-setup.ts';

let b: Bench;
afterEach(() => b.end());

interface Told {
  readonly event: object;
  readonly event_id: string;
  readonly [member: string]: unknown;
}
const told = (got: Got | undefined): Told => JSON.parse(got?.raw ?? '{}') as Told;
const retry = ({ headers }: Got) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']];
const waits = { events_api: [0, 40, 80] };

async function until(isSo: () => boolean, milliseconds = 8_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!isSo()) {
    assert.ok(Date.now() < end, 'it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const quiet = (milliseconds = 300) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// reference/events/app_home_opened; apis/events-api, "Callback field overview"
test('opening the home is told as a signed event, as JSON', async () => {
  b = await bench();
  await b.slack.openHome('alice');
  const [got] = b.got;
  assert.equal(got?.headers['content-type'], 'application/json');
  const timestamp = String(got?.headers['x-slack-request-timestamp']);
  const expected = createHmac('sha256', b.slack.signingSecret).update(`v0:${timestamp}:${got?.raw}`).digest('hex');
  assert.equal(got?.headers['x-slack-signature'], `v0=${expected}`);
  const { event, event_id, event_time, authorizations, ...rest } = told(got);
  const { event_ts, ...opened } = event as { event_ts: string };
  assert.deepEqual(opened, { type: 'app_home_opened', user: 'U0ALICE', channel: 'D0ALICE', tab: 'home' });
  assert.match(event_ts, /^\d+\.\d{6}$/);
  assert.match(event_id, /^Ev[0-9A-F]{10}$/);
  assert.ok(Math.abs(Number(event_time) - Date.now() / 1000) < 5);
  assert.deepEqual(authorizations, [
    { enterprise_id: null, team_id: 'T0CONTOSO', user_id: 'U0CRDBACCESS', is_bot: true, is_enterprise_install: false },
  ]);
  assert.deepEqual(rest, {
    token: 'deprecated',
    team_id: 'T0CONTOSO',
    api_app_id: 'A0CRDBACCESS',
    type: 'event_callback',
    is_ext_shared_channel: false,
  });
});

test('an event that was acknowledged is told once, and the next one has an id of its own', async () => {
  b = await bench({ waits });
  await b.slack.openHome('alice');
  await b.slack.openHome('alice');
  await quiet();
  assert.equal(b.got.length, 2);
  assert.notEqual(told(b.got[0]).event_id, told(b.got[1]).event_id);
});

// apis/events-api, "Retries": nearly immediately, after a minute, after five minutes
test('a refused event is told three times more, the same event, with its number and the reason', async () => {
  assert.deepEqual(httpWaits.events_api, [0, 60_000, 300_000]);
  b = await bench({ waits });
  b.answer = (res) => res.writeHead(500).end();
  await b.slack.openHome('alice');
  await until(() => b.got.length === 4);
  await quiet();
  assert.equal(b.got.length, 4);
  assert.deepEqual(b.got.map(retry), [
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
    ['3', 'http_error'],
  ]);
  assert.equal(new Set(b.got.map((got) => told(got).event_id)).size, 1);
});

test('telling ends with the first acknowledgment', async () => {
  b = await bench({ waits });
  b.answer = (res) => res.writeHead(b.got.length < 3 ? 500 : 200).end();
  await b.slack.openHome('alice');
  await until(() => b.got.length === 3);
  await quiet();
  assert.equal(b.got.length, 3);
});

// apis/events-api, "Responding to events": within three seconds; "Retries", x-slack-retry-reason
test('an event that takes more than three seconds is told again, for http_timeout', async () => {
  b = await bench({ waits });
  b.answer = (res) => void (b.got.length > 1 && res.end());
  await b.slack.openHome('alice');
  await until(() => b.got.length === 2);
  assert.deepEqual(b.got.map(retry)[1], ['1', 'http_timeout']);
});

// apis/events-api, "Turning retries off"
test('a bot that says so is not told again', async () => {
  b = await bench({ waits });
  b.answer = (res) => res.writeHead(500, { 'x-slack-no-retry': '1' }).end();
  await b.slack.openHome('alice');
  await quiet();
  assert.equal(b.got.length, 1);
});

test('nothing is told again once the workspace has stopped', async () => {
  b = await bench({ waits });
  b.answer = (res) => res.writeHead(500).end();
  await b.slack.openHome('alice');
  await b.slack.stop();
  const before = b.got.length;
  await quiet();
  assert.ok(b.got.length <= before + 1);
});
