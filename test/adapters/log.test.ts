import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../src/adapters/log/log.ts';

const lines = (secrets: readonly string[], run: (log: ReturnType<typeof openLog>) => void): string => {
  const out: string[] = [];
  run(openLog('info', secrets, (line) => out.push(line)));
  return out.join('');
};

test('a configured secret does not reach the log, wherever in a line it stands', () => {
  const out = lines(['canary-secret-1'], (log) =>
    log.error({ says: 'bad secret canary-secret-1', cause: { deep: ['canary-secret-1'] } }, 'canary-secret-1 failed'),
  );
  assert.ok(!out.includes('canary') && out.includes('[secret]'));
});

const shapes = {
  'a token': 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
  'a bot token of Slack': 'xoxb-12345678-abcdefgh',
  'the rest of a response URL': 'https://hooks.slack.com/commands/T1/2/canary',
  'a password in a URL': 'postgresql://bot:canary@db.example.com/crdb',
} as const;
for (const [what, value] of Object.entries(shapes)) {
  test(`${what} that nobody configured is hidden by its shape`, () => {
    const out = lines([], (log) => log.warn({ says: `could not use ${value} today` }, 'failed'));
    assert.ok(!out.includes(value) && !out.includes('canary') && out.includes('could not use') && out.includes('today'), out);
  });
}

test('a line is one JSON object with a time, whatever was hidden in it', () => {
  const out = lines(['x"y\\canary'], (log) => log.info({ says: 'a x"y\\canary b' }, 'm'));
  const parsed = JSON.parse(out) as { time: string; says: string };
  assert.ok(!Number.isNaN(Date.parse(parsed.time)));
  assert.ok(!parsed.says.includes('canary'), parsed.says);
});
