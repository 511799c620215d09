/** Whether the bot should be sent traffic, and what else is up. */

import { Fault } from '../../core/errors.ts';

export type Probe = () => Promise<void>;

/** A closed code and nothing else: messages of drivers hold addresses and names. */
type Seen = 'ok' | 'slow' | 'failed' | Fault['code'];

interface Readiness {
  readonly vital: Record<string, Seen>;
  readonly reported: Record<string, Seen>;
  /** What whoever operates the bot must not overlook; missing: nothing. */
  readonly warnings?: readonly string[];
}

/**
 * Probes everything at once, each for at most `timeoutSeconds`. Only what is `vital` (store, queue) decides: with the directory
 * down the bot still takes and keeps what people ask, so that it must stay in rotation.
 *
 * @returns a function for httpServer's `ready`; never rejects
 */
export function readiness(o: {
  vital: Readonly<Record<string, Probe>>;
  reported: Readonly<Record<string, Probe>>;
  warnings?: readonly string[];
  timeoutSeconds?: number;
}): () => Promise<{ ready: boolean; body: Readiness }> {
  const within = (o.timeoutSeconds ?? 3) * 1000;
  return async () => {
    const [vital, reported] = await Promise.all([look(o.vital, within), look(o.reported, within)]);
    const warned = o.warnings?.length ? { warnings: o.warnings } : {};
    return { ready: Object.values(vital).every((seen) => seen === 'ok'), body: { ...warned, vital, reported } };
  };
}

async function look(probes: Readonly<Record<string, Probe>>, within: number): Promise<Record<string, Seen>> {
  const seen = await Promise.all(Object.entries(probes).map(async ([name, probe]) => [name, await one(probe, within)] as const));
  return Object.fromEntries(seen);
}

async function one(probe: Probe, within: number): Promise<Seen> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Seen>((resolve) => {
    timer = setTimeout(resolve, within, 'slow');
  });
  const result = Promise.resolve()
    .then(probe)
    .then(
      (): Seen => 'ok',
      (error: unknown): Seen => (error instanceof Fault ? error.code : 'failed'),
    );
  const seen = await Promise.race([result, late]);
  clearTimeout(timer);
  return seen;
}
