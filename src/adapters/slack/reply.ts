/** Where an answer to somebody goes, and what comes back with a form. Both travel as text that only this adapter reads. */

import { Fault } from '../../core/errors.ts';
import type { Place } from '../../core/request/request.ts';

export const platform = 'slack';

export interface ReplyAddress {
  readonly responseUrl: string | null;
  readonly channel: string | null;
  readonly user: string;
  /** Opens a form, once and within three seconds (docs.slack.dev/interactivity/handling-user-interaction, "Modal responses"). */
  readonly trigger: string | null;
  /** The message that the pressed button stood on. */
  readonly message: string | null;
  /** The button stood in a form, over which the next one opens. */
  readonly inForm: boolean;
}

export function replyToken(address: ReplyAddress): string {
  return JSON.stringify(address);
}

/** @throws SyntaxError when the text is not a token of ours */
export function replyAddress(token: string): ReplyAddress {
  const value = parsed(token) as Partial<ReplyAddress> | null;
  if (typeof value?.user !== 'string') throw new SyntaxError('not a reply address of this adapter');
  return {
    responseUrl: value.responseUrl ?? null,
    channel: value.channel ?? null,
    user: value.user,
    trigger: value.trigger ?? null,
    message: value.message ?? null,
    inForm: value.inForm === true,
  };
}

/** What a form carries: what it is about, where the button stood that opened it, and where the answer to it goes. */
export interface Carried {
  readonly about: string;
  readonly place: Place | null;
  readonly reply: ReplyAddress;
}

/** docs.slack.dev/reference/views/modal-views, `private_metadata`. */
const metadataRoom = 3000;

/**
 * @param reply of the interaction that opens the form; its trigger is used up with that
 * @throws Fault chat_refused when even the necessary does not fit
 */
export function carry(about: string, reply: ReplyAddress): string {
  const { channel, message } = reply;
  const place = channel !== null && message !== null ? { platform, channel, message } : null;
  const whole = JSON.stringify({ about, place, reply: { ...reply, trigger: null } });
  if (whole.length <= metadataRoom) return whole;
  // Without its response URL the answer finds another way.
  const short = JSON.stringify({ about, place, reply: { ...reply, trigger: null, responseUrl: null } });
  if (short.length <= metadataRoom) return short;
  throw new Fault('chat_refused', 'never', 'a form for Slack is about something too long to come back with it');
}

/** What `carry` wrote; null: nothing of ours. */
export function carried(metadata: string): Carried | null {
  const value = parsed(metadata) as { about?: unknown; place?: Partial<Place> | null; reply?: unknown } | null;
  if (typeof value?.about !== 'string') return null;
  try {
    const { channel, message } = value.place ?? {};
    const place = typeof channel === 'string' && typeof message === 'string' ? { platform, channel, message } : null;
    return { about: value.about, place, reply: replyAddress(JSON.stringify(value.reply)) };
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
