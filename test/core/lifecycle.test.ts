import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decisionsFor, pressable } from '../../src/core/request/buttons.ts';
import { due, type Event, events, next, open, type State, states, word } from '../../src/core/request/lifecycle.ts';

const finals: readonly State[] = ['refused', 'denied', 'canceled', 'timed_out', 'revoked'];

/** Where a sequence of events leads, with every state on the way; an event that a state does not name changes nothing. */
function walk(sequence: readonly Event[]): { state: State; path: { event: Event; state: State }[] } {
  let state: State = 'new';
  const path: { event: Event; state: State }[] = [];
  for (const event of sequence) {
    const to: State | undefined = next[state][event];
    if (to === undefined) continue;
    state = to;
    path.push({ event, state });
  }
  return { state, path };
}

test('no sequence of lifecycle events delivers what was neither approved nor allowed by policy', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 30 }), (sequence) => {
      const { path } = walk(sequence);
      const granted = path.findIndex((p) => due[p.state] === 'deliver');
      if (granted < 0) return;
      const before = path.slice(0, granted + 1).map((p) => p.event);
      assert.ok(before.includes('approve') || before.includes('submit_allowed'), before.join(' '));
      assert.equal(before.at(-1), 'provisioned');
      assert.ok(!before.includes('deny') && !before.includes('time_out') && !before.includes('cancel'));
    }),
    { numRuns: 5000 },
  );
});

test('a final state has no way out, and every other state has one', () => {
  for (const state of states) assert.equal(Object.keys(next[state]).length === 0, finals.includes(state), state);
});

test('every state can be reached and has a word of its own', () => {
  const reached = new Set<State>(['new']);
  for (let grew = true; grew; ) {
    const before = reached.size;
    for (const state of [...reached]) for (const to of Object.values(next[state])) reached.add(to);
    grew = reached.size > before;
  }
  assert.deepEqual([...reached].sort(), [...states].sort());
  assert.equal(new Set(states.map((s) => word[s])).size, states.length);
});

test('every final state is told, and only a new request owes nothing', () => {
  for (const state of states) assert.equal(due[state] === 'tell', finals.includes(state), state);
  assert.deepEqual(
    states.filter((s) => due[s] === null),
    ['new'],
  );
});

test('buttons stand on the card only while the table knows what they do', () => {
  assert.deepEqual(
    decisionsFor('pending').map((b) => pressable[b.id].label),
    ['Approve', 'Deny'],
  );
  for (const state of states.filter((s) => s !== 'pending')) assert.deepEqual(decisionsFor(state), []);
});

test('what is open is on its way: neither final nor granted', () => {
  assert.ok(open.every((s) => !finals.includes(s) && s !== 'granted' && s !== 'new'));
});
