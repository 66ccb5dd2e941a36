import type { RhythmScore } from "../../evaluate/score.ts";
import type { Interval } from "../../evaluate/wilson.ts";
import type { MethodName, Study } from "./study.ts";

/** Studies of several folds, their reported records as one set. Plain JSON. */
export interface PooledStudy {
  readonly kind: "pooled-study";
  /** The models' files as they were named, "{fold}" for the fold. */
  readonly model: string;
  readonly folds: number;
  /** Records of all folds' test shares; selection as in the largest fold. */
  readonly data: Study["data"];
  readonly quantization: Study["quantization"];
  readonly classes: readonly string[];
  readonly float: RhythmScore;
  readonly methods: readonly PooledMethod[];
}

/** One method in every fold; random mixes of a size are one. */
export interface PooledMethod {
  readonly name: MethodName;
  readonly label: string;
  /** The label of the method whose bytes it was to have; null: they came of themselves. */
  readonly size: string | null;
  /** Random mixes a fold, else 1: figures of several are means. */
  readonly mixes: number;
  /** Means over folds. */
  readonly meanBits: number;
  readonly fileBytes: number;
  readonly paperRatio: number;
  readonly fileRatio: number;
  /** All folds' together. */
  readonly evaluations: number;
  readonly accuracy: number;
  /** `selectionF1` of the pooled records; percentile bootstrap over records, 95 %. */
  readonly f1: number;
  readonly f1Interval: Interval;
  /** Against the float networks. McNemar's p is null for mixes. */
  readonly lost: number;
  readonly gained: number;
  readonly changed: number;
  readonly p: number | null;
  /** How much better the robust search does with the same bytes; null for itself and where it was not asked. */
  readonly robust: RobustGain | null;
}

export interface RobustGain {
  /** F1 of the robust search less this method's, over the same bootstrap draws. */
  readonly f1: number;
  readonly f1Interval: Interval;
  readonly accuracy: number;
  /** Folds where the robust search has the higher, and the lower F1. */
  readonly foldsAbove: number;
  readonly foldsBelow: number;
}
