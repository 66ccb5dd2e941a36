import type { Lead } from "./record.ts";

/** Counts per millivolt, finest first: 0.1 microvolt per count, unless the lead would then not fit 16 bits. */
const COUNTS_PER_MILLIVOLT = [10_000, 1_000, 100];
const MAX_COUNT = 32_767;

/**
 * Turns a lead of real numbers into counts that a format-16 file can hold.
 *
 * @param microvolts finite values
 * @throws RangeError for a value above 327 millivolts, which no electrode gives
 */
export function digitise(name: string, microvolts: Float64Array): Lead {
  let largest = 0;
  for (const value of microvolts) largest = Math.max(largest, Math.abs(value));
  const countsPerMillivolt = COUNTS_PER_MILLIVOLT.find((counts) => (largest * counts) / 1000 <= MAX_COUNT);
  if (countsPerMillivolt === undefined) {
    throw new RangeError(`lead ${name} reaches ${largest} microvolts, expected at most 327,670`);
  }
  const samples = Int32Array.from(microvolts, (value) => Math.round((value * countsPerMillivolt) / 1000));
  return { name, samples, countsPerMillivolt, baseline: 0 };
}
