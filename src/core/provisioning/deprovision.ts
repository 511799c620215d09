import type { Change } from '../cluster/cluster.ts';
import { planRevoke, planText } from '../cluster/plan.ts';
import { Fault } from '../errors.ts';
import { ownsUser } from '../identity/ledger-rules.ts';
import type { AuditEntry, World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { oneAtATime, targetOf } from './qualifies.ts';

/** What was taken back, and what the SQL user is a member of after that; null: it is none of ours to touch. */
interface TakenBack {
  readonly changes: readonly Change[];
  readonly memberOf: readonly string[] | null;
}

/**
 * Due on entering `revoking`: takes back what this request gave and no other grant of the person still needs, reads back that it is
 * gone, and ends the request. Only memberships of a SQL user that the ledger ties to this very person are touched.
 *
 * @throws Fault when the cluster does not answer: it is waited for
 */
export async function deprovision(world: World, request: AccessRequest): Promise<null> {
  const { changes, memberOf } = await oneAtATime(world, request, () => takeBack(world, request));
  const state = next[request.state].deprovisioned ?? request.state;
  await world.store.requests.save(
    { ...request, state, due: due[state], dueAt: await world.store.now(), waiting: null },
    { audit: [entry(world, request, 'request.deprovisioned', { changes, readBack: { memberOf } })] },
  );
  return null;
}

async function takeBack(world: World, request: AccessRequest): Promise<TakenBack> {
  const { cluster } = targetOf(world, request);
  const { requester, sqlUsername } = request;
  if (!ownsUser(await world.store.ledger.rows(request.cluster), sqlUsername, requester.oid))
    return { changes: [], memberOf: null };
  const stillNeeded = (await world.store.requests.grantedTo(requester.oid, request.cluster))
    .filter((r) => r.id !== request.id)
    .flatMap((r) => r.roles);
  const look = async () => {
    const { users } = await cluster.read();
    const memberOf = users.find((user) => user.name === sqlUsername)?.memberOf ?? [];
    return { memberOf, changes: planRevoke({ sqlUsername, roles: request.roles, stillNeeded, users }) };
  };
  const before = await look();
  if (before.changes.length === 0) return before;
  await world.store.audit.append([entry(world, request, 'cluster.plan', { plan: planText(before.changes) })]);
  for (const change of before.changes) {
    await cluster.run(change);
    await world.store.audit.append([entry(world, request, `cluster.${change.kind}`, { change })]);
  }
  const after = await look();
  if (after.changes.length === 0) return { changes: before.changes, memberOf: after.memberOf };
  throw new Fault(
    'cluster_outcome_unknown',
    'unknown',
    `the cluster ${request.cluster} still shows roles of ${sqlUsername} that were revoked`,
  );
}

function entry(world: World, request: AccessRequest, event: string, details: Readonly<Record<string, unknown>>): AuditEntry {
  const { id, cluster, sqlUsername } = request;
  return { event, requestId: id, actor: null, details: { cluster, sqlUsername, policyHash: world.policy.hash, ...details } };
}
