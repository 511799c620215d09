import type { Requests } from '../../core/ports.ts';
import type { AccessRequest } from '../../core/request/request.ts';
import { codeOf } from './faults.ts';
import type { Series } from './series.ts';

/** What a request was when this process last saw it. */
interface Seen {
  readonly version: number;
  readonly state: AccessRequest['state'];
  readonly due: AccessRequest['due'];
  /** When this process brought it there, in milliseconds on its own clock; null: somebody else did. */
  readonly at: number | null;
}

/** Many more than are worked side by side. */
const most = 2_000;

/**
 * Watches requests come into their states. A save is a step from what was read before: the store takes it only on the version that it
 * was made from, so what this process saw at that version is what the request was.
 */
export function watchedRequests(requests: Requests, series: Series): Requests {
  const seen = new Map<string, Seen>();

  function note<T extends AccessRequest | null>(request: T, at: number | null = null): T {
    if (request === null) return request;
    const { id, version, state, due } = request;
    const before = seen.get(id);
    // What was read earlier may come later.
    if (before !== undefined && before.version >= version) return request;
    seen.delete(id);
    seen.set(id, { version, state, due, at: before?.state === state ? before.at : at });
    // The oldest goes first: a Map keeps the order in which it was filled.
    const oldest = seen.size > most ? seen.keys().next().value : undefined;
    if (oldest !== undefined) seen.delete(oldest);
    return request;
  }

  function entered(before: Seen | undefined, now: AccessRequest): void {
    if (before === undefined || before.state !== now.state) {
      series.add('crdb_access_requests_entered_total', { state: now.state });
      if (now.state === 'granted' && now.grantedAt !== null) {
        const from = now.decision?.at ?? now.submittedAt;
        const by = now.decision === null ? 'policy' : 'approver';
        series.observe('crdb_access_grant_duration_seconds', { by }, (now.grantedAt.getTime() - from.getTime()) / 1000);
      }
      return;
    }
    if (now.state === 'granted' && before.due === 'deliver' && now.due === null) {
      const millis = before.at === null ? Date.now() - (now.grantedAt?.getTime() ?? 0) : performance.now() - before.at;
      series.observe('crdb_access_delivery_duration_seconds', {}, millis / 1000);
    }
    if (now.waiting !== null && now.due !== null && now.due === before.due) {
      series.add('crdb_access_put_off_total', { work: now.due, code: now.waiting.code });
    }
  }

  return {
    ...requests,
    create: async (request, interactionId, audit) => {
      const created = await requests.create(request, interactionId, audit);
      if (created.opened) entered(undefined, created.request);
      note(created.request, performance.now());
      return created;
    },
    get: async (id) => note(await requests.get(id)),
    current: async (oid, entitlement) => note(await requests.current(oid, entitlement)),
    save: async (request, beside, guard) => {
      const saved = await requests.save(request, beside, guard);
      if (saved === null) return null;
      const before = seen.get(request.id);
      if (before?.version === request.version) entered(before, saved);
      return note(saved, performance.now());
    },
    hold: async (id, work) => {
      return await requests.hold(id, async (request) => {
        const { due } = note(request);
        try {
          await work(request);
        } catch (thrown) {
          if (due !== null) series.add('crdb_access_put_off_total', { work: due, code: codeOf(thrown) });
          throw thrown;
        }
      });
    },
  };
}
