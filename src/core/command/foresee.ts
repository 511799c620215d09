import { Fault } from '../errors.ts';
import type { SqlUserOf } from '../identity/sql-user.ts';
import { upnChanged } from '../messages/upn-changed.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { ClusterState } from '../cluster/cluster.ts';
import type { DirectoryUser, LedgerRow, World } from '../ports.ts';
import type { AccessRequest, Finding } from '../request/request.ts';
import { planGrant } from '../cluster/plan.ts';
import { ledgerFindings, ownsUser } from '../identity/ledger-rules.ts';

/** How long the person who typed waits for the cluster, in seconds: what it would say is checked again before anything is granted. */
const patience = 3;

/**
 * What would stand in the way on the cluster, as early as it can be known. A cluster that does not answer in time is no reason to
 * refuse: the request is filed and the same rules are asked again at provisioning.
 */
export async function foresee(
  world: World,
  entitlement: Entitlement,
  person: DirectoryUser,
  sqlUser: SqlUserOf,
  ledger: readonly LedgerRow[],
): Promise<{ name: string; findings: readonly Finding[]; holdsNow: (request: AccessRequest) => boolean }> {
  if ('problem' in sqlUser) return { name: sqlUser.problem.name, findings: [], holdsNow: () => false };
  const { name } = sqlUser;
  const bound = ledgerFindings(ledger, name, person);
  if (sqlUser.bound !== null && bound.some((f) => f.rule === 'upn-changed')) await tellAdmins(world, sqlUser.bound, person);
  const state = await look(world, entitlement.cluster);
  if (state === null) return { name, findings: bound, holdsNow: () => true };
  return {
    name,
    findings: [...bound, ...(bound.length > 0 ? [] : onCluster(state, ledger, entitlement, name, person.oid))],
    holdsNow: (request) => holds(state, request.sqlUsername, entitlement.roles),
  };
}

/** Once for each new UPN: the person can do nothing about it. */
async function tellAdmins(world: World, { cluster, sqlUsername, upn }: LedgerRow, person: DirectoryUser): Promise<void> {
  await world.store.alerts.raise({
    key: `upn-changed:${cluster}:${person.oid}:${person.upn}`,
    requestId: null,
    card: upnChanged(cluster, sqlUsername, person, upn),
  });
}

async function look(world: World, cluster: string): Promise<ClusterState | null> {
  try {
    return (await world.clusters.get(cluster)?.read(patience)) ?? null;
  } catch (fault) {
    if (fault instanceof Fault) return null;
    throw fault;
  }
}

function onCluster(
  state: ClusterState,
  ledger: readonly LedgerRow[],
  entitlement: Entitlement,
  name: string,
  oid: string,
): readonly Finding[] {
  const owned = ownsUser(ledger, name, oid);
  const plan = planGrant({ sqlUsername: name, roles: entitlement.roles, users: state.users, memberships: [], owned });
  return 'refused' in plan ? plan.refused.map((r) => ({ rule: r.code, ok: false, says: r.says })) : [];
}

/** The roles are those that the policy names now: it may have got one more since the person was granted. */
function holds(state: ClusterState, sqlUsername: string, roles: readonly string[]): boolean {
  const user = state.users.find((u) => u.name === sqlUsername);
  return user !== undefined && user.canLogin && roles.every((role) => user.memberOf.includes(role));
}
