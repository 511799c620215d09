/** What every stand-in of the sandbox has in common. */

/** `hang`: it takes connections and what is sent over them, and says nothing. */
export type ChaosFault = '429' | 'down' | 'hang' | 'slow' | 'none';

export interface StandIn {
  /** Switches a fault on until it is switched to `none` (the sandbox ends it after the asked number of seconds). */
  fault(fault: ChaosFault): void;
  /** Stops listening, ends what is open, resolves when nothing is left. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * A place where a test can look, or hold the world still: called before and after a stand-in acts on a request of the bot.
 * `what` names it (`chat.postMessage`, `GRANT`, `GET /users/{id}`). The stand-in waits for the promise.
 */
export type Watch = (when: 'before' | 'after', what: string, facts: Readonly<Record<string, unknown>>) => Promise<void> | void;
