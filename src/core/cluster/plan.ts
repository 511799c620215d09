/** What has to change on a cluster for a grant or its end, as data. A plan is safe to run twice: it holds only what is not so yet. */

import { rolesOf } from './cluster.ts';
import type { Change, Membership, SqlUser } from './cluster.ts';

export interface GrantInput {
  readonly sqlUsername: string;
  readonly roles: readonly string[];
  /** SHOW USERS. */
  readonly users: readonly SqlUser[];
  /** SHOW GRANTS ON ROLE for those of `roles` that exist. */
  readonly memberships: readonly Membership[];
  /** The ledger says that this SQL user is this person's, created (or being created) by the bot. */
  readonly owned: boolean;
}

export type RefusalCode =
  | 'role_missing'
  | 'role_is_admin'
  | 'role_in_user'
  | 'user_is_requested_role'
  | 'user_is_role'
  | 'user_not_ours'
  | 'user_switched_off';

/** Why nothing is granted: a closed code for machines; for people what was seen and who can change it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly says: string;
}

export type GrantPlan = { readonly changes: readonly Change[] } | { readonly refused: readonly Refusal[] };

/**
 * The changes that give a SQL user its roles: the user if it is absent, the roles that it does not hold yet in one statement
 * (each GRANT waits for open transactions, so one is cheaper than several). None: all is there. Refused: every reason at once.
 */
export function planGrant(input: GrantInput): GrantPlan {
  const refused = [...refusedRoles(input), ...refusedUser(input)];
  if (refused.length > 0) return { refused };
  const { sqlUsername: user } = input;
  const absent = userOf(input) === undefined;
  const roles = unheld(input);
  return {
    changes: [
      ...(absent ? [{ kind: 'create_user' as const, user }] : []),
      ...(roles.length > 0 ? [{ kind: 'grant_roles' as const, roles, user }] : []),
    ],
  };
}

/** What a grant looks like on the cluster now. */
export interface ReadBack {
  readonly exists: boolean;
  readonly canLogin: boolean;
  /** Roles that are not held. */
  readonly missing: readonly string[];
  /** Exists, can log in, and holds every role. */
  readonly complete: boolean;
}

/** Reads a grant back from what the cluster shows after it was made. */
export function readBack(input: Omit<GrantInput, 'owned'>): ReadBack {
  const user = userOf(input);
  const missing = unheld(input);
  const canLogin = user?.canLogin ?? false;
  return { exists: user !== undefined, canLogin, missing, complete: user !== undefined && canLogin && missing.length === 0 };
}

export interface RevokeInput {
  readonly sqlUsername: string;
  /** The roles that the request gave. */
  readonly roles: readonly string[];
  /** The roles that other granted requests of the same person on the same cluster need. */
  readonly stillNeeded: readonly string[];
  readonly users: readonly SqlUser[];
}

/** The changes that end a grant: the memberships that it gave and that nothing else needs. None: nothing of it is left. */
export function planRevoke(input: RevokeInput): readonly Change[] {
  const held = userOf(input)?.memberOf ?? [];
  const roles = [...new Set(input.roles)].filter((role) => held.includes(role) && !input.stillNeeded.includes(role));
  return roles.length > 0 ? [{ kind: 'revoke_roles', roles, user: input.sqlUsername }] : [];
}

/** A plan for people, a change a line. A setting's value is not printed: it may be as long as a book. */
export function planText(changes: readonly Change[]): string {
  return changes.map(changeText).join('\n');
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'create_user':
      return `create the SQL user ${change.user}`;
    case 'grant_roles':
      return `grant ${change.roles.join(', ')} to ${change.user}`;
    case 'revoke_roles':
      return `revoke ${change.roles.join(', ')} from ${change.user}`;
    case 'set_setting':
      return `set the cluster setting ${change.setting} (${change.value.length} characters)`;
  }
}

function userOf(input: { readonly sqlUsername: string; readonly users: readonly SqlUser[] }): SqlUser | undefined {
  return input.users.find((u) => u.name === input.sqlUsername);
}

/**
 * The roles that are not held beyond doubt: a direct membership that both listings show. When they disagree (they are read one
 * after the other) the role counts as missing, since a GRANT of what is held changes nothing (logic test "no_op_grant_role").
 */
function unheld(input: Omit<GrantInput, 'owned'>): readonly string[] {
  const memberOf = userOf(input)?.memberOf ?? [];
  const listed = new Set(input.memberships.filter((m) => m.member === input.sqlUsername).map((m) => m.role));
  return [...new Set(input.roles)].filter((role) => !memberOf.includes(role) || !listed.has(role));
}

function refusedRoles(input: GrantInput): readonly Refusal[] {
  return [...new Set(input.roles)].flatMap((role) => {
    const refusal = refusedRole(role, input);
    return refusal === null ? [] : [refusal];
  });
}

function refusedRole(role: string, { users, sqlUsername }: GrantInput): Refusal | null {
  if (!users.some((u) => u.name === role)) {
    return {
      code: 'role_missing',
      says: `The SQL role ${role} does not exist on this cluster. An admin of the cluster can create it, or whoever keeps the policy names another.`,
    };
  }
  const above = rolesOf(users, role);
  // CockroachDB refuses it to a bot with CREATEROLE (user.go, UserHasAdminRole), but not to one that holds ADMIN OPTION on the role.
  if (role === 'admin' || above.has('admin')) {
    const what = role === 'admin' ? 'is the superuser role' : 'is a member of admin, directly or through another role';
    return {
      code: 'role_is_admin',
      says: `The SQL role ${role} ${what}, so it is never granted here. Whoever keeps the policy has to name a role without it.`,
    };
  }
  // CockroachDB: "X cannot be a member of itself", "making X a member of Y would create a cycle" (grant_role.go).
  if (role === sqlUsername) {
    return {
      code: 'user_is_requested_role',
      says: `The SQL user name ${sqlUsername} is that of the requested role itself. An admin can tie the person to another name.`,
    };
  }
  if (above.has(sqlUsername)) {
    return {
      code: 'role_in_user',
      says: `The SQL role ${role} is itself a member of ${sqlUsername}, so it can't be granted to it. An admin of the cluster can revoke that membership.`,
    };
  }
  return null;
}

/** An existing user is used only when it is this person's by the ledger; CREATE USER IF NOT EXISTS would take over anybody's. */
function refusedUser(input: GrantInput): readonly Refusal[] {
  const user = userOf(input);
  if (user === undefined || (input.owned && user.canLogin)) return [];
  const name = input.sqlUsername;
  if (input.owned) {
    return [
      {
        code: 'user_switched_off',
        says: `The SQL user ${name} was switched off on the cluster (NOLOGIN), and not by this bot, so it is not switched on again without asking. An admin of the cluster can do so, or say why not.`,
      },
    ];
  }
  if (!user.canLogin) {
    return [
      {
        code: 'user_is_role',
        says: `${name} is a SQL role on this cluster, so it can't be a person's SQL user. An admin can tie the person to another name.`,
      },
    ];
  }
  return [
    {
      code: 'user_not_ours',
      says: `The SQL user ${name} exists on this cluster and was not created by this bot, so it may be somebody else's. If it is meant for this person, an admin ties it to them with the command line's "adopt"; else an admin of the cluster can remove or rename it.`,
    },
  ];
}
