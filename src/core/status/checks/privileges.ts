import type { Advice } from '../../cluster/advice.ts';
import { rolesOf } from '../../cluster/cluster.ts';
import type { Check } from '../../cluster/report.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, type LookCloser, some } from './check.ts';
import { cannotGrant } from './granting.ts';
import { type Own, ownUsers } from './own-users.ts';

/** Role options that say how somebody logs in, not what they may do (CockroachDB docs, "CREATE ROLE", "Parameters"). */
const harmless: readonly string[] = [
  'LOGIN',
  'SQLLOGIN',
  'NOLOGIN',
  'NOSQLLOGIN',
  'PASSWORD',
  'VALID UNTIL',
  'SUBJECT',
  'PROVISIONSRC',
];

/** Whether the bot's own SQL users have what they need, and no more. */
export const privileges: LookCloser = (facts, sight) => {
  const users = ownUsers(facts, sight);
  const all = [
    ...users.flatMap((own) => [
      ...tooHigh(own, facts, sight),
      ...absent(own, facts),
      ...lacking(own, facts),
      ...excess(own, facts),
    ]),
    ...cannotGrant(facts, sight),
  ];
  if (all.length > 0) return all;
  return [
    check(
      'privileges',
      'ok',
      `${users.map(({ name }) => name).join(' and ')} ${users.length === 1 ? 'has' : 'have'} what the bot needs, and no more.`,
    ),
  ];
};

/** Members of admin may do everything: whatever the bot can be made to do, anybody can then. */
function tooHigh({ name, user }: Own, { adminSql }: Facts, { survey }: Sight): readonly Check[] {
  if (!rolesOf(survey.users, name).has('admin')) return [];
  // user.go: "role/user root cannot be removed from role admin".
  const isRoot = name === 'root';
  const through = (user?.memberOf ?? []).filter((role) => role === 'admin' || rolesOf(survey.users, role).has('admin'));
  return [
    check(
      'privileges',
      'attention',
      `${name} is a member of admin${through.includes('admin') ? '' : ` through ${some(through)}`}: it may do everything on this cluster.`,
      {
        expected: 'never a member of admin',
        next: isRoot ? 'Whoever runs the bot gives it a SQL user of its own: root stays a member of admin.' : adminRuns,
        sql: (isRoot ? [] : through).map((role) => adminSql({ kind: 'revoke_roles', roles: [role], user: name })),
      },
    ),
  ];
}

const has = ({ options, system }: Own, privilege: string): boolean =>
  options.includes(privilege) || (system?.some((one) => one === privilege || one === 'ALL') ?? false);

/** The bot's first user has just logged in, so it is there; the one for settings may not be. */
function absent({ name, user, needs, fails }: Own, { adminSql }: Facts): readonly Check[] {
  if (user !== undefined) return [];
  return [
    check('privileges', 'attention', `${name} is no SQL user of this cluster: ${fails}.`, {
      expected: needs.join(', '),
      next: `${adminRuns} How it logs in (a password or a certificate) is theirs to say.`,
      sql: [
        adminSql({ kind: 'create_user', user: name }),
        ...needs.filter(isSystem).map((privilege) => adminSql({ kind: 'grant_system', privilege, user: name })),
      ],
    }),
  ];
}

const isSystem = (privilege: string): boolean => privilege === 'MODIFYCLUSTERSETTING';

function lacking(own: Own, facts: Facts): readonly Check[] {
  const { name, needs, fails, system } = own;
  const missing = needs.filter((privilege) => !has(own, privilege));
  // Before v23.1.4 a privilege that is no role option can't be seen: then it is not called missing.
  const sure = missing.filter((privilege) => system !== null || !isSystem(privilege));
  if (sure.length === 0 || own.user === undefined || isAdmin(own)) return [];
  const roleOptions = sure.filter((privilege) => !isSystem(privilege));
  return [
    check('privileges', 'attention', `${name} does not have ${sure.join(' and ')}: ${fails}.`, {
      expected: needs.join(', '),
      next: adminRuns,
      sql: [
        ...(roleOptions.length === 0 ? [] : [facts.adminSql({ kind: 'alter_user', options: roleOptions, user: name })]),
        ...(sure.length === roleOptions.length
          ? []
          : [facts.adminSql({ kind: 'grant_system', privilege: 'MODIFYCLUSTERSETTING', user: name })]),
      ],
    }),
  ];
}

const isAdmin = ({ user }: Own): boolean => user?.memberOf.includes('admin') === true;

/** Options and system privileges that nothing here needs. */
function excess(own: Own, facts: Facts): readonly Check[] {
  const { name, needs, may, options, system } = own;
  const fine = [...needs, ...may, ...harmless];
  const extraOptions = options.filter((option) => !fine.includes(option));
  const extraSystem = (system ?? []).filter((privilege) => !fine.includes(privilege));
  const extra = [...new Set([...extraOptions, ...extraSystem])];
  if (extra.length === 0) return [];
  const advice: readonly Advice[] = [
    ...extraOptions.map((option) => ({ kind: 'alter_user', options: [`NO${option}`], user: name }) as const),
    ...extraSystem.map((privilege) => ({ kind: 'revoke_system', privilege, user: name }) as const),
  ];
  return [
    check('privileges', 'attention', `${name} may do more than it needs: ${some(extra, 6)}.`, {
      expected: [...needs, 'VIEWCLUSTERSETTING'].join(', '),
      next: adminRuns,
      sql: advice.map(facts.adminSql),
    }),
  ];
}
