import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spentKeys, tokenLifeSeconds } from '../../src/core/cluster-auth/key-grace.ts';
import { cut } from '../../src/core/messages/cut.ts';

const now = new Date('2026-11-24T12:00:00Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
const key = (kid: string, goneSince: Date | null) => ({ kid, jwk: { kid }, firstSeen: ago(9e6), goneSince });
const seen = {
  issuer: 'https://login.example/t/v2.0',
  jwksUri: 'https://login.example/keys',
  readAt: now,
  keys: [key('here', null), key('lately', ago(tokenLifeSeconds)), key('long gone', ago(tokenLifeSeconds + 1))],
};

test('a key is spent once no token that it signed can be in force, and only while its issuer is still ours', () => {
  assert.deepEqual(spentKeys(seen, seen.issuer, now), [{ kid: 'long gone' }]);
  assert.deepEqual(spentKeys(seen, 'https://login.example/another/v2.0', now), []);
  assert.deepEqual(spentKeys(seen, null, now), []);
  assert.deepEqual(spentKeys(null, seen.issuer, now), []);
});

test('a text is cut with a sign, and not in the middle of a character', () => {
  assert.equal(cut('abc', 3), 'abc');
  assert.equal(cut('abcd', 3), 'abc…');
  assert.equal(cut('ab😀d', 3), 'ab…');
});
