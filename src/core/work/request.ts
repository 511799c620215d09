import { sendAlerts } from './alerts.ts';
import { ask } from '../approval/ask.ts';
import { timeOut } from '../approval/time-out.ts';
import { deliver } from '../delivery/deliver.ts';
import { show } from '../delivery/show.ts';
import { tell } from '../delivery/tell.ts';
import { Fault } from '../errors.ts';
import { alert } from '../messages/alert.ts';
import { stillWaiting } from '../messages/submitted.ts';
import type { World } from '../ports.ts';
import { deprovision } from '../provisioning/deprovision.ts';
import { provision } from '../provisioning/provision.ts';
import type { Work } from '../request/lifecycle.ts';
import type { AccessRequest } from '../request/request.ts';
import type { Wait } from '../request/wait.ts';

const steps: { readonly [W in Work]: (world: World, request: AccessRequest) => Promise<Wait | null> } = {
  ask,
  time_out: timeOut,
  provision,
  deliver,
  deprovision,
  tell,
};

/** Does whatever a request owes now, one piece of work after the other, and keeps its cards true. */
export async function workRequest(world: World, id: string): Promise<void> {
  await keepCardsTrue(world, id);
  // A request that goes all the way does four pieces of work; the bound only stops a loop that should not be.
  for (let i = 0; i < 8; i += 1) {
    const worked = await world.store.requests.hold(id, (request) => doDue(world, request));
    if (!worked) break;
  }
  await keepCardsTrue(world, id);
}

async function doDue(world: World, request: AccessRequest): Promise<void> {
  if (request.due === null) return;
  world.log.info({ request: request.id, step: request.due, state: request.state, attempts: request.attempts }, 'step begins');
  const wait = await steps[request.due](world, request).catch((fault: unknown) => asWait(fault));
  if (wait) {
    await keepWaiting(world, request, wait);
    await sendAlerts(world);
  }
  world.log.info({ request: request.id, step: request.due, waits: wait ? wait.code : undefined }, 'step ended');
}

function asWait(fault: unknown): Wait {
  if (!(fault instanceof Fault)) throw fault;
  return {
    code: fault.code,
    says: fault.message,
    ...(fault.retry === 'never' ? { needsAdmin: true as const } : {}),
    ...(fault.retryAfter === undefined ? {} : { atLeast: fault.retryAfter }),
  };
}

/** Puts the work off, a little longer each time, and says once what is waited for. */
async function keepWaiting(world: World, held: AccessRequest, wait: Wait): Promise<void> {
  world.log.warn({ request: held.id, step: held.due, waits: wait.code, says: wait.says }, 'work is put off');
  const now = await world.store.now();
  const seconds = Math.max(Math.min(2 ** Math.min(held.attempts - 1, 10), world.retryCapSeconds), wait.atLeast ?? 0);
  const known = held.waiting?.code === wait.code;
  const waiting = { code: wait.code, says: wait.says, since: known && held.waiting ? held.waiting.since : now };
  // The step may have saved before it failed: what is put off is the work, on whatever the request has become.
  const latest = await world.store.requests.get(held.id);
  if (latest === null || latest.state !== held.state || latest.due !== held.due) return;
  const saved = await world.store.requests.save(
    { ...latest, waiting, dueAt: new Date(now.getTime() + seconds * 1000) },
    {
      audit: known
        ? []
        : [
            {
              event: 'request.waits',
              requestId: held.id,
              actor: null,
              details: { step: held.due, code: wait.code, says: wait.says },
            },
          ],
    },
  );
  if (saved === null) return;
  if (wait.needsAdmin) {
    const key = `${held.id}:${held.due}:${wait.code}`;
    await world.store.alerts.raise({ key, requestId: held.id, card: alert({ request: saved, says: wait.says }) });
  }
  await world.jobs.add({ kind: 'request', id: held.id }, seconds).catch(() => undefined);
  if (!known && (held.due === 'provision' || held.due === 'ask')) {
    await world.chats
      .get(saved.door.platform)
      ?.answer({ door: saved.door, token: saved.reply }, stillWaiting(saved))
      .catch(() => undefined);
  }
}

/** A card that can't be brought up to date now is found again by the sweep; it must not keep the work itself waiting. */
async function keepCardsTrue(world: World, id: string): Promise<void> {
  try {
    await show(world, id);
  } catch (fault) {
    const code = fault instanceof Fault ? fault.code : 'unexpected';
    world.log.warn({ request: id, fault: code, says: String(fault) }, 'a card could not be brought up to date yet');
  }
}
