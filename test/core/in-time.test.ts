import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import type { Clock, Interaction } from '../../src/core/ports.ts';
import { offering, recorder } from '../../src/core/work/in-time.ts';
import { recordingLog } from '../adapters/slack-setup.ts';

const door = { platform: 'p', team: 't', user: 'u' };
const home: Interaction = { kind: 'home', key: 'k', door, reply: '' };
const never = () => new Promise<never>(() => undefined);

/** Waits for what is there already, and for nothing else. */
const impatient: Clock = {
  now: () => new Date(0),
  within: (seconds, what, work) => {
    const late = () => Promise.reject(new Fault('not_yet', 'later', `${what} did not answer within ${seconds} s`));
    return Promise.race([work, new Promise((resolve) => setImmediate(resolve)).then(late)]);
  },
  rest: () => Promise.resolve(),
};

suite('whoever types or presses is answered in time', () => {
  const outcomes = [
    ['kept', () => Promise.resolve()],
    ['failed', () => Promise.reject(new Error('store is down'))],
    ['slow', never],
  ] as const;
  for (const [outcome, receive] of outcomes)
    test(`what is received is said to be ${outcome}, and what is not kept is logged with its key`, async () => {
      const { log, lines } = recordingLog();
      assert.equal(await recorder(receive, impatient, log)(home), outcome);
      assert.deepEqual(
        lines.map(({ facts }) => facts['key']),
        outcome === 'kept' ? [] : ['k'],
      );
    });

  test('a choice offers what was found', async () => {
    const option = { value: 'v', label: 'V', says: 'more of it' };
    const { log, lines } = recordingLog();
    assert.deepEqual(await offering(() => Promise.resolve([option]), impatient, log)(door, 'f', ''), [option]);
    assert.deepEqual(lines, []);
  });

  const nothing = [
    ['nothing is found in time', never],
    ['the search fails', () => Promise.reject(new Error('down'))],
    [
      'the search throws',
      () => {
        throw new Error('a fault of ours');
      },
    ],
  ] as const;
  for (const [when, suggest] of nothing)
    test(`a choice offers nothing, and the log says why, when ${when}`, async () => {
      const { log, lines } = recordingLog();
      assert.deepEqual(await offering(suggest, impatient, log)(door, 'entitlement', 'a'), []);
      assert.deepEqual(
        lines.map(({ level, facts }) => [level, facts['field']]),
        [['warn', 'entitlement']],
      );
    });

  test('a whole book that somebody pastes into a choice is not searched for', async () => {
    const asked: string[] = [];
    const suggest = (_: unknown, __: string, typed: string) => {
      asked.push(typed);
      return Promise.resolve([]);
    };
    await offering(suggest, impatient, recordingLog().log)(door, 'f', 'x'.repeat(100_000));
    assert.deepEqual(asked, ['x'.repeat(200)]);
  });
});
