import { Fault } from '../../core/errors.ts';

/** How long one call of a port may take in all, waits and repetitions included: a person who clicked must get an answer. */
export interface Deadline {
  readonly seconds: number;
  readonly signal: AbortSignal;
  remainingMs(): number;
}

export function deadline(seconds: number): Deadline {
  const end = performance.now() + seconds * 1000;
  // Not AbortSignal.timeout: Node keeps that signal weakly, and one that is collected never fires.
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException('the time is up', 'TimeoutError')), seconds * 1000).unref();
  return { seconds, signal: controller.signal, remainingMs: () => Math.max(0, end - performance.now()) };
}

const tries = 3;

/**
 * Makes a read that does no harm twice, again after a fault that may pass: after Retry-After when the other side named one (Graph
 * docs, "throttling": wait that long, then try again), else after a moment. What does not fit before the deadline is not waited for.
 *
 * @throws Fault of the last try
 */
export async function patiently<T>(
  until: Deadline,
  make: () => Promise<T>,
  tell: (fault: Fault, waitMs: number) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof Fault) || error.retry !== 'later' || attempt === tries) throw error;
      const waitMs = (error.retryAfter ?? 0.1 * 3 ** attempt) * 1000;
      if (waitMs >= until.remainingMs()) throw error;
      tell(error, waitMs);
      await new Promise((go) => setTimeout(go, waitMs));
    }
  }
}

/** Seconds in a Retry-After header, which is a number or a date (RFC 9110 §10.2.3). */
export function retryAfterSeconds(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Why a request did not come about: the code of Node.js behind fetch's "fetch failed", or the innermost text. */
export function reasonOf(error: unknown): string {
  let says = String(error);
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(cause.code)) return cause.code;
    says = cause.message;
  }
  return says;
}
