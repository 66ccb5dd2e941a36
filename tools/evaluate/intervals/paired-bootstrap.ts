import type { Confusion } from "../confusion.ts";
import type { RandomSource } from "./bootstrap.ts";
import type { Interval } from "./wilson.ts";

const RESAMPLES = 2000;

/** The decisions of one recipe's networks on the same records: `predictions[seed][record]`, class indices. */
export type SeedPredictions = readonly (readonly number[])[];

/**
 * Measures the gain of a confusion matrix's figure from one recipe to another on the same records, a mean over the
 * seeds of each, with the 95 % percentile bootstrap interval over records. Both recipes are scored on the same draws.
 */
export function pairedGain(
  truths: readonly number[],
  before: SeedPredictions,
  after: SeedPredictions,
  classes: number,
  figure: (confusion: Confusion) => number,
  random: RandomSource,
): { readonly gain: number; readonly ci95: Interval } {
  const records = truths.length;
  if (records === 0) throw new RangeError("a paired gain needs one record or more");
  const meanOf = (seeds: SeedPredictions, drawn: readonly number[]) =>
    seeds.reduce((sum, predictions) => sum + figure(confusionOf(truths, predictions, drawn, classes)), 0) /
    seeds.length;
  const gainOn = (drawn: readonly number[]) => meanOf(after, drawn) - meanOf(before, drawn);
  const gains = Array.from({ length: RESAMPLES }, () =>
    gainOn(Array.from({ length: records }, () => random.integer(records))),
  ).sort((a, b) => a - b);
  return {
    gain: gainOn([...truths.keys()]),
    ci95: [gains[Math.floor(0.025 * (RESAMPLES - 1))], gains[Math.ceil(0.975 * (RESAMPLES - 1))]],
  };
}

/** Counts the confusions of the records drawn, each as often as it was drawn. */
function confusionOf(
  truths: readonly number[],
  predictions: readonly number[],
  drawn: readonly number[],
  classes: number,
): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const index of drawn) counts[truths[index]][predictions[index]]++;
  return counts;
}
