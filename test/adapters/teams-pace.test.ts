/** The pace of Teams, in a time of its own, with the stand-in's limits as the judge (learn.microsoft.com, "rate-limit", "Per bot per thread limit"). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pace, pacing } from '../../src/adapters/teams/pace.ts';
import { Fault } from '../../src/core/errors.ts';
import { callRate } from '../../src/sandbox/teams/rate.ts';
import { virtualTime } from './virtual-time.ts';

interface Sent {
  readonly name: string;
  readonly at: number;
}

/** A Teams that takes some time for each call and keeps its limits, and a bot of eight workers whose queue is as slow as real ones are. */
function scene(o: { readonly callMillis?: number } = {}) {
  const time = virtualTime();
  const pace = pacing(time);
  const rate = callRate(time.now);
  const sent: Sent[] = [];
  /** Who came in which order. Eight who work at once do not keep that of the queue. */
  const asked: string[] = [];
  let throttled = 0;
  let asleep = 0;
  let fraction = 1 / 10_007;
  /** The same in every run, and never twice the same. */
  function some(millis: number): number {
    fraction = (fraction * 997 + 0.123) % 1;
    return millis * fraction;
  }

  const call = async (conversation: string, name: string): Promise<string> => {
    await time.pause(some(o.callMillis ?? 100));
    const wait = rate('POST', conversation);
    await time.pause(some(o.callMillis ?? 100));
    if (wait > 0) throttled += 1;
    if (wait > 0) throw new Fault('chat_unavailable', 'later', 'Teams throttles a message', { retryAfter: wait });
    sent.push({ name, at: time.now() });
    return name;
  };
  const post = (conversation: string, name: string, by: Pace = pace): Promise<string> =>
    by.turn('post', conversation, name, (counted) => counted(() => call(conversation, name)));

  const jobs: (() => Promise<void>)[] = [];
  let free = 8;
  function add(job: () => Promise<void>): void {
    jobs.push(job);
    next();
  }
  function next(): void {
    const job = free > 0 ? jobs.shift() : undefined;
    if (job === undefined) return;
    free -= 1;
    time.after(5 + some(10), () => {
      void job().then(() => {
        free += 1;
        next();
      });
    });
  }

  /** As core/work does it: put off, a little longer each time, and never sooner than asked for. */
  function owe(conversation: string, name: string, by: (attempts: number) => Pace = () => pace): void {
    let attempts = 0;
    const work = async (): Promise<void> => {
      attempts += 1;
      if (attempts === 1) asked.push(name);
      const began = time.now();
      try {
        await post(conversation, name, by(attempts));
      } catch (fault) {
        const again = Math.max(Math.min(2 ** (attempts - 1), 60), (fault as Fault).retryAfter ?? 0);
        time.after(again * 1000 + some(30), () => add(work));
      }
      asleep = Math.max(asleep, time.now() - began);
    };
    add(work);
  }
  const namesOf = (start: string): string[] => sent.map(({ name }) => name).filter((name) => name.startsWith(start));
  return {
    time,
    pace,
    sent,
    askedOf: (start: string) => asked.filter((name) => name.startsWith(start)),
    namesOf,
    post,
    owe,
    call,
    throttled: () => throttled,
    asleep: () => asleep,
  };
}
const numbered = (start: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${start}${i}`);
/** What comes of it: a promise that is refused before anybody looks is no accident here. */
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((fault: unknown) => fault);
const isLater = (error: unknown): error is Fault =>
  error instanceof Fault && error.code === 'chat_unavailable' && error.retry === 'later';

for (const callMillis of [20, 150]) {
  test(`two hundred cards for one conversation come in their order, once each, and keep nobody else waiting (calls of ${callMillis} ms)`, async () => {
    const s = scene({ callMillis });
    const cards = numbered('card', 200);
    for (const name of cards) s.owe('channel', name);
    for (let i = 0; i < 10; i += 1) s.time.after(300 + i * 9_000, () => s.owe(`person${i}`, `dm${i}`));
    await s.time.passes(110_000);
    assert.deepEqual(s.namesOf('card'), s.askedOf('card'));
    assert.equal(new Set(s.namesOf('card')).size, 200);
    assert.equal(s.throttled(), 0);
    // Sixty in thirty seconds: the last twenty can't be there before ninety are over.
    const last = s.sent.findLast(({ name }) => name.startsWith('card'))?.at ?? Infinity;
    assert.ok(last > 90_000 && last < 100_000, String(last));
    for (let i = 0; i < 10; i += 1) {
      const took = (s.sent.find(({ name }) => name === `dm${i}`)?.at ?? Infinity) - 300 - i * 9_000;
      assert.ok(took < 1_500, `the message to person ${i} took ${took} ms`);
    }
    assert.ok(s.asleep() <= 1_000 + 4 * callMillis, `a worker was kept for ${s.asleep()} ms`);
  });
}

test('from a Teams that is slow they come later, and hardly out of their order', async () => {
  const s = scene({ callMillis: 500 });
  const cards = numbered('card', 100);
  for (const name of cards) s.owe('channel', name);
  s.time.after(5_000, () => s.owe('person', 'dm'));
  await s.time.passes(300_000);
  assert.deepEqual([...s.namesOf('card')].sort(), [...cards].sort());
  for (const [i, name] of s.namesOf('card').entries())
    assert.ok(Math.abs(s.askedOf('card').indexOf(name) - i) <= 10, `${name} is ${i}`);
  assert.ok((s.sent.find(({ name }) => name === 'dm')?.at ?? Infinity) < 8_000);
  assert.equal(s.throttled(), 0);
});

test('an hour of nothing but messages keeps every window, and uses it up: seven at once, sixty in thirty seconds, 1800 in the hour', async () => {
  const s = scene({ callMillis: 1 });
  const keepOn = async (n: number): Promise<void> => {
    const retryAfter = await s.post('channel', `m${n}`).then(
      () => 0,
      (fault: unknown) => (isLater(fault) ? (fault.retryAfter ?? 0) : assert.fail(String(fault))),
    );
    s.time.after(retryAfter * 1_000, () => void keepOn(retryAfter > 0 ? n : n + 1));
  };
  void keepOn(0);
  await s.time.passes(3_700_000);
  assert.equal(s.throttled(), 0);
  const until = (millis: number): number => s.sent.filter(({ at }) => at < millis).length;
  assert.deepEqual([until(900), until(29_000), until(3_590_000)], [7, 60, 1_800]);
  assert.ok(until(3_700_000) > 1_900);
});

test('conversations do not wait for each other', async () => {
  const s = scene({ callMillis: 10 });
  const all = numbered('person', 50).map((person) => s.post(person, person));
  await s.time.passes(100);
  await Promise.all(all);
  assert.equal(s.sent.length, 50);
});

test('a change of a message goes before the posts that wait, and counts as one of the seven', async () => {
  const s = scene({ callMillis: 10 });
  const update = (name: string): Promise<string> =>
    s.pace.turn('update', 'channel', null, (counted) => counted(() => s.call('channel', name)));
  const posts = numbered('post', 7).map((name) => s.post('channel', name));
  await s.time.passes(1);
  const changed = update('update');
  await s.time.passes(3_000);
  await Promise.all([...posts, changed]);
  assert.equal(s.sent[1]?.name, 'update');
  assert.ok((s.sent[6]?.at ?? Infinity) < 300 && (s.sent[7]?.at ?? 0) >= 1_000);
  assert.equal(s.throttled(), 0);
});

test('what Teams throttles moves the next turn of its conversation, and of no other', async () => {
  const s = scene({ callMillis: 1 });
  const throttled = new Fault('chat_unavailable', 'later', 'Teams throttles a message', { retryAfter: 20 });
  await assert.rejects(
    s.pace.turn('post', 'channel', 'first', () => Promise.reject(throttled)),
    throttled,
  );
  await assert.rejects(s.post('channel', 'second'), (fault) => {
    assert.ok(isLater(fault));
    assert.equal(fault.message, 'Teams: it takes nothing for that conversation just now');
    return (fault.retryAfter ?? 0) >= 20 && (fault.retryAfter ?? 0) < 21;
  });
  await assert.rejects(
    s.pace.turn('update', 'channel', null, () => Promise.resolve()),
    isLater,
  );
  const other = s.post('elsewhere', 'other');
  await s.time.passes(20_400);
  const both = [s.post('channel', 'second'), s.post('channel', 'first')];
  await s.time.passes(2_000);
  await Promise.all([...both, other]);
  assert.deepEqual(
    s.sent.map(({ name }) => name),
    ['other', 'first', 'second'],
  );
});

test('whoever comes for the first time goes behind those who were sent away before, and they have kept their place', async () => {
  const s = scene({ callMillis: 1 });
  const first = numbered('m', 10).map((name) => outcome(s.post('channel', name)));
  await s.time.passes(1_100);
  const away = await Promise.all(first.slice(8));
  assert.ok(away.every(isLater), String(away));
  const [eighth = 0, ninth = 0] = away.map(({ retryAfter = 0 }) => retryAfter);
  assert.ok(eighth >= 2 && ninth >= eighth + 0.25, `${eighth}, ${ninth}`);
  assert.ok(isLater(await outcome(s.post('channel', 'new'))), 'nobody goes before those two');
  await s.time.passes(eighth * 1_000 - 1_100);
  const again = [s.post('channel', 'm8')];
  await s.time.passes(200);
  again.push(s.post('channel', 'new'));
  await s.time.passes(100);
  again.push(s.post('channel', 'm9'));
  await s.time.passes(1_200);
  await Promise.all(again);
  assert.deepEqual(
    s.sent.map(({ name }) => name),
    [...numbered('m', 10), 'new'],
  );
});

test('one that was sent away and does not come again keeps others for half a second after its turn, and no longer', async () => {
  const s = scene({ callMillis: 1 });
  const first = numbered('m', 9).map((name) => outcome(s.post('channel', name)));
  await s.time.passes(2_100);
  assert.ok(isLater(await first[8]));
  const next = s.post('channel', 'next');
  await s.time.passes(600);
  assert.equal(await next, 'next');
  assert.ok((s.sent.at(-1)?.at ?? 0) >= 2_500, 'it was waited for');
});

test('behind a message that hangs nobody waits for longer than two seconds, and nobody who gave up is sent', async () => {
  const s = scene();
  let free: () => void = () => undefined;
  const hangs = s.pace.turn('post', 'channel', 'hangs', () => new Promise<void>((go) => (free = go)));
  const behind = s.post('channel', 'behind');
  const heard = assert.rejects(behind, isLater);
  await s.time.passes(2_001);
  await heard;
  free();
  await hangs;
  await s.time.passes(5_000);
  assert.deepEqual(s.sent, []);
});

test('two processes that speak in one conversation meet few limits, and everything comes once', async () => {
  const s = scene({ callMillis: 50 });
  const other = pacing(s.time);
  const cards = numbered('card', 60);
  // What was sent away by one comes back to either.
  for (const [i, name] of cards.entries()) s.owe('channel', name, (attempts) => ((i + attempts) % 2 === 0 ? s.pace : other));
  await s.time.passes(180_000);
  assert.deepEqual([...s.namesOf('card')].sort(), [...cards].sort());
  assert.ok(s.throttled() <= 12, `${s.throttled()} were throttled`);
});
