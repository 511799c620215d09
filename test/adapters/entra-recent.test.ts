import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentUsers } from '../../src/adapters/entra/recent.ts';
import type { DirectoryUser } from '../../src/core/ports.ts';

const user = (oid: string): DirectoryUser => ({
  oid,
  upn: `${oid}@contoso.com`,
  displayName: oid,
  mail: null,
  enabled: true,
  kind: 'member',
});

function rig() {
  let at = 1_000;
  const asked: string[][] = [];
  const there = new Set(['a', 'b', 'c']);
  const recent = recentUsers(
    async (oids) => {
      asked.push([...oids]);
      return new Map(oids.filter((oid) => there.has(oid)).map((oid) => [oid, user(oid)]));
    },
    () => at,
  );
  const pass = (seconds: number): void => {
    at += seconds * 1_000;
  };
  return { recent, asked, there, pass };
}

test('who was read within a minute is not asked for again, and who was not is', async () => {
  const { recent, asked, pass } = rig();
  assert.deepEqual([...(await recent(['a', 'b'])).keys()], ['a', 'b']);
  pass(59);
  assert.deepEqual([...(await recent(['A', 'b', 'c'])).keys()], ['a', 'b', 'c']);
  assert.deepEqual(asked, [['a', 'b'], ['c']]);
});

test('after a minute everybody is read again: who is gone is gone', async () => {
  const { recent, asked, there, pass } = rig();
  await recent(['a', 'b']);
  there.delete('b');
  pass(60);
  assert.deepEqual([...(await recent(['a', 'b'])).keys()], ['a']);
  assert.equal(asked.length, 2);
});

test('that somebody is not there is remembered too, and a fault is not', async () => {
  const { recent, asked, there } = rig();
  assert.equal((await recent(['nobody'])).size, 0);
  there.add('nobody');
  assert.equal((await recent(['nobody'])).size, 0);
  assert.equal(asked.length, 1);
  let down = true;
  const faulty = recentUsers(async (oids) => {
    if (down) throw new Error('down');
    return new Map(oids.map((oid) => [oid, user(oid)]));
  });
  await assert.rejects(faulty(['a']));
  down = false;
  assert.equal((await faulty(['a'])).size, 1);
});
