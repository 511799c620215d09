import { type Facts, kept, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, count, type LookCloser, some, unknown } from './check.ts';

/** Whether the roles that people hold are those that requests gave them. */
export const memberships: LookCloser = (facts, sight) => {
  if ('silent' in facts.granted) return [unknown('memberships', facts.granted.silent, 'Which roles were granted')];
  if ('silent' in facts.ledger) return [unknown('memberships', facts.ledger.silent, 'Which SQL users the bot keeps')];
  const without = moved(facts, sight);
  const found = [...taken(without.taken, facts, sight), ...given(without.given, facts)];
  const n = facts.granted.is.length;
  const ok = check('memberships', 'ok', n === 0 ? 'Nothing is granted here.' : `Every role of ${count(n, 'grant')} is held.`);
  return [...(found.length === 0 ? [ok] : found), ...strangers(facts, sight)];
};

const most = 10;
const pair = (role: string, member: string): string => JSON.stringify([role, member]);

/** What became of the roles of the bot's SQL users, without the bot. */
interface Moved {
  /** Granted, and not held any more. */
  readonly taken: readonly {
    readonly user: string;
    readonly role: string;
    readonly id: string;
    readonly entitlement: string;
  }[];
  /** Held, and given by no request. */
  readonly given: readonly { readonly user: string; readonly role: string; readonly adopted: boolean }[];
}

/** Of whoever is being granted or revoked something just now, nothing can be told. Of a SQL user that is gone, another check speaks. */
export function moved(facts: Pick<Facts, 'granted' | 'ledger' | 'underWay'>, { survey }: Sight): Moved {
  const granted = toldOr(facts.granted, null);
  if (granted === null) return { taken: [], given: [] };
  const moving = new Set(toldOr(facts.underWay, []).map(({ sqlUsername }) => sqlUsername));
  const held = new Set(survey.memberships.map(({ role, member }) => pair(role, member)));
  const there = new Set(survey.users.map(({ name }) => name).filter((name) => !moving.has(name)));
  const wanted = granted.flatMap(({ id, sqlUsername: user, roles, entitlement }) =>
    roles.map((role) => ({ user, role, id, entitlement })),
  );
  const asked = new Set(wanted.map(({ role, user }) => pair(role, user)));
  const ours = new Map(kept(facts).map((row) => [row.sqlUsername, row]));
  return {
    taken: wanted.filter(({ role, user }) => there.has(user) && !held.has(pair(role, user))),
    given: survey.memberships
      .filter(({ role, member }) => ours.has(member) && !moving.has(member) && !asked.has(pair(role, member)))
      .map(({ role, member }) => ({ user: member, role, adopted: ours.get(member)?.adopted === true })),
  };
}

function taken(lost: Moved['taken'], facts: Facts, { survey }: Sight): ReturnType<LookCloser> {
  if (lost.length === 0) return [];
  const there = new Set(survey.users.map(({ name }) => name));
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

/** Adopted ones came with theirs: two admins saw them. */
function given(extra: Moved['given'], facts: Facts): ReturnType<LookCloser> {
  const [adopted, others] = [extra.filter((one) => one.adopted), extra.filter((one) => !one.adopted)];
  const words = (all: typeof extra): string =>
    some([...all].sort((a, b) => rank(a.role) - rank(b.role)).map(({ role, user }) => `${role} of ${user}`));
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
              sql: others.slice(0, most).map(({ role, user }) => facts.adminSql({ kind: 'revoke_roles', roles: [role], user })),
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
