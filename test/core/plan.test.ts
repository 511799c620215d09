import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rolesOf } from '../../src/core/cluster/cluster.ts';
import type { Change, Membership, SqlUser } from '../../src/core/cluster/cluster.ts';
import { planGrant, planRevoke, planText, readBack } from '../../src/core/cluster/plan.ts';

const user = (name: string, memberOf: readonly string[] = []): SqlUser => ({ name, canLogin: true, options: [], memberOf });
const role = (name: string, memberOf: readonly string[] = []): SqlUser => ({
  name,
  canLogin: false,
  options: ['NOLOGIN'],
  memberOf,
});
/** What SHOW GRANTS ON ROLE says of the same cluster. */
const membershipsOf = (users: readonly SqlUser[]): Membership[] =>
  users.flatMap((u) => u.memberOf.map((r) => ({ role: r, member: u.name, isAdmin: false })));

const base = [
  user('root', ['admin']),
  user('admin'),
  role('reader'),
  role('writer'),
  role('dba', ['ops']),
  role('ops', ['admin']),
  user('app'),
];

const grant = (sqlUsername: string, roles: readonly string[], users: readonly SqlUser[], owned = false) =>
  planGrant({ sqlUsername, roles, users, memberships: membershipsOf(users), owned });

const codes = (plan: ReturnType<typeof planGrant>): readonly string[] =>
  'refused' in plan ? plan.refused.map((r) => r.code) : [];

describe('the plan of a grant', () => {
  test('creates an absent user, then grants all roles in one statement', () => {
    assert.deepEqual(grant('alice', ['reader', 'writer'], base), {
      changes: [
        { kind: 'create_user', user: 'alice' },
        { kind: 'grant_roles', roles: ['reader', 'writer'], user: 'alice' },
      ],
    });
  });

  test('grants only what is missing to a user of ours', () => {
    assert.deepEqual(grant('alice', ['reader', 'writer'], [...base, user('alice', ['reader'])], true), {
      changes: [{ kind: 'grant_roles', roles: ['writer'], user: 'alice' }],
    });
  });

  test('is empty when all is there', () => {
    assert.deepEqual(grant('alice', ['reader'], [...base, user('alice', ['reader'])], true), { changes: [] });
  });

  test('grants a role again when the two listings disagree about it', () => {
    const users = [...base, user('alice', ['reader'])];
    const plan = planGrant({ sqlUsername: 'alice', roles: ['reader'], users, memberships: [], owned: true });
    assert.deepEqual(plan, { changes: [{ kind: 'grant_roles', roles: ['reader'], user: 'alice' }] });
  });

  test('does not take a role that is held through another role for one that was granted', () => {
    const users = [...base, role('team', ['reader']), user('alice', ['team'])];
    assert.deepEqual(grant('alice', ['reader'], users, true), {
      changes: [{ kind: 'grant_roles', roles: ['reader'], user: 'alice' }],
    });
  });

  const refusals: readonly [string, readonly string[], ReturnType<typeof grant>][] = [
    ['a role that does not exist', ['role_missing'], grant('alice', ['nowhere'], base)],
    ['admin itself', ['role_is_admin'], grant('alice', ['admin'], base)],
    ['a direct member of admin', ['role_is_admin'], grant('alice', ['ops'], base)],
    ['a member of admin through another role', ['role_is_admin'], grant('alice', ['dba'], base)],
    ['root, which is a member of admin', ['role_is_admin'], grant('alice', ['root'], base)],
    ['a SQL user whose name is a role', ['user_is_role'], grant('writer', ['reader'], base)],
    [
      'a SQL user whose name is the requested role',
      ['user_is_requested_role', 'user_is_role'],
      grant('reader', ['reader'], base),
    ],
    ['a SQL user that somebody else made', ['user_not_ours'], grant('app', ['reader'], base)],
    ['a user of ours that was switched off', ['user_switched_off'], grant('alice', ['reader'], [...base, role('alice')], true)],
    [
      'a role that is a member of the user',
      ['role_in_user'],
      grant('alice', ['team'], [...base, user('alice'), role('team', ['alice'])], true),
    ],
  ];
  for (const [what, expected, plan] of refusals) {
    test(`refuses ${what}`, () => {
      assert.deepEqual(codes(plan), expected);
      assert.ok('refused' in plan && plan.refused.every((r) => /\. .*\b(admin|policy)\b/.test(r.says)), 'says who can change it');
    });
  }

  test('says every reason at once', () => {
    assert.deepEqual(codes(grant('app', ['nowhere', 'reader', 'dba'], base)), ['role_missing', 'role_is_admin', 'user_not_ours']);
  });

  test('ends with cycles among roles', () => {
    const users = [...base, role('a', ['b']), role('b', ['a'])];
    assert.deepEqual(codes(grant('alice', ['a'], users)), []);
  });
});

describe('reading a grant back', () => {
  const back = (users: readonly SqlUser[]) =>
    readBack({ sqlUsername: 'alice', roles: ['reader', 'writer'], users, memberships: membershipsOf(users) });

  test('says what is missing', () => {
    assert.deepEqual(back(base), { exists: false, canLogin: false, missing: ['reader', 'writer'], complete: false });
    assert.deepEqual(back([...base, user('alice', ['writer'])]), {
      exists: true,
      canLogin: true,
      missing: ['reader'],
      complete: false,
    });
    assert.deepEqual(back([...base, role('alice', ['reader', 'writer'])]), {
      exists: true,
      canLogin: false,
      missing: [],
      complete: false,
    });
  });

  test('is complete when the user can log in and holds every role', () => {
    assert.equal(back([...base, user('alice', ['writer', 'reader', 'other'])]).complete, true);
  });
});

describe('the plan of a revoke', () => {
  const users = [...base, user('alice', ['reader', 'writer', 'theirs'])];
  const revoke = (roles: readonly string[], stillNeeded: readonly string[]) =>
    planRevoke({ sqlUsername: 'alice', roles, stillNeeded, users });

  test('takes what the request gave and nothing else needs', () => {
    assert.deepEqual(revoke(['reader', 'writer'], ['writer']), [{ kind: 'revoke_roles', roles: ['reader'], user: 'alice' }]);
  });

  test('is empty when all is needed, gone, or the user is absent', () => {
    assert.deepEqual(revoke(['reader'], ['reader']), []);
    assert.deepEqual(revoke(['gone'], []), []);
    assert.deepEqual(planRevoke({ sqlUsername: 'bob', roles: ['reader'], stillNeeded: [], users }), []);
  });
});

test('a plan prints as text, without the value of a setting', () => {
  const changes: readonly Change[] = [
    { kind: 'create_user', user: 'alice' },
    { kind: 'grant_roles', roles: ['reader', 'writer'], user: 'alice' },
    { kind: 'revoke_roles', roles: ['old'], user: 'alice' },
    { kind: 'set_setting', setting: 'server.jwt_authentication.claim', value: 'upn' },
  ];
  const lines = [
    'create the SQL user alice',
    'grant reader, writer to alice',
    'revoke old from alice',
    'set the cluster setting server.jwt_authentication.claim (3 characters)',
  ];
  assert.equal(planText(changes), lines.join('\n'));
});

// ── properties ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const names = ['admin', 'alice', 'bob', 'r1', 'r2', 'r3', 'r4'] as const;
const cluster = fc
  .array(
    fc.record({
      canLogin: fc.boolean(),
      memberOf: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
      there: fc.boolean(),
    }),
    {
      minLength: names.length,
      maxLength: names.length,
    },
  )
  .map((rows) =>
    names.flatMap((name, i): SqlUser[] => {
      const row = rows[i];
      if (row === undefined || (!row.there && name !== 'admin')) return [];
      return [{ name, canLogin: row.canLogin, options: [], memberOf: row.memberOf }];
    }),
  );
const asked = fc.record({
  users: cluster,
  roles: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
  owned: fc.boolean(),
});

/** What CockroachDB makes of a plan. */
function applied(users: readonly SqlUser[], changes: readonly Change[]): readonly SqlUser[] {
  let after = [...users];
  for (const change of changes) {
    if (change.kind === 'create_user') after.push(user(change.user));
    if (change.kind === 'grant_roles')
      after = after.map((u) => (u.name === change.user ? { ...u, memberOf: [...new Set([...u.memberOf, ...change.roles])] } : u));
    if (change.kind === 'revoke_roles')
      after = after.map((u) =>
        u.name === change.user ? { ...u, memberOf: u.memberOf.filter((r) => !change.roles.includes(r)) } : u,
      );
  }
  return after;
}

const many = { numRuns: 2000 };

test('whatever the cluster looks like, a plan that is run gives exactly the grant, and has nothing to do the second time', () => {
  let planned = 0;
  fc.assert(
    fc.property(asked, ({ users, roles, owned }) => {
      const plan = grant('alice', roles, users, owned);
      if ('refused' in plan) return;
      planned++;
      const after = applied(users, plan.changes);
      assert.equal(readBack({ sqlUsername: 'alice', roles, users: after, memberships: membershipsOf(after) }).complete, true);
      assert.deepEqual(grant('alice', roles, after, true), { changes: [] });
      const others = (list: readonly SqlUser[]) => list.filter((u) => u.name !== 'alice');
      assert.deepEqual(others(after), others(users), 'nobody else is touched');
    }),
    many,
  );
  assert.ok(planned > 20, `only ${planned} plans were not refused`);
});

test('whatever the cluster looks like, a grant never makes anybody an admin and never uses a user that is not ours', () => {
  fc.assert(
    fc.property(asked, ({ users, roles, owned }) => {
      const plan = grant('alice', roles, users, owned);
      if ('refused' in plan) return;
      const before = rolesOf(users, 'alice').has('admin');
      assert.equal(rolesOf(applied(users, plan.changes), 'alice').has('admin'), before);
      if (users.some((u) => u.name === 'alice')) assert.equal(owned, true);
    }),
    many,
  );
});

test('whatever the cluster looks like, a revoke after a grant leaves what was there before, less what the grant names', () => {
  fc.assert(
    fc.property(asked, fc.subarray([...names]), ({ users, roles, owned }, stillNeeded) => {
      const plan = grant('alice', roles, users, owned);
      if ('refused' in plan) return;
      const granted = applied(users, plan.changes);
      const after = applied(granted, planRevoke({ sqlUsername: 'alice', roles, stillNeeded, users: granted }));
      const held = after.find((u) => u.name === 'alice')?.memberOf ?? [];
      for (const r of roles) assert.equal(held.includes(r), stillNeeded.includes(r));
      assert.deepEqual(planRevoke({ sqlUsername: 'alice', roles, stillNeeded, users: after }), []);
    }),
    many,
  );
});
