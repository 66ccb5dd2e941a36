import type { Interval } from "../../evaluate/intervals/wilson.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import type { MethodName, Study } from "./study.ts";

/** Studies of several folds, their reported records as one set. Plain JSON. */
export interface PooledStudy {
  readonly kind: "pooled-study";
  /** The models' files as the user named them, with "{fold}" for the fold. */
  readonly model: string;
  readonly folds: number;
  /** Records of all folds' test shares; the selection is that of the first fold. */
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
  /** The label of the method whose bytes this method had to meet; null where it had no such aim. */
  readonly size: string | null;
  /** Number of random mixes in a fold, else 1: figures of several mixes are means. */
  readonly mixes: number;
  /** Mean over folds, as the three fields after it. */
  readonly meanBits: number;
  readonly fileBytes: number;
  readonly paperRatio: number;
  readonly fileRatio: number;
  /** Sum over folds. */
  readonly evaluations: number;
  readonly accuracy: number;
  /** `selectionF1` of the pooled records; percentile bootstrap over records, 95 %. */
  readonly f1: number;
  readonly f1Interval: Interval;
  /** Records lost against the float networks; `gained`, `changed` and McNemar's `p` alike. `p` is null for mixes. */
  readonly lost: number;
  readonly gained: number;
  readonly changed: number;
  readonly p: number | null;
  /** Gain of the robust search with the same bytes; null for the robust search itself and where it did not run. */
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
