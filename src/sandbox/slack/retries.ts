/** Sent again: what the bot did not acknowledge (docs.slack.dev/apis/events-api, "Retries"). */

import type { Delivered, Kind, Outlet } from './deliver.ts';

/** Milliseconds before each further attempt, by kind. */
export type Waits = { readonly [kind in Kind]: readonly number[] };

/** Events three times: nearly at once, after a minute, after five. Commands and interactions never, over HTTP. */
export const httpWaits: Waits = { slash_commands: [], interactive: [], events_api: [0, 60_000, 300_000] };
/**
 * Over Socket Mode, events as over HTTP. That an envelope of another kind which nobody acknowledged comes once more is seen and not
 * documented: a bot has to bear it.
 */
export const socketWaits: Waits = { ...httpWaits, slash_commands: [0], interactive: [0] };

export interface Repeating {
  /** Resolves with what came of the first attempt: that is what the person sees. */
  readonly send: Outlet;
  /** Nothing is sent again any more. */
  end(): void;
}

export function repeating(once: Outlet, waits: Waits): Repeating {
  const timers = new Set<NodeJS.Timeout>();
  let ended = false;

  function again(kind: Kind, payload: Parameters<Outlet>[1], num: number, before: Delivered): void {
    const wait = waits[kind][num - 1];
    if (ended || wait === undefined || before.error === undefined || before.noRetry === true) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void once(kind, payload, { num, reason: reasonFor(before) }).then((then) => again(kind, payload, num + 1, then));
    }, wait);
    timers.add(timer.unref());
  }

  return {
    async send(kind, payload) {
      const first = await once(kind, payload);
      again(kind, payload, 1, first);
      return first;
    },
    end() {
      ended = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** docs.slack.dev/apis/events-api, `x-slack-retry-reason` */
function reasonFor({ error, status }: Delivered): string {
  if (error === 'operation_timeout') return 'http_timeout';
  return status === 0 ? 'connection_failed' : 'http_error';
}
