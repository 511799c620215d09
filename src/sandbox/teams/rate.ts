/** How often a bot may call in one conversation (learn.microsoft.com, "rate-limit", "Per bot per thread limit"). */

interface Limit {
  readonly seconds: number;
  readonly calls: number;
}

const sending: readonly Limit[] = [
  { seconds: 1, calls: 7 },
  { seconds: 2, calls: 8 },
  { seconds: 30, calls: 60 },
  { seconds: 3600, calls: 1800 },
];
const reading: readonly Limit[] = [
  { seconds: 1, calls: 14 },
  { seconds: 2, calls: 16 },
  { seconds: 30, calls: 120 },
  { seconds: 3600, calls: 3600 },
];

/** Seconds to wait (Retry-After), or 0 when the call may be made. */
export type Rate = (method: string, conversation: string) => number;

export function callRate(now: () => number): Rate {
  const calls = new Map<string, number[]>();
  return (method, conversation) => {
    const limits = method === 'GET' ? reading : sending;
    const key = `${limits === reading ? 'read' : 'send'} ${conversation.split(';')[0]}`;
    const at = now();
    const before = (calls.get(key) ?? []).filter((time) => time > at - 3_600_000);
    calls.set(key, before);
    const waits = limits.map(({ seconds, calls: most }) => {
      const inside = before.filter((time) => time > at - seconds * 1000);
      const oldest = inside[inside.length - most];
      return oldest === undefined ? 0 : oldest + seconds * 1000 - at;
    });
    const wait = Math.max(...waits);
    if (wait <= 0) before.push(at);
    return wait <= 0 ? 0 : Math.max(1, Math.ceil(wait / 1000));
  };
}
