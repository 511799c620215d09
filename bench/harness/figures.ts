/** What is made of many measurements. */

/**
 * The value below which this share of the values lies (nearest rank).
 *
 * @param share 0.99 for the 99th percentile
 * @throws RangeError for no values: a figure of nothing is none
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('there is no percentile of no values');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Three digits that count, whatever the size. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
