import type { SqlUser } from '../../cluster/cluster.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, count, type LookCloser, some } from './check.ts';

/** Whether the roles that the policy gives are there, and none of them gives everything. */
export const roles: LookCloser = (facts, sight) => {
  const all = [...[...facts.managed.keys()].flatMap((role) => highRole(role, facts, sight)), ...missing(facts, sight)];
  if (all.length > 0) return all;
  const n = facts.managed.size;
  return [
    check(
      'roles',
      'ok',
      n === 0
        ? 'The policy gives no role here.'
        : `${n === 1 ? 'The role' : `All ${n} roles`} of the policy ${n === 1 ? 'is' : 'are'} there, and none of them is a member of admin.`,
    ),
  ];
};

function missing({ managed, adminSql }: Facts, { survey }: Sight): ReturnType<LookCloser> {
  const there = new Set(survey.users.map(({ name }) => name));
  const gone = [...managed].filter(([role]) => !there.has(role));
  if (gone.length === 0) return [];
  return [
    check(
      'roles',
      'attention',
      `${count(gone.length, 'role')} of the policy do not exist: ${some(gone.map(([role, by]) => `${role} (${some(by)})`))}. Nobody can be granted ${gone.length === 1 ? 'it' : 'them'}.`,
      {
        expected: 'every role of the policy exists',
        next: 'An admin of the cluster creates it and gives it what it is meant to read, or whoever keeps the policy names another.',
        sql: gone.map(([role]) => adminSql({ kind: 'create_role', role })),
      },
    ),
  ];
}

/** Whoever was granted such a role is a superuser: what the policy calls reading, say, is not what they can do. */
function highRole(role: string, { managed, adminSql }: Facts, { survey }: Sight): ReturnType<LookCloser> {
  const path = pathToAdmin(survey.users, role);
  if (path === null) return [];
  const [last, above] = path.slice(-2);
  const chain = path.length > 1 ? `is a member of admin (${path.join(' → ')})` : 'is the superuser role';
  return [
    check(
      'roles',
      'broken',
      `${role} ${chain}: whoever holds ${some(managed.get(role) ?? [])} can do everything on this cluster.`,
      {
        expected: 'no role of the policy is a member of admin, directly or through others',
        next:
          path.length > 1
            ? `${adminRuns} New grants of it are refused until then.`
            : 'Whoever keeps the policy names another role.',
        sql: last === undefined || above === undefined ? [] : [adminSql({ kind: 'revoke_roles', roles: [above], user: last })],
      },
    ),
  ];
}

/** The shortest way up to admin, both ends included; null: there is none. */
function pathToAdmin(users: readonly SqlUser[], role: string): readonly string[] | null {
  const direct = new Map(users.map((user) => [user.name, user.memberOf]));
  const paths: (readonly string[])[] = [[role]];
  const seen = new Set([role]);
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const at = path.at(-1) ?? '';
    if (at === 'admin') return path;
    for (const next of direct.get(at) ?? []) {
      if (!seen.has(next)) paths.push([...path, next]);
      seen.add(next);
    }
  }
  return null;
}
