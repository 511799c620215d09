/**
 * How fast the bot speaks. One message a second goes to a channel, in the order in which they came; direct messages to different people
 * are different channels and do not wait for each other. Slack lets short bursts pass, but says of them that "there is no guarantee that
 * messages will be stored or displayed" (docs.slack.dev/apis/web-api/rate-limits, "Posting messages"), so this makes none. Changes of
 * messages have no such limit (tier 3, by method): they wait only while Slack throttles them, and go before posts that wait too.
 *
 * Each process paces by itself; what several of them send too much of is answered with 429, which moves the next turn.
 */

import { Fault } from '../../core/errors.ts';

const spacing = 1_000;
/** So long somebody is kept waiting here; a turn that comes later is for a later try. */
const patience = 5_000;
/** Turns further away than that are not told apart: nobody waits longer between two tries (RETRY_CAP_SECONDS is usually less). */
const farthest = 60_000;
/** Channels that are remembered without anybody waiting for them. */
const idleLanes = 500;

type Kind = 'post' | 'update';
/** @param starting to be called when each attempt begins */
type Send<T> = (starting: () => void) => Promise<T>;

export interface Pace {
  /**
   * Runs `send` when it is its turn in this channel.
   *
   * @throws Fault chat_unavailable/later, without having sent anything, when that is too far off; what `send` throws otherwise
   */
  turn<T>(kind: Kind, channel: string, send: Send<T>): Promise<T>;
}

/** As it reads after "Waiting for: ". */
const told = {
  busy: 'one message a second goes to that channel, and others are before it',
  throttled: {
    post: 'it takes no messages for that channel just now',
    update: 'it takes no changes of messages just now',
  },
} as const;

interface Waiting {
  readonly run: () => Promise<void>;
}

interface Lane {
  readonly waiting: Readonly<Record<Kind, Waiting[]>>;
  /** When the next post may go. */
  next: number;
  /** The latest turn that was promised to somebody who had to go away: the next one is promised a later one. */
  promised: number;
  busy: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function pacing(now: () => number = Date.now): Pace {
  const lanes = new Map<string, Lane>();
  let updatesFrom = 0;

  function laneOf(channel: string): Lane {
    const known = lanes.get(channel);
    if (known !== undefined) return known;
    if (lanes.size > idleLanes) for (const [name, lane] of lanes) if (isIdle(lane)) lanes.delete(name);
    const lane: Lane = { waiting: { post: [], update: [] }, next: 0, promised: 0, busy: false, timer: undefined };
    lanes.set(channel, lane);
    return lane;
  }

  const isIdle = (lane: Lane): boolean =>
    !lane.busy && lane.waiting.post.length + lane.waiting.update.length === 0 && lane.next <= now();

  const mayGo = (lane: Lane, kind: Kind): number => (kind === 'post' ? lane.next : updatesFrom);

  /** When somebody who comes now would have their turn. */
  function turnOf(lane: Lane, kind: Kind): number {
    const before = kind === 'post' ? lane.waiting.post.length * spacing : 0;
    return Math.max(now(), mayGo(lane, kind)) + before;
  }

  function goAway(lane: Lane, kind: Kind): Fault {
    const turn = kind === 'post' ? Math.max(turnOf(lane, kind), lane.promised + spacing) : turnOf(lane, kind);
    const wait = Math.min(Math.max(turn - now(), spacing), farthest);
    if (kind === 'post') lane.promised = now() + wait;
    const why = mayGo(lane, kind) - now() > spacing ? told.throttled[kind] : told.busy;
    return new Fault('chat_unavailable', 'later', `Slack: ${why}`, { retryAfter: Math.ceil(wait / 1000) });
  }

  /** Runs whoever's turn it is, or sees to it later. */
  function go(lane: Lane): void {
    clearTimeout(lane.timer);
    if (lane.busy) return;
    const waiting = (['update', 'post'] as const).filter((kind) => lane.waiting[kind].length > 0);
    const ready = waiting.find((kind) => mayGo(lane, kind) <= now());
    if (ready === undefined) {
      if (waiting.length === 0) return;
      const soonest = Math.min(...waiting.map((kind) => mayGo(lane, kind)));
      lane.timer = setTimeout(() => go(lane), Math.max(soonest - now(), 1));
      return;
    }
    lane.busy = true;
    void lane.waiting[ready]
      .shift()
      ?.run()
      .finally(() => {
        lane.busy = false;
        go(lane);
      });
  }

  async function run<T>(lane: Lane, kind: Kind, send: Send<T>): Promise<T> {
    try {
      return await send(() => {
        if (kind === 'post') lane.next = now() + spacing;
      });
    } catch (error) {
      const wait = error instanceof Fault && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
      if (kind === 'post') lane.next = Math.max(lane.next, now() + wait);
      else updatesFrom = Math.max(updatesFrom, now() + wait);
      throw error;
    }
  }

  return {
    turn(kind, channel, send) {
      const lane = laneOf(channel);
      if (turnOf(lane, kind) - now() > patience) return Promise.reject(goAway(lane, kind));
      return new Promise((resolve, reject) => {
        // What is before it may hang: whoever was not sent by then comes again.
        const tired = setTimeout(() => {
          lane.waiting[kind].splice(lane.waiting[kind].indexOf(entry), 1);
          reject(goAway(lane, kind));
        }, patience + spacing);
        const entry: Waiting = {
          run: () => {
            clearTimeout(tired);
            return run(lane, kind, send).then(resolve, reject);
          },
        };
        lane.waiting[kind].push(entry);
        go(lane);
      });
    },
  };
}
