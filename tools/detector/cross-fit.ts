import type { BeatScore } from "../evaluate/beats/ec57.ts";
import { type FitData, fitWeights, ROUNDS } from "./fit-weights.ts";
import { scoreWeights } from "./reference-record.ts";
import type { WeighingDetector } from "./weighing-detector.ts";

/** Weights fitted to halves and to all of the references, with their scores. */
export interface CrossFit {
  /** Weights fitted to all records. */
  readonly weights: readonly number[];
  /** Weights fitted to the references at even places of their list, and at odd places. */
  readonly halves: readonly [readonly number[], readonly number[]];
  /** Score of each reference with the weights of the half that it is not in. */
  readonly crossFitted: readonly BeatScore[];
  /** Score of each reference with the weights of all references, which were fitted to it too. */
  readonly fitted: readonly BeatScore[];
}

/** The number of times that `onRound` is called. */
export const CROSS_FIT_ROUNDS = 3 * ROUNDS;

/** Fits the weights three times: to either half of the references, to score the other half, and to all. */
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
