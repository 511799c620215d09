import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clock } from '../../src/adapters/clock/clock.ts';
import { desiredFor, type GrantedTo } from '../../src/core/cluster-auth/desired.ts';
import type { ClusterState } from '../../src/core/cluster/cluster.ts';
import type { DirectoryUser, LedgerRow, World } from '../../src/core/ports.ts';
import { somePolicy } from '../fakes/world.ts';

const policy = somePolicy().clusters.get('prod') ?? assert.fail();
const person = (name: string): DirectoryUser => {
  const upn = `${name}@fabrikam.com`;
  return { oid: `oid-${name}`, upn, displayName: name, mail: upn, enabled: true, kind: 'member' };
};
const ledgerRow = (name: string, more: Partial<LedgerRow>): LedgerRow => ({
  cluster: 'prod',
  sqlUsername: name,
  oid: `oid-${name}`,
  upn: person(name).upn,
  state: 'creating',
  attempted: false,
  adopted: false,
  ...more,
});

/** Whose SQL users the rows give, of these in the ledger and these on the cluster. */
async function given(ledger: readonly LedgerRow[], there: readonly string[], granting: GrantedTo | null = null) {
  const names = [...ledger.map(({ sqlUsername }) => sqlUsername), ...(granting === null ? [] : [granting.sqlUsername])];
  const look: ClusterState = {
    version: 'v25.2.4',
    settings: {},
    users: there.map((name) => ({ name, canLogin: true, options: [], memberOf: [] })),
  };
  const { rows } = await desiredFor(
    { clock } as World,
    { ...policy, map: 'people' },
    {
      ledger,
      granting,
      look,
      published: { issuer: 'https://i.example', jwksUri: '', keys: [] },
      people: Promise.resolve(new Map(names.map((name) => [`oid-${name}`, person(name)]))),
    },
  );
  return rows.map((row) => row.split(' ').at(-1));
}

suite('the rows that a map must have', () => {
  test('give a SQL user that the bot made, or may have made, or that is yet to be made', async () => {
    const ledger = [
      ledgerRow('amy', { state: 'created', attempted: true }),
      ledgerRow('ben', { attempted: true }),
      ledgerRow('cat', {}),
    ];
    assert.deepEqual(await given(ledger, ['amy', 'ben']), ['amy', 'ben', 'cat']);
    assert.deepEqual(await given(ledger, []), ['amy', 'ben', 'cat']);
  });

  test('give nobody one that was there before anything of the bot’s was sent', async () => {
    assert.deepEqual(await given([ledgerRow('amy', { state: 'created' }), ledgerRow('cat', {})], ['amy', 'cat']), ['amy']);
  });

  test('give the person who is being granted something theirs, on the same terms', async () => {
    const granting = { sqlUsername: 'dan', person: person('dan') };
    assert.deepEqual(await given([], [], granting), ['dan']);
    assert.deepEqual(await given([], ['dan'], granting), ['none']);
    assert.deepEqual(await given([ledgerRow('dan', {})], ['dan'], granting), ['none']);
    assert.deepEqual(await given([ledgerRow('dan', { attempted: true })], ['dan'], granting), ['dan']);
  });
});
