/**
 * How fast the bot speaks in Teams: in each conversation within the limits that Teams has for it (windows.ts), one message at a time, changes
 * before posts. Changes count as posts do: "All requests are subject to the same rate limiting policy" (learn.microsoft.com, "rate-limit"). Different
 * conversations do not wait for each other, and nobody waits here for long: there are few who work, and others to be spoken to.
 *
 * Each process paces by itself; what several of them send too much of is answered with 429, which moves the conversation's next turn.
 */

import { Fault } from '../../core/errors.ts';
import { type Kind, type Lane, openLane, remembering, type Time, type Waiting } from '../../core/pace/lane.ts';
import { type Line, openLine } from './line.ts';
import { spread, type Windows, windows } from './windows.ts';

/** So long somebody is kept waiting here; a turn that comes later is for a later try. */
const patience = 1_000;
/** A later try is never sooner: work that is put off is put off for a second at least. */
const soonest = 1_000;
/** Nobody is sent away for longer: whose turn is further off comes more than once, and has kept their place. */
const farthest = 60_000;
/** Conversations that are remembered with nothing going on in them. */
const idleConversations = 500;
/** Nothing is going on where nothing was said for so long. */
const quiet = 30_000;

/** Makes one call, which Teams counts. */
export type Counted = <R>(make: () => Promise<R>) => Promise<R>;
type Send<T> = (counted: Counted) => Promise<T>;

export interface Pace {
  /**
   * Runs `send` when it is its turn in this conversation.
   *
   * @param who by what a post is known that was sent away and comes again: it keeps its place. Null: it has none.
   * @throws Fault chat_unavailable/later, without having sent anything, when that is too far off; what `send` throws otherwise
   */
  turn<T>(kind: Kind, conversation: string, who: string | null, send: Send<T>): Promise<T>;
}

interface Conversation {
  readonly lane: Lane;
  readonly line: Line;
  readonly said: Windows;
  /** Teams takes nothing before. */
  silentUntil: number;
  /** How long a message takes, as the slow ones of late did. */
  lasts: number;
}

const realTime: Time = {
  now: () => performance.now(),
  after(millis, run) {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};

/** As it reads after "Waiting for: ". */
const told = {
  busy: 'only so many messages a second go to that conversation, and others are before it',
  throttled: 'it takes nothing for that conversation just now',
} as const;

export function pacing(time: Time = realTime): Pace {
  const { now } = time;
  const conversationOf = remembering(idleConversations, open, isIdle);

  function open(): Conversation {
    // What is before somebody may hang: whoever was not sent by then comes again.
    const lane = openLane({ time, patience: 2 * patience, mayGo });
    const it: Conversation = { lane, line: openLine(), said: windows(), silentUntil: 0, lasts: 0 };
    function mayGo({ kind, seat, from }: Waiting): number {
      const next = it.said.next(Math.max(now(), it.silentUntil));
      return kind === 'update' ? next : Math.max(next, from, it.line.heldUntil(seat, now()));
    }
    return it;
  }

  function isIdle(it: Conversation): boolean {
    const isAlone = !it.lane.isBusy() && waiting(it, 'post') === 0 && it.line.isEmpty(now());
    return isAlone && it.silentUntil <= now() && it.said.last() + quiet < now();
  }

  /** When somebody who comes now would have their turn. */
  function turnOf(it: Conversation, kind: Kind, seat: number): number {
    const { count, latest } = it.line.before(seat, now());
    const free = now() + (it.lane.isBusy() ? it.lasts : 0);
    return Math.max(latest, it.said.next(Math.max(free, it.silentUntil), waiting(it, kind) + count, it.lasts));
  }

  /** Promises a turn to somebody who has to go: each another one, so that they come back one after the other. */
  function sentAway(it: Conversation, kind: Kind, who: string | null, seat: number): Fault {
    const after = it.line.before(seat, now()).latest + Math.max(spread, it.lasts);
    const at = Math.max(turnOf(it, kind, seat), after, now() + soonest);
    it.line.promise(who, { seat, at }, now());
    const wait = (at - now()) / Math.ceil((at - now()) / farthest);
    const why = it.silentUntil - now() > soonest ? told.throttled : told.busy;
    return new Fault('chat_unavailable', 'later', `Teams: ${why}`, { retryAfter: Math.ceil(wait) / 1000 });
  }

  async function run<T>(it: Conversation, who: string | null, seat: number, send: Send<T>): Promise<T> {
    const began = now();
    try {
      return await send(async (make) => {
        it.said.begins(now());
        return await make().finally(() => it.said.ends(now()));
      });
    } catch (error) {
      if (error instanceof Fault && error.retry === 'later') {
        const { retryAfter } = error;
        if (retryAfter !== undefined) it.silentUntil = Math.max(it.silentUntil, now() + retryAfter * 1000 + jitter());
        it.line.promise(who, { seat, at: Math.max(it.silentUntil, now() + soonest) }, now());
      }
      throw error;
    } finally {
      // Rather too long than too short: whoever comes back too early is sent away again. One that hung says little of the next one.
      const took = Math.min(now() - began, soonest);
      it.lasts = Math.max(took, it.lasts + (took - it.lasts) / 8);
    }
  }

  return {
    async turn(kind, name, who, send) {
      const it = conversationOf(name);
      const seat = kind === 'post' ? it.line.seatOf(who) : 0;
      const away = (): Fault => sentAway(it, kind, who, seat);
      if (turnOf(it, kind, seat) - now() > patience) throw away();
      it.line.came(who);
      const from = it.line.before(seat, now()).latest;
      return await it.lane.enter({ kind, seat, from }, () => run(it, who, seat, send), away);
    },
  };
}

const waiting = ({ lane }: Conversation, kind: Kind): number =>
  lane.waiting('update') + (kind === 'post' ? lane.waiting('post') : 0);

/** Several processes that were told to wait as long do not come back at the same moment ("Handle HTTP 429 responses"). */
const jitter = (): number => 500 * Math.random();
