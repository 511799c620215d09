/** What people do, and what they wait for. */

import type { SandboxPerson } from '../../src/sandbox/people.ts';
import { type Door, slackDoor } from './doors.ts';
import { type BenchWorld, until } from './world.ts';

/** Files requests, eight people at a time. @throws Error when one is not acknowledged */
export async function allAsk(
  world: BenchWorld,
  people: readonly SandboxPerson[],
  entitlement: string,
  door: Door = slackDoor,
): Promise<void> {
  const rest = [...people];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const acked = await door.ask(world, next, `request ${entitlement} because of the numbers`);
      if (!acked.ok) throw new Error(`${next.key} could not ask: ${acked.error ?? acked.status}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

export interface Asked {
  readonly requestId: string;
  readonly version: number;
  /** The id of the message that the card is, as the stand-in names it. */
  readonly card: string;
  /** The message's own id: in Slack its timestamp. */
  readonly ts: string;
}

/** Waits until every request of these people stands before the approvers. */
export async function cardsOf(
  world: BenchWorld,
  people: readonly SandboxPerson[],
  seconds: number,
  door: Door = slackDoor,
): Promise<ReadonlyMap<string, Asked>> {
  const found = new Map<string, Asked>();
  await until(
    `the cards of ${people.length} requests`,
    async () => {
      const { rows } = await world.store.query<{ oid: string; id: string; version: string; message: string }>(
        `SELECT r.requester_oid AS oid, r.id, r.version, p.message FROM requests r JOIN places p ON p.request_id = r.id
         WHERE p.kind = 'approval' AND r.state = 'pending' AND r.due = 'time_out' AND r.lease_until IS NULL AND r.requester_oid = ANY ($1)
           AND p.channel = $2`,
        [people.map((p) => p.oid), door.approvers],
      );
      for (const { oid, id, version, message } of rows)
        found.set(oid, { requestId: id, version: Number(version), card: `${door.approvers}:${message}`, ts: message });
      return found.size === people.length;
    },
    seconds,
    250,
  );
  return found;
}

/** Presses Approve as Bob, and gives the milliseconds until the requester's direct message stands. */
export async function approve(
  world: BenchWorld,
  person: SandboxPerson,
  { card, requestId }: Asked,
  door: Door = slackDoor,
): Promise<number> {
  let sent = 0;
  world.onSeen((what, facts) => {
    if (door.isMessageTo(person, what, facts)) sent = performance.now();
  });
  const began = performance.now();
  const acked = await door.approve(world, card);
  if (!acked.ok) throw new Error(`the click was not taken: ${acked.error ?? acked.status}`);
  await until(`the direct message about ${requestId}`, () => sent > 0, 60, 5);
  world.onSeen(() => undefined);
  return sent - began;
}
