import { argMax } from "../../evaluate/arg-max.ts";
import { divergence } from "./divergence.ts";
import { type LogitsSource, startLogitsSource } from "./logits-source.ts";
import type { SelectionCrop } from "./selection-set.ts";

/**
 * Losses that a search may bound. "kl": mean KL divergence from the float network plus `margin` standard errors, so that a lucky
 * selection set does not pass. "errors": wrong crops, the paper's criterion.
 */
export const CRITERIA = ["kl", "errors"] as const;
export type Criterion = (typeof CRITERIA)[number];

/** The loss of a packed model on the selection crops. */
export interface Outcome {
  /** Mean divergence in nats. */
  readonly divergence: number;
  /** Its standard error. */
  readonly standardError: number;
  readonly errors: number;
  /** Crops on which the decision differs from the float network's. */
  readonly changed: number;
  readonly crops: number;
  /** False where the measurement stopped above the limit: every figure but the standard error is then a lower bound. */
  readonly complete: boolean;
}

/** The limit that a loss is compared with. */
export interface LossLimit {
  readonly criterion: Criterion;
  /** "kl": standard errors added to a measured mean. */
  readonly margin: number;
  /** Largest loss: nats, or wrong crops. */
  readonly limit: number;
  /** Number of crops that are measured, from the first on; default: all. */
  readonly crops?: number;
}

/** A limit that no loss reaches: every crop is measured. */
export const UNLIMITED: LossLimit = { criterion: "kl", margin: 0, limit: Number.POSITIVE_INFINITY };

/**
 * Runs a packed model on the real engine, crop by crop. It stops as soon as the loss must be above the limit: neither the sum of
 * divergences nor the errors can shrink with further crops.
 * @param source runs the crops with "last" pooling; default: in this thread
 */
export async function measureOutcome(
  file: Uint8Array,
  crops: readonly SelectionCrop[],
  limit: LossLimit = UNLIMITED,
  source: LogitsSource = cropLogits(crops, 1),
): Promise<Outcome> {
  let sum = 0;
  let squares = 0;
  let errors = 0;
  let changed = 0;
  const count = limit.crops ?? crops.length;
  const outcome = (complete: boolean): Outcome => {
    const mean = sum / count;
    const variance = Math.max(0, squares / count - mean * mean);
    const standardError = Math.sqrt(variance / count);
    return { divergence: mean, standardError, errors, changed, crops: count, complete };
  };
  let stopped = false;
  await source.run(file, (logits, index) => {
    const { samples, classIndex, floatLogits } = crops[index];
    if (!logits) throw new RangeError(`a crop of ${samples.length} samples is too short for a decision`);
    const distance = divergence(floatLogits, logits);
    sum += distance;
    squares += distance * distance;
    if (argMax(logits) !== classIndex) errors++;
    if (argMax(logits) !== argMax(floatLogits)) changed++;
    stopped = mustBeAbove(outcome(false), limit);
    return !stopped && index + 1 < count;
  });
  return outcome(!stopped);
}

/** Whether no further crop can bring the loss within the limit. */
export function mustBeAbove({ divergence, errors }: Outcome, { criterion, limit }: LossLimit): boolean {
  return (criterion === "errors" ? errors : divergence) > limit;
}

/** Gives the loss of an outcome by a criterion; Infinity where the measurement stopped early. */
export function lossOf(outcome: Outcome, { criterion, margin }: Omit<LossLimit, "limit">): number {
  if (!outcome.complete) return Number.POSITIVE_INFINITY;
  return criterion === "errors" ? outcome.errors : outcome.divergence + margin * outcome.standardError;
}

/** Runs the crops on the engine, each as a record of its own, for its last decision. */
export function cropLogits(crops: readonly SelectionCrop[], workers: number): LogitsSource {
  return startLogitsSource(
    crops.map(({ samples }) => samples),
    "last",
    workers,
  );
}
