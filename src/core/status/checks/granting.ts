import { rolesOf } from '../../cluster/cluster.ts';
import type { Check } from '../../cluster/report.ts';
import { atLeast } from '../../cluster/version.ts';
import { normalizeName } from '../../identity/sql-username.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, some } from './check.ts';

/**
 * Before v23.2 CREATEROLE alone gives no role away: it takes the role's ADMIN OPTION, or from v23.1.4 on a setting (PR 104376, 104445). Since
 * then one of both does.
 */
export function cannotGrant(facts: Facts, { survey }: Sight): readonly Check[] {
  const bot = normalizeName(facts.cluster.ownUsers[0] ?? '');
  const setting = 'sql.auth.createrole_allows_grant_role_membership.enabled';
  if (atLeast(survey.version, [23, 2, 0]) || survey.surveyed[setting] === 'true' || rolesOf(survey.users, bot).has('admin'))
    return [];
  const administers = new Set(survey.memberships.filter((m) => m.member === bot && m.isAdmin).map(({ role }) => role));
  const there = new Set(survey.users.map(({ name }) => name));
  const lacks = [...facts.managed.keys()].filter((role) => there.has(role) && !administers.has(role));
  if (lacks.length === 0) return [];
  return [
    check('privileges', 'attention', `${bot} can't grant ${some(lacks)}: before v23.2 CREATEROLE alone does not suffice.`, {
      expected: `each role WITH ADMIN OPTION${setting in survey.surveyed ? `, or ${setting} on` : ''}`,
      next: `${adminRuns} With the option the bot is itself a member of the role.`,
      sql: lacks.map((role) => facts.adminSql({ kind: 'grant_admin_option', role, user: bot })),
    }),
  ];
}
