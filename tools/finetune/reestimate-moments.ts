import type { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { drawBatch, type TrainingSet } from "../train/batch.ts";
import { combineGradients } from "../train/combine-gradients.ts";
import { openGradientSource } from "../train/gradient-source.ts";
import type { TrainOptions } from "../train/options.ts";

/**
 * Batch norm's means and variances over so many batches of crops, drawn as in training: those that training left follow weights
 * that moved on, and an average of weights has none of its own. Changes the tensors given. A network without batch norm has
 * nothing to estimate.
 */
export async function reestimateMoments(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  set: TrainingSet,
  options: TrainOptions,
  batches: number,
  random: SeededRandom,
): Promise<void> {
  const evenly = graph.classes.map(() => 1);
  const source = await openGradientSource(graph, options.distillation, 1);
  const order = random.shuffle(set.records.map((_, index) => index));
  const parts = [];
  for (let batch = 0; batch < batches; batch++) {
    const chosen = Array.from(
      { length: options.batchSize },
      (_, row) => order[(batch * options.batchSize + row) % order.length],
    );
    const found = await source.gradientsOf(weights, drawBatch(graph, set, options, evenly, chosen, random), random);
    parts.push({ gradients: { ...found, gradients: new Map() }, share: 1 / batches });
  }
  for (const [node, { mean, variance }] of combineGradients(parts).moments) {
    weights.get(`${node}.mean`)?.data.set(mean);
    weights.get(`${node}.variance`)?.data.set(variance);
  }
}
