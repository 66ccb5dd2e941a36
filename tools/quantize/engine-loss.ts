import { Engine } from "../../host/index.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { divergence } from "./divergence.ts";
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
  /** False: stopped early, the limit was passed. */
  readonly complete: boolean;
}

/** Unpacked weights may stay in memory: the same bytes out, faster. */
const TILE_CACHE_BYTES = 1 << 24;

/**
 * Runs a packed model on the real engine, crop by crop. Stops as soon as the loss must be above `limit`: both losses
 * only grow with further crops.
 */
export async function measureOutcome(
  file: Uint8Array,
  crops: readonly SelectionCrop[],
  stop: (partial: Outcome) => boolean = () => false,
): Promise<Outcome> {
  const engine = await Engine.load(file, { tileCacheBytes: TILE_CACHE_BYTES });
  let sum = 0;
  let squares = 0;
  let errors = 0;
  let changed = 0;
  const outcome = (complete: boolean): Outcome => {
    const mean = sum / crops.length;
    const variance = Math.max(0, squares / crops.length - mean * mean);
    return {
      divergence: mean,
      standardError: Math.sqrt(variance / crops.length),
      errors,
      changed,
      crops: crops.length,
      complete,
    };
  };
  for (const crop of crops) {
    const logits = lastLogits(engine, crop.samples);
    const distance = divergence(crop.floatLogits, logits);
    sum += distance;
    squares += distance * distance;
    if (argMax(logits) !== crop.classIndex) errors++;
    if (argMax(logits) !== argMax(crop.floatLogits)) changed++;
    if (stop(outcome(false))) return outcome(false);
  }
  return outcome(true);
}

/** The loss that a criterion sees in an outcome; of a partial one it is a lower bound. */
export function lossOf(outcome: Outcome, criterion: Criterion, margin: number): number {
  if (criterion === "errors") return outcome.errors;
  return outcome.divergence + (outcome.complete ? margin * outcome.standardError : 0);
}

/** Logits of the last decision over a crop, taken as a record of its own. */
function lastLogits(engine: Engine, samples: Int16Array): Float64Array {
  engine.reset();
  const events = [...engine.push(samples), ...engine.finish()];
  const decision = events.findLast((event) => event.kind === "decision");
  if (decision?.kind !== "decision")
    throw new RangeError(`a crop of ${samples.length} samples is too short for a decision`);
  return decision.logits;
}
