import { SeededRandom } from "../data/random.ts";
import { type Confusion, confusionMatrix } from "./confusion.ts";
import type { Interval } from "./wilson.ts";

export interface BootstrapOptions {
  readonly seed?: number;
  readonly resamples?: number;
}

/**
 * A 95 % percentile bootstrap interval (Efron 1979) of any figure of a confusion matrix: records are drawn with
 * replacement, 2,000 times unless told. The same seed gives the same interval.
 */
export function bootstrapInterval(
  truths: readonly number[], predictions: readonly number[], classes: number,
  figure: (confusion: Confusion) => number, options: BootstrapOptions = {},
): Interval {
  const { seed = 1, resamples = 2000 } = options;
  const records = truths.length;
  if (records === 0) throw new RangeError("a bootstrap interval needs one record or more");
  const random = new SeededRandom(seed).fork("bootstrap");
  const figures = Array.from({ length: resamples }, () => {
    const drawn = Array.from({ length: records }, () => random.integer(records));
    return figure(confusionMatrix(drawn.map((i) => truths[i]), drawn.map((i) => predictions[i]), classes));
  }).sort((a, b) => a - b);
  return [figures[Math.floor(0.025 * (resamples - 1))], figures[Math.ceil(0.975 * (resamples - 1))]];
}
