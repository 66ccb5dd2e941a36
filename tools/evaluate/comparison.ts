import { type McNemar, mcnemar } from "./intervals/mcnemar.ts";
import type { RhythmScore } from "./score.ts";
import { isWithoutLoss } from "./without-loss.ts";

/** A packed model beside its float network on the same records. */
export interface Comparison {
  readonly float: RhythmScore;
  readonly compressed: RhythmScore;
  readonly mcnemar: McNemar;
  /** `isWithoutLoss` of these records. */
  readonly withoutLoss: boolean;
}

/** A class a record, as numbers, and what that scores. */
export interface Decided {
  readonly predictions: readonly number[];
  readonly score: RhythmScore;
}

/** @param truths the records' classes, as numbers */
export function comparisonOf(truths: readonly number[], float: Decided, compressed: Decided): Comparison {
  const paired = mcnemar(truths, float.predictions, compressed.predictions);
  return {
    float: float.score,
    compressed: compressed.score,
    mcnemar: paired,
    withoutLoss: isWithoutLoss(paired, truths.length),
  };
}
