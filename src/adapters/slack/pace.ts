/**
 * How fast the bot speaks. One message a second goes to a channel, in the order in which they came; direct messages to different people
 * are different channels and do not wait for each other. Slack lets short bursts pass, but says of them that "there is no guarantee that
 * messages will be stored or displayed" (docs.slack.dev/apis/web-api/rate-limits, "Posting messages"), so this makes none. Changes of
 * messages have no such limit (tier 3, by method): they wait only while Slack throttles them, and go before posts that wait too.
 *
 * Each process paces by itself; what several of them send too much of is answered with 429, which moves the next turn.
 */

import { Fault } from '../../core/errors.ts';
import { type Kind, type Lane, openLane, remembering } from '../../core/pace/lane.ts';

const spacing = 1_000;
/** So long somebody is kept waiting here; a turn that comes later is for a later try. */
const patience = 5_000;
/** Turns further away than that are not told apart: nobody waits longer between two tries (RETRY_CAP_SECONDS is usually less). */
const farthest = 60_000;
/** Channels that are remembered without anybody waiting for them. */
const idleChannels = 500;

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

interface Channel {
  readonly lane: Lane;
  /** When the next post may go. */
  next: number;
  /** The latest turn that was promised to somebody who had to go away: the next one is promised a later one. */
  promised: number;
}

const { now } = Date;
const time = {
  now,
  after(millis: number, run: () => void) {
    const timer = setTimeout(run, millis);
    return () => clearTimeout(timer);
  },
};

export function pacing(): Pace {
  let updatesFrom = 0;

  const mayGo = (channel: Channel, kind: Kind): number => (kind === 'post' ? channel.next : updatesFrom);
  const isIdle = ({ lane, next }: Channel): boolean =>
    !lane.isBusy() && lane.waiting('post') + lane.waiting('update') === 0 && next <= now();
  const channelOf = remembering(idleChannels, open, isIdle);

  function open(): Channel {
    // What is before somebody may hang: whoever was not sent by then comes again.
    const lane = openLane({ time, patience: patience + spacing, mayGo: ({ kind }) => mayGo(channel, kind) });
    const channel: Channel = { lane, next: 0, promised: 0 };
    return channel;
  }

  /** When somebody who comes now would have their turn. */
  function turnOf(channel: Channel, kind: Kind): number {
    const before = kind === 'post' ? channel.lane.waiting('post') * spacing : 0;
    return Math.max(now(), mayGo(channel, kind)) + before;
  }

  function goAway(channel: Channel, kind: Kind): Fault {
    const turn = kind === 'post' ? Math.max(turnOf(channel, kind), channel.promised + spacing) : turnOf(channel, kind);
    const wait = Math.min(Math.max(turn - now(), spacing), farthest);
    if (kind === 'post') channel.promised = now() + wait;
    const why = mayGo(channel, kind) - now() > spacing ? told.throttled[kind] : told.busy;
    return new Fault('chat_unavailable', 'later', `Slack: ${why}`, { retryAfter: Math.ceil(wait / 1000) });
  }

  async function run<T>(channel: Channel, kind: Kind, send: Send<T>): Promise<T> {
    try {
      return await send(() => {
        if (kind === 'post') channel.next = now() + spacing;
      });
    } catch (error) {
      const wait = error instanceof Fault && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
      if (kind === 'post') channel.next = Math.max(channel.next, now() + wait);
      else updatesFrom = Math.max(updatesFrom, now() + wait);
      throw error;
    }
  }

  return {
    async turn(kind, name, send) {
      const channel = channelOf(name);
      if (turnOf(channel, kind) - now() > patience) throw goAway(channel, kind);
      return await channel.lane.enter(
        { kind, seat: 0, from: 0 },
        () => run(channel, kind, send),
        () => goAway(channel, kind),
      );
    },
  };
}
