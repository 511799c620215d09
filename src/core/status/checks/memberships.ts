import type { AccessRequest } from '../../request/request.ts';
import { type Facts, kept, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, count, type LookCloser, some, unknown } from './check.ts';

/** Whether the roles that people hold are those that requests gave them. */
export const memberships: LookCloser = (facts, sight) => {
  if ('silent' in facts.granted) return [unknown('memberships', facts.granted.silent, 'Which roles were granted')];
  if ('silent' in facts.ledger) return [unknown('memberships', facts.ledger.silent, 'Which SQL users the bot keeps')];
  const found = [...taken(facts.granted.is, facts, sight), ...given(facts.granted.is, facts, sight)];
  const n = facts.granted.is.length;
  const ok = check('memberships', 'ok', n === 0 ? 'Nothing is granted here.' : `Every role of ${count(n, 'grant')} is held.`);
  return [...(found.length === 0 ? [ok] : found), ...strangers(facts, sight)];
};

const most = 10;
const pair = (role: string, member: string): string => JSON.stringify([role, member]);

/** Granted, and not held any more. Of a SQL user that is gone, another check speaks. */
function taken(granted: readonly AccessRequest[], facts: Facts, { survey }: Sight): ReturnType<LookCloser> {
  const held = new Set(survey.memberships.map(({ role, member }) => pair(role, member)));
  const there = new Set(survey.users.map(({ name }) => name));
  const moving = underWay(facts);
  const lost = granted
    .filter(({ sqlUsername }) => there.has(sqlUsername))
    .flatMap(({ id, sqlUsername, roles, entitlement }) => roles.map((role) => ({ id, user: sqlUsername, role, entitlement })))
    .filter(({ role, user }) => !held.has(pair(role, user)) && !moving.has(user));
  if (lost.length === 0) return [];
  return [
    check(
      'memberships',
      'attention',
      `${count(lost.length, 'role')} that ${lost.length === 1 ? 'was' : 'were'} granted here ${lost.length === 1 ? 'was' : 'were'} revoked by somebody else: ${some(lost.map(({ user, role, id, entitlement }) => `${role} of ${user} (${entitlement}, request ${id})`))}.`,
      {
        expected: 'what was granted is held',
        next: 'Whoever it was taken from asks again; or an admin of the cluster runs the statement.',
        sql: lost
          .filter(({ role }) => there.has(role))
          .slice(0, most)
          .map(({ role, user }) => facts.adminSql({ kind: 'grant_roles', roles: [role], user })),
      },
    ),
  ];
}

/** Held by a SQL user of the bot's, and given by no request. Adopted ones came with theirs: two admins saw them. */
function given(granted: readonly AccessRequest[], facts: Facts, { survey }: Sight): ReturnType<LookCloser> {
  const asked = new Set(granted.flatMap(({ roles, sqlUsername }) => roles.map((role) => pair(role, sqlUsername))));
  const moving = underWay(facts);
  const ours = new Map(kept(facts).map((row) => [row.sqlUsername, row]));
  const extra = survey.memberships.filter(
    ({ role, member }) => ours.has(member) && !asked.has(pair(role, member)) && !moving.has(member),
  );
  const [adopted, others] = [
    extra.filter(({ member }) => ours.get(member)?.adopted),
    extra.filter(({ member }) => !ours.get(member)?.adopted),
  ];
  const words = (all: typeof extra): string =>
    some([...all].sort((a, b) => rank(a.role) - rank(b.role)).map(({ role, member }) => `${role} of ${member}`));
  return [
    ...(others.length === 0
      ? []
      : [
          check(
            'memberships',
            'attention',
            `${count(others.length, 'role')} of people's SQL users ${others.length === 1 ? 'was' : 'were'} not granted here: ${words(others)}.`,
            {
              expected: 'people hold what they asked for here',
              next: `${adminRuns} Or whoever gave it says why it stays.`,
              sql: others
                .slice(0, most)
                .map(({ role, member }) => facts.adminSql({ kind: 'revoke_roles', roles: [role], user: member })),
            },
          ),
        ]),
    ...(adopted.length === 0
      ? []
      : [
          check(
            'memberships',
            'note',
            `SQL users that were tied to people by two admins hold beside what was granted here: ${words(adopted)}.`,
          ),
        ]),
  ];
}

const rank = (role: string): number => (role === 'admin' ? 0 : 1);

/** Of whoever is being granted or revoked something just now, nothing can be told. */
function underWay(facts: Facts): ReadonlySet<string> {
  return new Set(toldOr(facts.underWay, []).map(({ sqlUsername }) => sqlUsername));
}

/** Members of the policy's roles whom the bot does not know: service users, or people from before. */
function strangers(facts: Facts, { survey }: Sight): ReturnType<LookCloser> {
  const known = new Set([
    ...toldOr(facts.ledger, []).map(({ sqlUsername }) => sqlUsername),
    ...facts.cluster.ownUsers,
    'root',
    'admin',
  ]);
  const members = survey.memberships.filter(
    ({ role, member }) => facts.managed.has(role) && !known.has(member) && !facts.managed.has(member),
  );
  if (members.length === 0) return [];
  return [
    check(
      'memberships',
      'note',
      `Members of the policy's roles who got them elsewhere: ${some(
        members.map(({ role, member }) => `${member} (${role})`),
        4,
      )}.`,
    ),
  ];
}
