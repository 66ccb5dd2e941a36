import { argMax } from "../../evaluate/arg-max.ts";
import { divergence } from "./divergence.ts";
import { type LogitsSource, startLogitsSource } from "./logits-source.ts";
import type { SelectionCrop } from "./selection-set.ts";

/**
 * "kl": mean KL divergence from the float network plus `margin` standard errors, so that a lucky selection set does not
 * pass;
 * "errors": wrong crops, the paper's criterion.
 */
export type Criterion = "kl" | "errors";

export interface Outcome {
  /** Mean divergence in nats. */
  readonly divergence: number;
  /** Its standard error. */
  readonly standardError: number;
  readonly errors: number;
  /** Crops on which the decision differs from the float network's. */
  readonly changed: number;
  readonly crops: number;
  /** False: stopped early, the limit was passed; every figure is a lower bound but for the standard error. */
  readonly complete: boolean;
}

/** What a loss is compared with. */
export interface LossLimit {
  readonly criterion: Criterion;
  /** "kl": standard errors added to a measured mean. */
  readonly margin: number;
  /** Largest loss: nats, or wrong crops. */
  readonly limit: number;
  /** Only so many crops, the first; default: all. */
  readonly crops?: number;
}

/** Measures every crop. */
export const UNLIMITED: LossLimit = { criterion: "kl", margin: 0, limit: Number.POSITIVE_INFINITY };

/**
 * Runs a packed model on the real engine, crop by crop. Stops as soon as the loss must be above the limit: neither the sum of
 * divergences nor the errors can shrink with further crops.
 * @param source of the crops, "last"; default: this thread
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

/** Whether crops that are still to come cannot bring the loss within the limit. */
export function mustBeAbove({ divergence, errors }: Outcome, { criterion, limit }: LossLimit): boolean {
  return (criterion === "errors" ? errors : divergence) > limit;
}

/** The loss that a criterion sees in an outcome; Infinity where it was stopped early. */
export function lossOf(outcome: Outcome, { criterion, margin }: Omit<LossLimit, "limit">): number {
  if (!outcome.complete) return Number.POSITIVE_INFINITY;
  return criterion === "errors" ? outcome.errors : outcome.divergence + margin * outcome.standardError;
}

/** The engine's last decisions over the crops, each taken as a record of its own. */
export function cropLogits(crops: readonly SelectionCrop[], workers: number): LogitsSource {
  return startLogitsSource(
    crops.map(({ samples }) => samples),
    "last",
    workers,
  );
}
