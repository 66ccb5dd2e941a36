import { startGradientPool } from "./gradient-pool.ts";
import type { GradientSource } from "./gradient-source.ts";
import type { Objective } from "./objective.ts";
import { gradientsOf } from "./step.ts";
import { AS_TRAINED, type WeightView } from "./weight-view.ts";

/**
 * Opens a source of an objective's gradients: this thread for one worker, else a pool.
 * @param view stands between the tensors that are trained and those that the workers see
 */
export async function openGradientSource(
  objective: Objective,
  workers: number,
  view: WeightView = AS_TRAINED,
): Promise<GradientSource> {
  const source = workers > 1 ? await startGradientPool(objective, workers) : thisThread(objective);
  return {
    async gradientsOf(weights, batch, random) {
      const found = await source.gradientsOf(view.used(weights), batch, random);
      return { ...found, gradients: view.gradients(weights, found.gradients) };
    },
    close: source.close,
  };
}

function thisThread(objective: Objective): GradientSource {
  return {
    gradientsOf: async (weights, batch, random) => gradientsOf(objective, weights, batch, random),
    close: async () => undefined,
  };
}
