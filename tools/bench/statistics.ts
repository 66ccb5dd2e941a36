/** Returns the middle value, or the mean of the two middle ones. Throws RangeError on none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns the least value that `share` of all values do not exceed (nearest rank). Throws RangeError on none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError("there are no values to rank");
  return [...values].sort((a, b) => a - b);
}
