import { Fault } from '../errors.ts';
import { sqlUserOf } from '../identity/sql-user.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { ClusterPolicy, Entitlement } from '../policy/policy.ts';
import type { Cluster, DirectoryUser, World } from '../ports.ts';
import type { AccessRequest, Finding } from '../request/request.ts';

/** What provisioning works with, read or looked up anew each time. */
export interface Target {
  readonly entitlement: Entitlement;
  readonly policy: ClusterPolicy;
  readonly cluster: Cluster;
}

/** @throws Fault `not_yet` when the policy or this deployment no longer knows what was asked for: an admin's matter, so it waits */
export function targetOf(world: World, request: AccessRequest): Target {
  const entitlement = world.policy.entitlements.get(request.entitlement);
  const policy = world.policy.clusters.get(request.cluster);
  const cluster = world.clusters.get(request.cluster);
  if (entitlement === undefined || policy === undefined || cluster === undefined) {
    throw new Fault(
      'not_yet',
      'later',
      `the policy no longer has ${request.entitlement} on ${request.cluster}; an admin has to look at the policy file`,
    );
  }
  return { entitlement, policy, cluster };
}

/** The requester's facts, read from the directory just before anything is changed. `person` is null when something stands against it. */
export async function stillQualifies(
  world: World,
  request: AccessRequest,
  target: Target,
): Promise<{ readonly person: DirectoryUser | null; readonly findings: readonly Finding[] }> {
  const person = await world.directory.userById(request.requester.oid);
  if (person === null) {
    return { person, findings: [{ rule: 'requester', ok: false, says: 'Your account is no longer in the directory.' }] };
  }
  const eligible = await world.directory.holds(person.oid, target.entitlement.eligible);
  const sqlUser = sqlUserOf(await world.store.ledger.ofPerson(person.oid), request.cluster, person);
  const facts = { entitlement: target.entitlement, cluster: target.policy, person, sqlUser, eligible };
  const findings = [...evaluate(facts).findings, asPolicySays(request, target.entitlement)];
  return { person: findings.every((f) => f.ok) ? person : null, findings };
}

/** What was approved is what stood on the card; the policy may have taken some of it back since. */
function asPolicySays(request: AccessRequest, entitlement: Entitlement): Finding {
  const ok =
    request.cluster === entitlement.cluster &&
    request.database === entitlement.database &&
    request.roles.every((role) => entitlement.roles.includes(role));
  return {
    rule: 'policy',
    ok,
    says: ok
      ? 'as the policy says'
      : `The policy has changed since you asked: ${entitlement.name} no longer gives ${request.roles.join(', ')} on ${request.cluster}. Ask again for what it gives now.`,
  };
}

/** How long one waits for other work on the same SQL user, in seconds. */
const patience = 20;

/**
 * Two requests of one person touch the same SQL user. One at a time, since "already exists" tells whose a user is only when nobody
 * else creates it for the same person, and a role may be needed by both.
 */
export function oneAtATime<T>(world: World, request: AccessRequest, work: () => Promise<T>): Promise<T> {
  return world.store.leases.with(`user:${request.cluster}:${request.sqlUsername}`, patience, work);
}
