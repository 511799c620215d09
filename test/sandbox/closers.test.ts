/** The order in which a sandbox ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClosers } from '../../src/sandbox/closers.ts';

test('the bot ends first, the page next, and then all stand-ins side by side, in whatever order they were opened', async () => {
  const said: string[] = [];
  const closers = openClosers(assert.fail);
  for (const [stage, name, ms] of [
    ['stand-in', 'slow one', 60],
    ['page', 'page', 10],
    ['stand-in', 'quick one', 5],
    ['bot', 'bot', 30],
  ] as const) {
    await closers.add(stage, name, async () => {
      said.push(`${name} begins`);
      await sleep(ms);
      said.push(`${name} ends`);
    });
  }
  assert.equal(closers.closing(), false);
  await Promise.all([closers.close(), closers.close()]);
  assert.equal(closers.closing(), true);
  assert.deepEqual(said, [
    ...['bot begins', 'bot ends', 'page begins', 'page ends'],
    ...['slow one begins', 'quick one begins', 'quick one ends', 'slow one ends'],
  ]);
});

test('what comes up when everything is being closed is closed at once, and its start is told so', async () => {
  let closed = false;
  const closers = openClosers(assert.fail);
  await closers.close();
  const add = closers.add('stand-in', 'late', async () => {
    closed = true;
  });
  await assert.rejects(add, /stopped while it was starting/);
  assert.equal(closed, true);
});

test('what hangs or fails is said, and the rest is closed all the same', async () => {
  const said: string[] = [];
  let closed = false;
  const closers = openClosers((line) => said.push(line));
  await closers.add('bot', 'bot', () => Promise.reject(new Error('no')));
  await closers.add('page', 'page', () => new Promise<never>(() => undefined));
  await closers.add('stand-in', 'slack', async () => {
    closed = true;
  });
  await closers.close();
  assert.deepEqual([said, closed], [['bot: Error: no', 'page did not stop within 0.5 s'], true]);
});
