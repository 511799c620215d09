import { Fault } from '../errors.ts';
import { canceled, notCancelable, notYourRequest } from '../messages/canceled.ts';
import type { Card } from '../messages/card.ts';
import { nearest } from '../policy/near.ts';
import type { DirectoryUser, StoredInteraction, World } from '../ports.ts';
import { due, next } from '../request/lifecycle.ts';

/**
 * Takes a request back that nobody has decided yet. Only its requester can: the object id counts, whatever door they come through.
 *
 * @returns what to answer
 */
export async function cancel(
  world: World,
  interaction: Pick<StoredInteraction, 'id'>,
  id: string,
  person: DirectoryUser,
): Promise<Card> {
  const { requests } = world.store;
  for (let tries = 0; tries < 5; tries += 1) {
    const request = await requests.get(id);
    if (request === null || request.requester.oid !== person.oid) return notYourRequest(id, await meant(world, id, person));
    const state = next[request.state].cancel;
    if (state === undefined) return request.state === 'canceled' ? canceled(request) : notCancelable(request);
    const saved = await requests.save(
      { ...request, state, due: due[state], dueAt: await world.store.now(), waiting: null },
      {
        audit: [
          {
            event: 'request.cancel',
            requestId: id,
            actor: person.oid,
            details: { interaction: interaction.id, policyHash: world.policy.hash },
          },
        ],
      },
    );
    if (saved === null) continue;
    await world.jobs.add({ kind: 'request', id }).catch(() => undefined);
    return canceled(saved);
  }
  throw new Fault('not_yet', 'later', `request ${id} kept changing while it was to be canceled`);
}

/** Of this person's own waiting requests, the one whose id is a slip or two away. */
async function meant(world: World, id: string, person: DirectoryUser): Promise<string | null> {
  const own = (await world.store.requests.ofPerson(person.oid, 60)).filter((r) => next[r.state].cancel !== undefined);
  return (
    nearest(
      id,
      own.map((r) => r.id.toLowerCase()),
    )?.toUpperCase() ?? null
  );
}
