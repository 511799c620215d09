import type { Advice } from '../../cluster/advice.ts';
import { rolesOf, type SqlUser } from '../../cluster/cluster.ts';
import type { Check } from '../../cluster/report.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, type LookCloser, some } from './check.ts';
import { cannotGrant } from './granting.ts';

/** What one of the bot's own SQL users is to have, and may have without being told that it is too much. */
interface Own {
  readonly name: string;
  readonly user: SqlUser | undefined;
  readonly options: readonly string[];
  /** Null: this version does not show them to the bot. */
  readonly system: readonly string[] | null;
  readonly needs: readonly string[];
  readonly may: readonly string[];
  readonly fails: string;
}

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
    ...users.flatMap((own) => [...tooHigh(own, facts, sight), ...lacking(own, facts), ...excess(own, facts)]),
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

function ownUsers({ cluster }: Facts, { survey }: Sight): readonly Own[] {
  const [bot = '', settings] = cluster.ownUsers;
  const both = settings === undefined || settings === bot;
  const sees = survey.surveyed['server.redact_sensitive_settings.enabled'] === 'true' || (both && cluster.settingsWritable);
  const botOwn = own(bot, {
    needs: ['CREATEROLE', 'CREATELOGIN', ...(both && cluster.settingsWritable ? ['MODIFYCLUSTERSETTING'] : [])],
    may: ['VIEWCLUSTERSETTING', ...(sees ? ['MODIFYCLUSTERSETTING'] : [])],
    fails: 'nobody new can be granted anything',
  });
  if (both) return [botOwn];
  return [
    botOwn,
    own(settings, {
      needs: ['MODIFYCLUSTERSETTING'],
      may: ['VIEWCLUSTERSETTING'],
      fails: 'the bot can write no cluster setting',
    }),
  ];

  function own(name: string, rest: Pick<Own, 'needs' | 'may' | 'fails'>): Own {
    const user = survey.users.find((one) => one.name === name);
    const options = (user?.options ?? []).map((option) => option.split('=')[0]?.trim() ?? '');
    const system = survey.privileges === null ? null : (survey.privileges.get(name) ?? []);
    return { name, user, options, system, ...rest };
  }
}

/** Members of admin may do everything: whatever the bot can be made to do, anybody can then. */
function tooHigh({ name, user }: Own, { adminSql }: Facts, { survey }: Sight): readonly Check[] {
  if (!rolesOf(survey.users, name).has('admin')) return [];
  const through = (user?.memberOf ?? []).filter((role) => role === 'admin' || rolesOf(survey.users, role).has('admin'));
  return [
    check(
      'privileges',
      'attention',
      `${name} is a member of admin${through.includes('admin') ? '' : ` through ${some(through)}`}: it may do everything on this cluster.`,
      {
        expected: 'never a member of admin',
        next: adminRuns,
        sql: through.map((role) => adminSql({ kind: 'revoke_roles', roles: [role], user: name })),
      },
    ),
  ];
}

const has = ({ options, system }: Own, privilege: string): boolean =>
  options.includes(privilege) || (system?.some((one) => one === privilege || one === 'ALL') ?? false);

function lacking(own: Own, facts: Facts): readonly Check[] {
  const { name, needs, fails, system } = own;
  const missing = needs.filter((privilege) => !has(own, privilege));
  // Before v23.1.4 a privilege that is no role option can't be seen: then it is not called missing.
  const sure = missing.filter((privilege) => system !== null || privilege !== 'MODIFYCLUSTERSETTING');
  if (sure.length === 0 || isAdmin(own)) return [];
  const roleOptions = sure.filter((privilege) => privilege !== 'MODIFYCLUSTERSETTING');
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
