import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectoryUser, LedgerRow, World } from '../../src/core/ports.ts';
import { mapPeople } from '../../src/core/cluster-auth/map-people.ts';

const user = (oid: string, over: Partial<DirectoryUser> = {}): DirectoryUser => ({
  oid,
  upn: `${oid}@contoso.com`,
  displayName: oid,
  mail: null,
  enabled: true,
  kind: 'member',
  ...over,
});
const row = (oid: string): LedgerRow => ({
  cluster: 'prod',
  sqlUsername: oid,
  oid,
  upn: `${oid}@contoso.com`,
  state: 'created',
  attempted: true,
  adopted: false,
});

/** A directory whose memory and present differ. */
function world(remembered: readonly DirectoryUser[], now: readonly DirectoryUser[]) {
  const asked: string[][] = [];
  const of = (users: readonly DirectoryUser[], oids: readonly string[]) =>
    new Map(users.filter((u) => oids.includes(u.oid)).map((u) => [u.oid, u]));
  const directory = {
    recentById: async (oids: readonly string[]) => of(remembered, oids),
    usersById: async (oids: readonly string[]) => {
      asked.push([...oids]);
      return of(now, oids);
    },
  };
  return { world: { directory } as unknown as World, asked };
}

test('where all is as it was, nothing is asked now', async () => {
  const { world: w, asked } = world([user('a'), user('b')], []);
  assert.deepEqual([...(await mapPeople(w, [row('a'), row('b')], null)).keys()], ['a', 'b']);
  assert.deepEqual(asked, []);
});

test('whose row would be taken away by what is remembered is asked about now', async () => {
  const remembered = [
    user('a', { enabled: false }),
    user('b', { upn: 'old@contoso.com' }),
    user('c', { kind: 'guest' }),
    user('e'),
  ];
  const { world: w, asked } = world(remembered, [user('a'), user('b'), user('c', { kind: 'guest' })]);
  const people = await mapPeople(w, [row('a'), row('b'), row('c'), row('d'), row('e')], null);
  assert.deepEqual(asked, [['a', 'b', 'c', 'd']]);
  assert.equal(people.get('a')?.enabled, true);
  assert.equal(people.get('b')?.upn, 'b@contoso.com');
  assert.equal(people.get('c')?.kind, 'guest');
  assert.equal(people.has('d'), false);
  assert.equal(people.has('e'), true);
});

test('whom it is about is as they were just read, whatever is remembered', async () => {
  const { world: w } = world([user('a', { enabled: false })], [user('a', { enabled: false })]);
  assert.equal((await mapPeople(w, [row('a')], user('a'))).get('a')?.enabled, true);
  assert.equal((await mapPeople(w, [], user('new'))).get('new')?.upn, 'new@contoso.com');
});
