import type { McNemar } from "./mcnemar.ts";
import type { RhythmScore } from "./score.ts";

/** A packed model beside its float network on the same records. */
export interface Comparison {
  readonly float: RhythmScore;
  readonly compressed: RhythmScore;
  readonly mcnemar: McNemar;
  /** `isWithoutLoss` of these records. */
  readonly withoutLoss: boolean;
}
