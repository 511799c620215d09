import { planRevoke } from '../cluster/plan.ts';
import type { World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import { targetOf } from './qualifies.ts';

/**
 * Due on entering `revoking`: takes back what this request gave and no other grant of the person still needs, reads back that it is
 * gone, and ends the request. Only memberships of a SQL user that the ledger ties to this very person are touched.
 *
 * @throws Fault when the cluster does not answer: it is waited for
 */
export async function deprovision(world: World, request: AccessRequest): Promise<null> {
  const { cluster } = targetOf(world, request);
  const ours = (await world.store.ledger.rows(request.cluster)).some(
    (row) => row.sqlUsername === request.sqlUsername && row.oid === request.requester.oid,
  );
  const needed = (await world.store.requests.grantedTo(request.requester.oid, request.cluster))
    .filter((r) => r.id !== request.id)
    .flatMap((r) => r.roles);
  const plan = async () =>
    planRevoke({
      sqlUsername: request.sqlUsername,
      roles: request.roles,
      stillNeeded: needed,
      users: (await cluster.read()).users,
    });
  const changes = ours ? await plan() : [];
  for (const change of changes) await cluster.run(change);
  const left = changes.length > 0 ? await plan() : [];
  if (left.length > 0) throw new Error(`roles of request ${request.id} are still held after they were revoked`);
  const state = next[request.state].deprovisioned ?? request.state;
  await world.store.requests.save(
    { ...request, state, due: due[state], dueAt: await world.store.now(), waiting: null },
    { audit: [{ event: 'request.deprovisioned', requestId: request.id, actor: null, details: { changes } }] },
  );
  return null;
}
