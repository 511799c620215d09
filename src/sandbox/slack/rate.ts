/** How often the bot may call (docs.slack.dev/apis/web-api/rate-limits). */

/**
 * "Posting messages": one message a second and channel, short bursts allowed. How long a burst may be is not documented; here it is
 * `burst` messages.
 */
const burst = 10;

/** "Overview": so many calls a minute are good for every method of a tier, or more. */
const tiers = { 2: 20, 3: 50, 4: 100 } as const;

/** What each method's page says under "Rate limits". Those that are left out have limits of their own. */
const tierOf: { readonly [method: string]: keyof typeof tiers } = {
  'users.info': 4,
  'users.lookupByEmail': 3,
  'conversations.open': 3,
  'conversations.info': 3,
  'conversations.members': 4,
  'conversations.history': 3,
  'chat.update': 3,
  'chat.postEphemeral': 4,
  'views.open': 4,
  'views.push': 4,
  'views.update': 4,
  'views.publish': 4,
};

/** Seconds to wait (Retry-After), or 0 when the call may be made. */
export type Rate = (method: string, channel: string) => number;

/** @param withTiers whether the methods' own limits count too: real workspaces allow bursts above them that nobody documents */
export function callRate(now: () => number, withTiers: boolean): Rate {
  const posting = buckets(now, burst, 1);
  const methods = new Map(Object.entries(tierOf).map(([name, tier]) => [name, buckets(now, tiers[tier], tiers[tier] / 60)]));
  return (method, channel) => {
    if (method === 'chat.postMessage') return posting(channel);
    return withTiers ? (methods.get(method)?.('') ?? 0) : 0;
  };
}

/** Buckets of `size` calls, by key, that fill again at `perSecond`. */
function buckets(now: () => number, size: number, perSecond: number): (key: string) => number {
  const all = new Map<string, { tokens: number; at: number }>();
  return (key) => {
    const at = now();
    const bucket = all.get(key) ?? { tokens: size, at };
    const tokens = Math.min(size, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    const allowed = tokens >= 1;
    all.set(key, { tokens: allowed ? tokens - 1 : tokens, at });
    return allowed ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
