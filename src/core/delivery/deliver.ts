import { accessReady } from '../messages/access-ready.ts';
import { Fault } from '../errors.ts';
import type { World } from '../ports.ts';
import type { AccessRequest } from '../request/request.ts';
import { chatOf } from './chat-of.ts';
import { connectCommand } from '../messages/connect-command.ts';

/** Due on entering `granted`: sends the login command to the requester, once. */
export async function deliver(world: World, request: AccessRequest): Promise<null> {
  const cluster = world.policy.clusters.get(request.cluster);
  if (cluster === undefined) {
    throw new Fault(
      'not_yet',
      'later',
      `the policy no longer knows the cluster ${request.cluster}, so there is no address to send`,
    );
  }
  const card = accessReady(request, connectCommand(world.tenantId, cluster, request.database, request.sqlUsername));
  const tag = { requestId: request.id, kind: 'outcome:granted' };
  const place = await chatOf(world, request.door.platform).post({ door: request.door }, card, tag, request.attempts > 1);
  await world.store.requests.save(
    { ...request, due: null },
    {
      posted: { place, kind: 'outcome', shows: request.version },
      audit: [
        {
          event: 'request.delivered',
          requestId: request.id,
          actor: null,
          details: { channel: place.channel, message: place.message },
        },
      ],
    },
  );
  return null;
}
