import type { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import { type FrozenNodes, NOTHING_FROZEN } from "./freeze.ts";
import { startGradientPool } from "./gradient-pool.ts";
import type { Distillation } from "./options.ts";
import { type Batch, type Gradients, gradientsOf, type Weights } from "./step.ts";
import { AS_TRAINED, type WeightView } from "./weight-view.ts";

/** Whoever computes a batch's gradients: this thread, or several at once. */
export interface GradientSource {
  /** @param random what the dropout is drawn from */
  gradientsOf(weights: Weights, batch: Batch, random: SeededRandom): Promise<Gradients>;
  close(): Promise<void>;
}

/** One worker is this thread. The view stands between what is trained and what the workers see. */
export async function openGradientSource(
  graph: Graph,
  distillation: Distillation,
  workers: number,
  frozen: FrozenNodes = NOTHING_FROZEN,
  view: WeightView = AS_TRAINED,
): Promise<GradientSource> {
  const source =
    workers > 1
      ? await startGradientPool(graph, distillation, workers, frozen)
      : thisThread(graph, distillation, frozen);
  return {
    async gradientsOf(weights, batch, random) {
      const found = await source.gradientsOf(view.used(weights), batch, random);
      return { ...found, gradients: view.gradients(weights, found.gradients) };
    },
    close: source.close,
  };
}

function thisThread(graph: Graph, distillation: Distillation, frozen: FrozenNodes): GradientSource {
  return {
    gradientsOf: async (weights, batch, random) => gradientsOf(graph, weights, batch, distillation, random, frozen),
    close: async () => undefined,
  };
}
