import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pacing } from '../../src/adapters/slack/pace.ts';
import { Fault } from '../../src/core/errors.ts';

/** Notes when each thing was sent, in milliseconds since the beginning. */
function notebook() {
  const begin = Date.now();
  const sent: { name: string; at: number }[] = [];
  return {
    sent,
    names: () => sent.map(({ name }) => name),
    note: (name: string) => async (starting: () => void) => {
      starting();
      sent.push({ name, at: Date.now() - begin });
      return await Promise.resolve(name);
    },
  };
}
const isLater = (error: unknown) => error instanceof Fault && error.code === 'chat_unavailable' && error.retry === 'later';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('the first message goes at once, the next ones a second apart and in their order', async () => {
  const pace = pacing();
  const { sent, names, note } = notebook();
  const results = await Promise.all(['a', 'b', 'c'].map((name) => pace.turn('post', 'C1', note(name))));
  assert.deepEqual(results, ['a', 'b', 'c']);
  assert.deepEqual(names(), ['a', 'b', 'c']);
  assert.ok((sent[0]?.at ?? 1e9) < 200);
  for (const [i, { at }] of sent.entries()) if (i > 0) assert.ok(at - (sent[i - 1]?.at ?? 0) >= 990, `${at}`);
});

test('channels do not wait for each other', async () => {
  const pace = pacing();
  const { sent, note } = notebook();
  await Promise.all(Array.from({ length: 50 }, (_, i) => pace.turn('post', `D${i}`, note(String(i)))));
  assert.ok(sent.every(({ at }) => at < 300));
});

test('a change of a message goes before the posts that wait for the same channel, and takes no turn of theirs', async () => {
  const pace = pacing();
  const { sent, names, note } = notebook();
  await pace.turn('post', 'C1', note('first'));
  const post = pace.turn('post', 'C1', note('post'));
  await pause(100);
  await Promise.all([pace.turn('update', 'C1', note('update')), post]);
  assert.deepEqual(names(), ['first', 'update', 'post']);
  assert.ok((sent[1]?.at ?? 1e9) < 400 && (sent[2]?.at ?? 1e9) < 1_300);
});

test('whoever would wait more than five seconds is told when to come again, each at another second, and nothing is lost', async () => {
  const pace = pacing();
  const { sent, note } = notebook();
  const all = Array.from({ length: 10 }, (_, i) =>
    pace.turn('post', 'C1', note(String(i))).then(
      () => null,
      (error: unknown) => error,
    ),
  );
  const faults = (await Promise.all(all)).filter((error) => error !== null);
  assert.ok(faults.length > 0 && faults.every(isLater));
  assert.match((faults[0] as Fault).message, /^Slack: one message a second goes to that channel, and others are before it$/);
  const waits = faults.map((fault) => (fault as Fault).retryAfter);
  assert.equal(new Set(waits).size, waits.length);
  assert.equal(sent.length + faults.length, 10);
});

test('what is throttled moves the next turn of its channel, and of no other', async () => {
  const pace = pacing();
  const { sent, note } = notebook();
  const throttled = new Fault('chat_unavailable', 'later', 'Slack throttles chat.postMessage', { retryAfter: 2 });
  await assert.rejects(
    pace.turn('post', 'C1', () => Promise.reject(throttled)),
    throttled,
  );
  await Promise.all([pace.turn('post', 'C2', note('other')), pace.turn('post', 'C1', note('same'))]);
  assert.ok((sent.find(({ name }) => name === 'other')?.at ?? 1e9) < 200);
  assert.ok((sent.find(({ name }) => name === 'same')?.at ?? 0) >= 1_990);
});

test('a channel that is throttled for long says so to whoever comes next', async () => {
  const pace = pacing();
  const throttled = new Fault('chat_unavailable', 'later', 'Slack throttles chat.postMessage', { retryAfter: 20 });
  await assert.rejects(
    pace.turn('post', 'C1', () => Promise.reject(throttled)),
    throttled,
  );
  await assert.rejects(pace.turn('post', 'C1', notebook().note('next')), (error) => {
    assert.ok(isLater(error));
    assert.match((error as Fault).message, /^Slack: it takes no messages for that channel just now$/);
    return (error as Fault).retryAfter === 20;
  });
});

test('when changes are throttled for long, they are for later in every channel, and posts go on', async () => {
  const pace = pacing();
  const { names, note } = notebook();
  const throttled = new Fault('chat_unavailable', 'later', 'Slack throttles chat.update', { retryAfter: 30 });
  await assert.rejects(
    pace.turn('update', 'C1', () => Promise.reject(throttled)),
    throttled,
  );
  await assert.rejects(
    pace.turn('update', 'C2', note('update')),
    (error) => isLater(error) && (error as Fault).retryAfter === 30,
  );
  await pace.turn('post', 'C1', note('post'));
  assert.deepEqual(names(), ['post']);
});

test('behind a message that hangs nobody waits for ever, and nobody who gave up is sent', async () => {
  const pace = pacing();
  const { names, note } = notebook();
  let free: () => void = () => undefined;
  const hangs = pace.turn('post', 'C1', (starting) => {
    starting();
    return new Promise<void>((resolve) => {
      free = resolve;
    });
  });
  await assert.rejects(pace.turn('post', 'C1', note('behind')), isLater);
  free();
  await hangs;
  await pause(50);
  assert.deepEqual(names(), []);
});

test('a message that fails leaves the channel to the next one', async () => {
  const pace = pacing();
  const { names, note } = notebook();
  await assert.rejects(
    pace.turn('post', 'C1', () => Promise.reject(new Error('no'))),
    /no/,
  );
  await pace.turn('post', 'C1', note('next'));
  assert.deepEqual(names(), ['next']);
});

test('somebody who sends the moment before it throws synchronously harms nobody behind', async () => {
  const pace = pacing();
  const { names, note } = notebook();
  await assert.rejects(
    pace.turn('post', 'C1', () => {
      throw new Error('at once');
    }),
    /at once/,
  );
  await pace.turn('post', 'C1', note('next'));
  assert.deepEqual(names(), ['next']);
});
