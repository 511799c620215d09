/** Thousands of people on one cluster are decided about piece by piece, and whoever presses a button meanwhile has their turn. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { effectOf } from '../../src/core/cluster-auth/effect.ts';
import { foreseeLogins } from '../../src/core/cluster-auth/logins.ts';
import { repair } from '../../src/core/cluster-auth/repair.ts';
import { couldYieldToOthers, ownersNear } from '../../src/core/identity/could-yield.ts';
import { rowsInForce } from '../../src/core/identity/identity-map.ts';
import type { SqlUser } from '../../src/core/cluster/cluster.ts';
import type { DirectoryUser, LedgerRow } from '../../src/core/ports.ts';
import { told } from '../../src/core/status/facts.ts';
import { faulty } from '../corpus/identity-maps/faulty.ts';
import { key, look, now, scene, v2, written } from '../fakes/status-scene.ts';
import { somePolicy } from '../fakes/world.ts';

const audience = 'api://crdb';
const published = { issuer: v2, jwksUri: '', keys: [key('k1')] };

/** People whose names have nothing in common. */
function crowd(size: number) {
  const ledger = Array.from({ length: size }, (_, n): LedgerRow => {
    const sqlUsername = `p${((n * 7919) % 100_003).toString(36)}`;
    const upn = `${sqlUsername}@contoso.com`;
    return { cluster: 'prod', sqlUsername, oid: `oid-${n}`, upn, state: 'created', attempted: true, adopted: false };
  });
  const people = ledger.map(
    ({ oid, upn }): DirectoryUser => ({ oid, upn, displayName: upn, mail: upn, enabled: true, kind: 'member' }),
  );
  const users = ledger.map(({ sqlUsername: name }): SqlUser => ({ name, canLogin: true, options: [], memberOf: [] }));
  return { ledger, people, users };
}

function counted() {
  const it = {
    rests: 0,
    rest: async () => {
      it.rests += 1;
    },
  };
  return it;
}

suite('others have their turn', () => {
  const { ledger, people, users } = crowd(50);
  const known = people.map((person, n) => ({ person, sqlUsername: ledger[n]?.sqlUsername ?? '' }));
  const settings = {
    'server.jwt_authentication.enabled': 'true',
    'server.jwt_authentication.issuers': v2,
    'server.jwt_authentication.audience': audience,
    'server.jwt_authentication.claim': 'upn',
    'server.jwt_authentication.jwks': JSON.stringify({ keys: published.keys }),
    'server.identity_map.configuration': `${v2} /^(svc[a-z]+)@contoso\\.com$ \\1\n${v2} /^(app[a-z]+)@contoso\\.com$ \\1`,
  };
  const state = { version: 'v25.2.4', users, settings };
  const policy = { api: { audience, scope: '', tokenVersion: 'v2' as const } };

  test('between two people whose logins are foreseen', async () => {
    const it = counted();
    await foreseeLogins({ state, policy, published, people: known, now, rest: it.rest });
    assert.ok(it.rests >= 50, `${it.rests}`);
  });

  test('between two people whose logins are compared', async () => {
    const it = counted();
    const steps = [{ setting: 'server.jwt_authentication.audience' as const, before: audience, after: 'x' }];
    await effectOf({ state, policy, published, people: known, now, steps, rest: it.rest });
    assert.ok(it.rests >= 100, `${it.rests}`);
  });

  test('between a few people who are asked about for each row of others', async () => {
    const it = counted();
    const domains = somePolicy().clusters.get('prod')?.domains ?? assert.fail();
    const desired = { issuer: v2, audience, keys: published.keys, jwksUri: '', rows: [], domains, granting: null };
    const { byHand } = await repair({ ...state, writable: true }, desired, { spent: [], owners: crowd(500).ledger }, it.rest);
    assert.ok(!byHand.some(({ code }) => code === 'foreign_row'));
    assert.ok(it.rests >= 16, `${it.rests}`);
  });
});

test('no owner is left out whom a row could be about', () => {
  const owners = ['alice', 'bob', 'admin', 'app', 'carl'].map((name) => ({
    sqlUsername: name,
    upn: `${name}@elsewhere.example`,
  }));
  const near = ownersNear(owners);
  const fixed = ['m /(.*)@contoso\\.com$ alice', 'm x@y bob', 'm /^a ALICE', 'm /^a CARL'];
  const rows = [...fixed, ...faulty.map(({ map }) => map.join('\n'))].flatMap(rowsInForce);
  let [asked, left] = [0, 0];
  for (const row of rows) {
    for (const owner of owners) {
      if (near(row).includes(owner)) asked += 1;
      else left += 1;
      if (!near(row).includes(owner)) assert.equal(couldYieldToOthers(row, owner), false, `${row.text} ${owner.upn}`);
    }
  }
  assert.ok(asked > 50 && left >= 16, `${asked} ${left}`);
  assert.deepEqual(
    fixed.flatMap(rowsInForce).map((row) => near(row).map(({ sqlUsername }) => sqlUsername)),
    [['alice'], ['bob'], ['alice'], ['carl']],
  );
});

test('a status of thousands of people holds nobody up for long', async (t) => {
  const { ledger, people, users } = crowd(4000);
  const s = scene();
  Object.assign(s, { ledger, users: [...s.users, ...users], people: new Map(people.map((one) => [one.oid, one])) });
  s.linter = { lint: async () => ({ lines: [], more: null }) };
  s.facts = { granted: told([]), desired: { silent: 'not asked', code: 'not_yet' } };
  s.map = () =>
    `${written}\n${ledger.map(({ upn, sqlUsername }) => `${v2} /^${upn.replace('.', '\\.')}$ ${sqlUsername}`).join('\n')}`;
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const at = performance.now();
    [longest, last] = [Math.max(longest, at - last), at];
  }, 5);
  const begun = performance.now();
  const { sight } = await look(s);
  clearInterval(timer);
  longest = Math.max(longest, performance.now() - last);
  const whole = performance.now() - begun;
  assert.equal(sight !== null && 'is' in sight.foreseen && sight.foreseen.is.logins.length, 4000);
  t.diagnostic(`${whole.toFixed(0)} ms, a timer waited ${longest.toFixed(0)} ms at the most`);
  assert.ok(longest < whole / 2, `held up for ${longest} of ${whole} ms`);
});
