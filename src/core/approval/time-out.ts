import type { World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';

/** Due at the deadline of a pending request that nobody decided. */
export async function timeOut(world: World, request: AccessRequest): Promise<null> {
  const state = next[request.state].time_out;
  if (state === undefined) return null;
  await world.store.requests.save(
    { ...request, state, due: due[state], dueAt: request.deadline },
    {
      audit: [
        { event: 'request.time_out', requestId: request.id, actor: null, details: { deadline: request.deadline.toISOString() } },
      ],
    },
  );
  return null;
}
