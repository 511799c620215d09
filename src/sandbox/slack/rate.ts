/**
 * How often one may post: one message a second and channel, short bursts allowed (docs.slack.dev/apis/web-api/rate-limits,
 * "Posting messages"). How long a burst may be is not documented; here it is `burst` messages.
 */

const burst = 10;

export function postingRate(now: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  /** Seconds to wait (Retry-After), or 0 when the message may be posted. */
  return function wait(channel: string): number {
    const at = now();
    const bucket = buckets.get(channel) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + (at - bucket.at) / 1000);
    const allowed = tokens >= 1;
    buckets.set(channel, { tokens: allowed ? tokens - 1 : tokens, at });
    return allowed ? 0 : Math.max(1, Math.ceil(1 - tokens));
  };
}
