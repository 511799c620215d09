import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clock } from '../../src/adapters/clock/clock.ts';

const busy = (milliseconds: number): void => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

/** How often a timer had its turn while `work` went on. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await work();
  clearInterval(timer);
  return turns;
}

async function calculate(pieces: number): Promise<void> {
  for (let i = 0; i < pieces; i += 1) {
    await clock.rest();
    busy(1);
  }
}

suite('a rest', () => {
  test('gives everything else its turn, every few milliseconds of a long calculation', async () => {
    const turns = await turnsDuring(() => calculate(300));
    assert.ok(turns >= 5, `${turns} turns in 300 ms`);
  });

  test('is none for what has only just begun', async () => {
    await new Promise((go) => setImmediate(go));
    await clock.rest();
    const turns = await turnsDuring(async () => {
      for (let i = 0; i < 1000; i += 1) await clock.rest();
    });
    assert.ok(turns <= 2, `${turns} turns`);
  });

  test('is the same one for all who calculate at once, so that many hold up nobody longer than one does', async () => {
    let [longest, last] = [0, performance.now()];
    const timer = setInterval(() => {
      const now = performance.now();
      [longest, last] = [Math.max(longest, now - last), now];
    }, 1);
    const begun = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => calculate(50)));
    clearInterval(timer);
    longest = Math.max(longest, performance.now() - last);
    const whole = performance.now() - begun;
    assert.ok(longest < whole / 4, `held up for ${longest} of ${whole} ms`);
  });
});
