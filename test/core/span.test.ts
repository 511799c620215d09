import assert from 'node:assert/strict';
import { test } from 'node:test';
import { span } from '../../src/core/messages/span.ts';

const from = new Date('2026-11-24T14:03:00Z');
for (const [seconds, says] of [
  [-5, 'less than a minute'],
  [59, 'less than a minute'],
  [60, '1 min'],
  [13_200, '3 h 40 min'],
  [28_800, '8 h'],
  [172_800, '2 d'],
  [90_000, '1 d 1 h'],
  [86_700, '1 d'],
] as const) {
  test(`${seconds} seconds are ${says}`, () => assert.equal(span(from, new Date(from.getTime() + seconds * 1000)), says));
}
