import type { Change } from '../cluster/cluster.ts';
import { planRevoke } from '../cluster/plan.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { ownsUser } from '../identity/ledger-rules.ts';
import { oneAtATime, targetOf } from './qualifies.ts';

/**
 * Due on entering `revoking`: takes back what this request gave and no other grant of the person still needs, reads back that it is
 * gone, and ends the request. Only memberships of a SQL user that the ledger ties to this very person are touched.
 *
 * @throws Fault when the cluster does not answer: it is waited for
 */
export async function deprovision(world: World, request: AccessRequest): Promise<null> {
  const changes = await oneAtATime(world, request, () => takeBack(world, request));
  const state = next[request.state].deprovisioned ?? request.state;
  await world.store.requests.save(
    { ...request, state, due: due[state], dueAt: await world.store.now(), waiting: null },
    { audit: [{ event: 'request.deprovisioned', requestId: request.id, actor: null, details: { changes } }] },
  );
  return null;
}

async function takeBack(world: World, request: AccessRequest): Promise<readonly Change[]> {
  const { cluster } = targetOf(world, request);
  const { requester, sqlUsername } = request;
  if (!ownsUser(await world.store.ledger.rows(request.cluster), sqlUsername, requester.oid)) return [];
  const stillNeeded = (await world.store.requests.grantedTo(requester.oid, request.cluster))
    .filter((r) => r.id !== request.id)
    .flatMap((r) => r.roles);
  const plan = async () => planRevoke({ sqlUsername, roles: request.roles, stillNeeded, users: (await cluster.read()).users });
  const changes = await plan();
  for (const change of changes) await cluster.run(change);
  const left = changes.length > 0 ? await plan() : [];
  if (left.length === 0) return changes;
  throw new Fault(
    'cluster_outcome_unknown',
    'unknown',
    `the cluster ${request.cluster} still shows roles of ${sqlUsername} that were revoked`,
  );
}
