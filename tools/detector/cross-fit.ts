import type { BeatScore } from "../evaluate/ec57.ts";
import { type FitData, fitWeights, ROUNDS } from "./fit-weights.ts";
import { scoreWeights } from "./reference-record.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

export interface CrossFit {
  /** Fitted on all records. */
  readonly weights: readonly number[];
  /** Fitted on the references with even places in their list, and with odd ones. */
  readonly halves: readonly [readonly number[], readonly number[]];
  /** Of each reference, with the weights of the half that it is not in. */
  readonly crossFitted: readonly BeatScore[];
  /** Of each reference, with those of all: what was fitted to is what was scored. */
  readonly fitted: readonly BeatScore[];
}

/** Rounds that `onRound` is told of. */
export const CROSS_FIT_ROUNDS = 3 * ROUNDS;

/** Fits the weights three times: on either half of the references, to score the other one, and on all. */
export function crossFit(detector: WeighingDetector, data: FitData, onRound?: () => void): CrossFit {
  const { references, unlabelled } = data;
  const half = (parity: number) => references.filter((_, i) => i % 2 === parity);
  const fitted = (records: FitData["references"]) => fitWeights(detector, { references: records, unlabelled }, onRound);
  const halves = [fitted(half(0)), fitted(half(1))] as const;
  const weights = fitted(references);
  return {
    weights,
    halves,
    crossFitted: references.map((record, i) => scoreWeights(detector, record, halves[1 - (i % 2)])),
    fitted: references.map((record) => scoreWeights(detector, record, weights)),
  };
}
