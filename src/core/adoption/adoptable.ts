import { type ClusterState, rolesOf } from '../cluster/cluster.ts';
import { isMappable } from '../identity/map-row.ts';
import { gives } from '../identity/sql-user.ts';
import { checkName } from '../identity/sql-username.ts';
import { abilitySummary } from '../messages/abilities.ts';
import type { ClusterPolicy } from '../policy/policy.ts';
import type { Cluster, DirectoryUser, LedgerRow, World } from '../ports.ts';
import type { Finding } from '../request/request.ts';

/** That this SQL user be this person's. */
export interface Asked {
  readonly policy: ClusterPolicy;
  readonly cluster: Cluster;
  /** Normalised. */
  readonly sqlUsername: string;
  /** Null: the directory has no such person (any more). */
  readonly person: DirectoryUser | null;
}

export interface Looked {
  /** Whether the SQL user is there. */
  readonly exists: boolean;
  /** The roles that it is a member of, directly or not, sorted. */
  readonly roles: readonly string[];
  /** Everything that is to be said of it; what is not ok stands against it. */
  readonly findings: readonly Finding[];
}

/** How long the look at what a SQL user can do may take, in seconds: it informs, it does not decide. */
const patience = 3;
/** How many databases are looked into at the most. */
const databases = 5;

/**
 * Whether a SQL user can be tied to a person for good, all of it read now: the cluster, the ledger, the directory.
 *
 * @throws Fault when one of them does not answer: then nothing is known, and nothing is filed or confirmed
 */
export async function adoptable(world: World, asked: Asked): Promise<Looked> {
  const state = await asked.cluster.read();
  const rows = await world.store.ledger.rows(asked.policy.name);
  const user = state.users.find((one) => one.name === asked.sqlUsername);
  const roles = [...rolesOf(state.users, asked.sqlUsername)].sort();
  const name = ofName(world, asked);
  const against = [...name, ...(name.length > 0 ? [] : ofUser(state, asked)), ...ofLedger(rows, asked), ...ofPerson(asked)];
  if (user === undefined && asked.person !== null && gives(asked.person.upn, asked.sqlUsername)) {
    against.push(
      no(
        'needless',
        `The UPN ${asked.person.upn} gives the SQL user ${asked.sqlUsername} by itself, and it does not exist yet. There is nothing to adopt: the person can ask for access as it is.`,
      ),
    );
  }
  if (against.length > 0) return { exists: user !== undefined, roles, findings: against };
  const facts: Finding[] =
    user === undefined
      ? [yes('sql-user', 'does not exist yet; it is created, without any role, at the first grant')]
      : [
          yes('sql-user', 'exists on the cluster and can log in'),
          yes('roles', roles.length === 0 ? 'none' : roles.join(', ')),
          ...(user.options.length === 0 ? [] : [yes('options', user.options.join(', '))]),
          ...(await abilities(world, asked)),
        ];
  return { exists: user !== undefined, roles, findings: [...facts, ...(await bearers(world, asked))] };
}

const yes = (rule: string, says: string): Finding => ({ rule, ok: true, says });
const no = (rule: string, says: string): Finding => ({ rule, ok: false, says });

function ofName(world: World, { sqlUsername: name, cluster, policy }: Asked): Finding[] {
  const problem = checkName(name);
  if (problem !== null) {
    const says =
      problem.code === 'reserved'
        ? `\`${name}\` is reserved: CockroachDB keeps it for itself, and nobody is ever tied to it. Name another SQL user.`
        : problem.says.replace(/ An admin can .*$/, ' Name another SQL user.');
    return [no(problem.code, says)];
  }
  if (cluster.ownUsers.includes(name)) {
    return [
      no(
        'own_user',
        `\`${name}\` is the SQL user that this bot itself connects as, so it can't be a person's. Name another SQL user.`,
      ),
    ];
  }
  const granting = [...world.policy.entitlements.values()].filter((e) => e.cluster === policy.name && e.roles.includes(name));
  return granting.length === 0
    ? []
    : [
        no(
          'granted_role',
          `\`${name}\` is a SQL role that the policy grants (${granting.map((e) => e.name).join(', ')}), so it can't be a person's. Name another SQL user.`,
        ),
      ];
}

function ofUser({ users }: ClusterState, { sqlUsername: name, policy }: Asked): Finding[] {
  const user = users.find((one) => one.name === name);
  if (user === undefined) return [];
  if (rolesOf(users, name).has('admin')) {
    const through = user.memberOf.includes('admin')
      ? 'directly'
      : `through ${user.memberOf.filter((r) => rolesOf(users, r).has('admin')).join(', ')}`;
    return [
      no(
        'member_of_admin',
        `The SQL user ${name} is a member of admin on ${policy.name}, ${through}: a superuser is never adopted. Revoke that membership first, or create another SQL user for the person.`,
      ),
    ];
  }
  if (!user.canLogin) {
    return [
      no(
        'no_login',
        `${name} is a SQL role, or a user that was switched off, on ${policy.name} (NOLOGIN), so nobody can log in as it. If it is meant for a person, an admin of the cluster gives it LOGIN first.`,
      ),
    ];
  }
  return [];
}

function ofLedger(rows: readonly LedgerRow[], { sqlUsername: name, person, policy }: Asked): Finding[] {
  const named = rows.find((row) => row.sqlUsername === name);
  const own = person === null ? undefined : rows.find((row) => row.oid === person.oid);
  if (named !== undefined && named.oid === person?.oid) {
    return [no('bound', `The SQL user ${name} belongs to ${named.upn} on ${policy.name} already. There is nothing to do.`)];
  }
  return [
    ...(named === undefined
      ? []
      : [
          no(
            'user_bound',
            `The SQL user ${name} belongs to another person (${named.upn}) on ${policy.name}, for good. Name another SQL user.`,
          ),
        ]),
    ...(own === undefined
      ? []
      : [
          no(
            'person_bound',
            `${person?.upn} has the SQL user ${own.sqlUsername} on ${policy.name} already, and a person has one on a cluster.`,
          ),
        ]),
  ];
}

function ofPerson({ person, policy }: Asked): Finding[] {
  if (person === null)
    return [no('person_gone', 'The person is no longer in the directory. File it anew for whoever it is meant for.')];
  const { upn } = person;
  const verified = [policy.domains.primary, ...policy.domains.others];
  return [
    ...(person.kind === 'member'
      ? []
      : [
          no(
            'guest',
            `${upn} is a guest of the directory; only its own members get a SQL user. The people who run the directory can make them a member.`,
          ),
        ]),
    ...(person.enabled
      ? []
      : [no('disabled', `The account ${upn} is disabled. The people who run the directory can enable it.`)]),
    ...(verified.includes(upn.slice(upn.lastIndexOf('@') + 1).toLowerCase())
      ? []
      : [
          no(
            'domain',
            `The UPN ${upn} is not in a verified domain of ${policy.name} (${verified.join(', ')}). The admins can add the domain to the policy.`,
          ),
        ]),
    ...(isMappable(upn)
      ? []
      : [
          no(
            'upn_unmappable',
            `The UPN ${upn} can't be written into an identity map: it has other characters than printable ASCII. The people who run the directory can correct it.`,
          ),
        ]),
  ];
}

/** What it can do in the databases that the policy names on this cluster, the first few of them. */
async function abilities(world: World, { cluster, policy, sqlUsername }: Asked): Promise<Finding[]> {
  const named = [...world.policy.entitlements.values()].filter((e) => e.cluster === policy.name).map((e) => e.database);
  const looked = [...new Set([policy.database, ...named])].slice(0, databases);
  const said = await Promise.all(
    looked.map(async (database) => {
      const seen = await cluster.abilities([sqlUsername], database, patience);
      const says = abilitySummary(seen, database) ?? `What it can do in ${database} is not seen by the bot.`;
      return { database, says: says === abilitySummary([], database) ? null : says };
    }),
  );
  const nothing = said.filter((one) => one.says === null).map((one) => one.database);
  const parts = [
    ...said.flatMap((one) => one.says ?? []),
    ...(nothing.length === 0 ? [] : [`Nothing in ${nothing.join(', ')}.`]),
  ];
  return [yes('abilities', parts.join(' '))];
}

/** People whose UPN gives this very name: they can never get it once somebody else has it. */
async function bearers(world: World, { sqlUsername: name, policy, person }: Asked): Promise<Finding[]> {
  const domains = [policy.domains.primary, ...policy.domains.others];
  const found = (await Promise.all(domains.map((domain) => world.directory.usersByAddress(`${name}@${domain}`)))).flat();
  const others = found.filter((one) => one.oid !== person?.oid && one.kind === 'member' && gives(one.upn, name));
  return others.map((one) =>
    yes('bearer', `${one.displayName} (${one.upn}) bears this name too and could no longer get it on ${policy.name}`),
  );
}
