import type { Standing } from '../messages/mine.ts';
import type { World } from '../ports.ts';
import { open } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';

/** How many of a person's latest requests are looked at for what waits and what was. What is granted is found however old it is. */
const latest = 60;

/** What a person has, what waits, and what was, newest first. Of one entitlement that was granted several times only the newest. */
export async function standing(world: World, oid: string): Promise<Standing> {
  const { requests } = world.store;
  const [recent, ...perCluster] = await Promise.all([
    requests.ofPerson(oid, latest),
    ...[...world.policy.clusters.keys()].map((cluster) => requests.grantedTo(oid, cluster)),
  ]);
  const granted = [...perCluster.flat(), ...recent.filter((r) => r.state === 'granted')];
  return {
    granted: newestOfEach(granted),
    waiting: recent.filter((r) => open.includes(r.state)),
    past: recent.filter((r) => r.state !== 'granted' && !open.includes(r.state)),
  };
}

function newestOfEach(requests: readonly AccessRequest[]): readonly AccessRequest[] {
  const newestFirst = [...requests].sort((a, b) => b.submittedAt.getTime() - a.submittedAt.getTime());
  const newest = new Map<string, AccessRequest>();
  for (const request of newestFirst) if (!newest.has(request.entitlement)) newest.set(request.entitlement, request);
  return [...newest.values()];
}
