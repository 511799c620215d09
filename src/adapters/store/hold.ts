/** Doing due work under a lease that is renewed while the work runs and ends with it. */

import type { Log } from '../../core/ports.ts';
import { storable } from './rows/values.ts';

/** What a lease is kept with: one per kind of row. Each answers whether the lease was still ours. */
export interface Lease {
  renew(): Promise<boolean>;
  /** The work is over; `failed`: what it threw. */
  end(failed: { readonly error: unknown } | null): Promise<boolean>;
}

export interface Holder {
  /** Unique per process; each lease adds a number of its own. */
  readonly name: string;
  readonly leaseSeconds: number;
  readonly log: Log;
}

let leases = 0;

/** A token that no other lease has, in this process or another. */
export const leaseToken = (holder: Holder): string => `${holder.name}/${++leases}`;

/**
 * Runs `work`, renewing the lease every third of its life. Whoever lost it meanwhile (a pause, a partition) hears of it at the
 * next save: the version has moved. What `work` throws comes through after the lease has ended.
 */
export async function underLease<T>(holder: Holder, what: string, lease: Lease, work: () => Promise<T>): Promise<T> {
  const renewing = renew(holder, what, lease);
  let failed: { error: unknown } | null = null;
  try {
    return await work();
  } catch (error) {
    failed = { error };
    throw error;
  } finally {
    await renewing.stop();
    await lease
      .end(failed)
      .catch((error: Error) => holder.log.warn({ what, error: error.message }, 'a lease could not be ended; it will expire'));
  }
}

function renew(holder: Holder, what: string, lease: Lease): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      running = lease.renew().then(
        (ours) => {
          if (ours) return;
          clearInterval(timer);
          holder.log.warn({ what }, 'a lease went to somebody else while its work was running');
        },
        (error: Error) => holder.log.warn({ what, error: error.message }, 'a lease could not be renewed'),
      );
    },
    (holder.leaseSeconds * 1000) / 3,
  );
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}

/** Seconds until work that failed is tried again: 1, 2, 4 … 30. */
export const backoffSeconds = (attempts: number): number => Math.min(30, 2 ** Math.max(0, attempts - 1));

/** What is kept of an error: its message, cut. */
export const messageOf = (error: unknown): string =>
  storable((error instanceof Error ? error.message : String(error)).slice(0, 500));
