import { type McNemar, mcnemar } from "./intervals/mcnemar.ts";
import type { RhythmScore } from "./score.ts";
import { isWithoutLoss } from "./without-loss.ts";

/** A packed model beside its float network on the same records. */
export interface Comparison {
  readonly float: RhythmScore;
  readonly compressed: RhythmScore;
  readonly mcnemar: McNemar;
  /** Result of `isWithoutLoss` on these records. */
  readonly withoutLoss: boolean;
}

/** The class index of each record, and the score of these decisions. */
export interface Decided {
  readonly predictions: readonly number[];
  readonly score: RhythmScore;
}

/** Compares a packed model's decisions with its float network's. @param truths the records' class indices */
export function comparisonOf(truths: readonly number[], float: Decided, compressed: Decided): Comparison {
  const paired = mcnemar(truths, float.predictions, compressed.predictions);
  return {
    float: float.score,
    compressed: compressed.score,
    mcnemar: paired,
    withoutLoss: isWithoutLoss(paired, truths.length),
  };
}
