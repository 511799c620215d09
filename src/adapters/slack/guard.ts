/**
 * Stands before Bolt. Bolt 5.1 ends the process on a signed `payload=null`, accepts timestamps from the future, and leaves bodies
 * that it can't sort unanswered for three seconds; here each of these is a 4xx at once. Bolt then gets the body that was read.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Slack's largest payload holds a whole view of ours: 40,000 characters and what carries them (blocks.ts), of which each can take nine
 * bytes in a form.
 */
export const bodyCap = 1024 * 1024;
/** Five minutes, as Slack asks for (docs.slack.dev/authentication/verifying-requests-from-slack), both ways. */
const skewSeconds = 300;

export interface Refusal {
  readonly status: number;
  readonly why: string;
}

export interface Guard {
  /** Who sent it and when, over the raw bytes, and that it was not here before. Null: nothing is wrong. */
  check(headers: IncomingHttpHeaders, raw: Buffer): Refusal | null;
  /** What comes again within this and the next second, and so with this signature, is no replay. */
  mayRepeat(headers: IncomingHttpHeaders): void;
}

export function signatureGuard(signingSecret: string, now: () => number = Date.now): Guard {
  /** Used signatures until the second when their timestamp is too old anyway. Both sides of the skew: 10 minutes. */
  const used = new Map<string, { readonly until: number; readonly repeatUntil: number }>();

  function check(headers: IncomingHttpHeaders, raw: Buffer): Refusal | null {
    const timestamp = headers['x-slack-request-timestamp'];
    const signature = headers['x-slack-signature'];
    if (typeof timestamp !== 'string' || !/^\d{9,11}$/.test(timestamp)) return { status: 401, why: 'no usable timestamp' };
    if (typeof signature !== 'string' || !/^v0=[0-9a-f]{64}$/.test(signature)) return { status: 401, why: 'no usable signature' };
    const seconds = Math.floor(now() / 1000);
    if (Math.abs(seconds - Number(timestamp)) > skewSeconds) return { status: 401, why: 'timestamp more than 5 minutes off' };
    const hmac = createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(raw).digest('hex');
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(`v0=${hmac}`)))
      return { status: 401, why: 'signature does not match' };
    for (const [old, { until }] of used) {
      if (until >= seconds) break;
      used.delete(old);
    }
    const before = used.get(signature);
    if (before === undefined) used.set(signature, { until: seconds + 2 * skewSeconds, repeatUntil: 0 });
    return before === undefined || before.repeatUntil >= seconds ? null : { status: 409, why: 'signature was used before' };
  }

  return {
    check,
    mayRepeat(headers) {
      const signature = String(headers['x-slack-signature']);
      const before = used.get(signature);
      if (before !== undefined) used.set(signature, { ...before, repeatUntil: Math.floor(now() / 1000) + 1 });
    },
  };
}
