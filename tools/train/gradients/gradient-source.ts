import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import type { SeededRandom } from "../../random/random.ts";
import { type FrozenNodes, NOTHING_FROZEN } from "../freeze.ts";
import type { Distillation } from "../recipe/options.ts";
import { startGradientPool } from "./gradient-pool.ts";
import { type Batch, type Gradients, gradientsOf, type Weights } from "./step.ts";
import { AS_TRAINED, type WeightView } from "./weight-view.ts";

/** Whoever computes a batch's gradients: this thread, or several at once. */
export interface GradientSource {
  /** @param random what the dropout is drawn from */
  gradientsOf(weights: Weights, batch: Batch, random: SeededRandom): Promise<Gradients>;
  close(): Promise<void>;
}

/** What some trainings have besides. */
export interface GradientExtras {
  /** Stands between what is trained and what the workers see. */
  readonly view?: WeightView;
  /** A network to learn from, asked about every crop as it is drawn. */
  readonly cropTeacher?: FloatModel;
}

/** One worker is this thread. */
export async function openGradientSource(
  graph: Graph,
  distillation: Distillation,
  workers: number,
  frozen: FrozenNodes = NOTHING_FROZEN,
  { view = AS_TRAINED, cropTeacher }: GradientExtras = {},
): Promise<GradientSource> {
  const source =
    workers > 1
      ? await startGradientPool(graph, distillation, workers, frozen, cropTeacher)
      : thisThread(graph, distillation, frozen, cropTeacher);
  return {
    async gradientsOf(weights, batch, random) {
      const found = await source.gradientsOf(view.used(weights), batch, random);
      return { ...found, gradients: view.gradients(weights, found.gradients) };
    },
    close: source.close,
  };
}

function thisThread(
  graph: Graph,
  distillation: Distillation,
  frozen: FrozenNodes,
  cropTeacher?: FloatModel,
): GradientSource {
  return {
    gradientsOf: async (weights, batch, random) =>
      gradientsOf(graph, weights, batch, distillation, random, frozen, cropTeacher),
    close: async () => undefined,
  };
}
