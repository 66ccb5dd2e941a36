import { type Confusion, confusionMatrix } from "../confusion.ts";
import type { Interval } from "./wilson.ts";

/** The source of the draws; a seeded generator repeats an interval exactly. */
export interface RandomSource {
  /** Draws a uniform integer in 0 .. limit - 1. */
  integer(limit: number): number;
}

export const RESAMPLES = 2000;

/**
 * Computes the 95 % percentile bootstrap interval (Efron 1979) of any figure of a confusion matrix: records are drawn
 * with replacement, 2,000 times. Throws RangeError where there are no records.
 */
export function bootstrapInterval(
  truths: readonly number[],
  predictions: readonly number[],
  classes: number,
  figure: (confusion: Confusion) => number,
  random: RandomSource,
): Interval {
  const figureOf = (drawn: readonly number[]) =>
    figure(
      confusionMatrix(
        drawn.map((i) => truths[i]),
        drawn.map((i) => predictions[i]),
        classes,
      ),
    );
  return resampledInterval(truths.length, figureOf, random);
}

/** Computes the same interval of any figure of the drawn records, given by their indices. */
export function resampledInterval(
  records: number,
  figure: (drawn: readonly number[]) => number,
  random: RandomSource,
): Interval {
  if (records === 0) throw new RangeError("a bootstrap interval needs one record or more");
  return percentileInterval(
    Array.from({ length: RESAMPLES }, () => figure(Array.from({ length: records }, () => random.integer(records)))),
  );
}

/** Returns the middle 95 % of the figures of all resamples. */
export function percentileInterval(figures: ArrayLike<number>): Interval {
  const sorted = Float64Array.from(figures).sort();
  return [sorted[Math.floor(0.025 * (RESAMPLES - 1))], sorted[Math.ceil(0.975 * (RESAMPLES - 1))]];
}
