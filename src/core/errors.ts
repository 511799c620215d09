/**
 * What an adapter throws when the outside world did not do its part. A "no" that people may see is a value, never a Fault.
 *
 * `retry` says whether the same call may succeed later: `'later'` (down, throttled, timed out), `'unknown'` (the outcome is not
 * known: read it again before doing anything), `'never'` (the call itself is wrong: configuration, privilege).
 */
export type FaultCode =
  | 'directory_unavailable'
  | 'directory_refused'
  | 'chat_unavailable'
  | 'chat_refused'
  | 'cluster_unavailable'
  | 'cluster_silent'
  | 'cluster_busy'
  | 'cluster_refused'
  | 'cluster_outcome_unknown'
  | 'store_unavailable'
  | 'queue_unavailable'
  | 'not_yet';

export type FaultRetry = 'later' | 'unknown' | 'never';

export class Fault extends Error {
  readonly code: FaultCode;
  readonly retry: FaultRetry;
  /** Seconds that the other side asked us to wait (Retry-After), if it did. */
  readonly retryAfter: number | undefined;

  /** @param message one sentence for the log and for people: what did not answer, and how; never a secret */
  constructor(code: FaultCode, retry: FaultRetry, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.retry = retry;
    this.retryAfter = options.retryAfter;
  }
}

/**
 * Does the same for each, side by side, so that one that fails keeps no other waiting; then throws what went wrong, if anything did:
 * what is no Fault before one that time does not mend, and that before one that it does.
 */
export async function each<T>(of: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(of.map(work));
  const failures = ended.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
  const weight = (failure: unknown): number => (failure instanceof Fault ? (failure.retry === 'never' ? 1 : 2) : 0);
  if (failures.length > 0) throw failures.sort((a, b) => weight(a) - weight(b))[0];
}
