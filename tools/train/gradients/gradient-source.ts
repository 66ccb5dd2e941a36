import type { SeededRandom } from "../../random/random.ts";
import type { Batch, Gradients, Weights } from "./step.ts";

/** Computes the gradients of batches: on this thread, or on several at once. */
export interface GradientSource {
  /** @param random what the dropout is drawn from */
  gradientsOf(weights: Weights, batch: Batch, random: SeededRandom): Promise<Gradients>;
  close(): Promise<void>;
}
