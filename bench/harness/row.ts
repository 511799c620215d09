/** What a row of the table is, and what measuring it gives. */

/** One bound that a row is held to. */
export interface Bound {
  /** What is compared: `p99`, `rate`. */
  readonly of: string;
  readonly value: number;
  readonly limit: number;
  /** A rate has to be at least its limit, a time at most. */
  readonly least?: true;
}

/** Something that has to be so beside the ratio. */
export interface Condition {
  readonly says: string;
  readonly holds: boolean;
}

export interface Measured {
  readonly bounds: readonly Bound[];
  readonly conditions: readonly Condition[];
  /** Absolute figures, unit in the name: `floor p99 ms`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** How much is measured: everything, or just enough to see that it can be. */
export type Size = 'full' | 'quick';

export interface Row {
  readonly name: string;
  readonly what: string;
  readonly floor: string;
  /** The bound in words. */
  readonly reach: string;
  /** @param say told what is under way; @throws Error when something could not be measured at all */
  run(size: Size, say: (line: string) => void): Promise<Measured>;
}

export const holdsBound = ({ value, limit, least }: Bound): boolean => (least ? value >= limit : value <= limit);

export const holds = (m: Measured): boolean => m.bounds.every(holdsBound) && m.conditions.every((c) => c.holds);
