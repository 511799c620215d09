/** Hints that there may be work. */

/** A hint that there may be work. Losing it loses nothing, running it twice does nothing twice. */
export type Job = { readonly kind: 'interaction' | 'request' | 'proposal' | 'setting_change'; readonly id: string };

export interface Jobs {
  /** Best effort: a Fault here is logged and the sweep does the rest. `delay` in seconds. */
  add(job: Job, delay?: number): Promise<void>;
  /** How many jobs wait, are worked, or are put off. */
  depth(): Promise<number>;
  probe(): Promise<void>;
}
