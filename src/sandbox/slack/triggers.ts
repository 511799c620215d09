import { randomBytes } from 'node:crypto';
import { Refused } from './refused.ts';

/** docs.slack.dev/interactivity/handling-user-interaction, "Using trigger_id": three seconds, and once. */
const lifetime = 3_000;

export interface Trigger {
  readonly user: string;
  /** The view in which something was pressed or sent; null: none. */
  readonly view: string | null;
}

/** What lets the bot open a form in front of whoever just did something. */
export class Triggers {
  readonly #now: () => number;
  readonly #issued = new Map<string, Trigger & { readonly until: number; used: boolean }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(user: string, view: string | null = null): string {
    const now = this.#now();
    const id = `${now}.${randomBytes(6).readUIntBE(0, 6)}.${randomBytes(16).toString('hex')}`;
    // What ran out is told apart from what never was for a while, and then forgotten.
    for (const [old, { until }] of this.#issued) {
      if (until > now - 600_000) break;
      this.#issued.delete(old);
    }
    this.#issued.set(id, { user, view, until: now + lifetime, used: false });
    return id;
  }

  /** @throws Refused with the error codes of docs.slack.dev/reference/methods/views.open */
  exchange(id: string): Trigger {
    const trigger = this.#issued.get(id);
    if (trigger === undefined) throw new Refused('invalid_trigger_id');
    if (trigger.used) throw new Refused('exchanged_trigger_id');
    if (this.#now() > trigger.until) throw new Refused('expired_trigger_id');
    trigger.used = true;
    return trigger;
  }
}
