import type { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import { type FrozenNodes, NOTHING_FROZEN } from "./freeze.ts";
import { startGradientPool } from "./gradient-pool.ts";
import type { Distillation } from "./options.ts";
import { type Batch, type Gradients, gradientsOf, type Weights } from "./step.ts";

/** Whoever computes a batch's gradients: this thread, or several at once. */
export interface GradientSource {
  /** @param random what the dropout is drawn from */
  gradientsOf(weights: Weights, batch: Batch, random: SeededRandom): Promise<Gradients>;
  close(): Promise<void>;
}

/** One worker is this thread. */
export async function openGradientSource(
  graph: Graph,
  distillation: Distillation,
  workers: number,
  frozen: FrozenNodes = NOTHING_FROZEN,
): Promise<GradientSource> {
  if (workers > 1) return startGradientPool(graph, distillation, workers, frozen);
  return {
    gradientsOf: async (weights, batch, random) => gradientsOf(graph, weights, batch, distillation, random, frozen),
    close: async () => undefined,
  };
}
