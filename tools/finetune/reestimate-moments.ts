import * as tf from "@tensorflow/tfjs";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import type { SeededRandom } from "../random/random.ts";
import { drawBatch, type TrainingSet } from "../train/batches/batch.ts";
import { NOTHING_FROZEN } from "../train/freeze.ts";
import { combineGradients } from "../train/gradients/combine-gradients.ts";
import type { Batch } from "../train/gradients/step.ts";
import type { Moments } from "../train/layers/batch-norm.ts";
import { forward } from "../train/layers/layers.ts";
import type { TrainOptions } from "../train/recipe/options.ts";

/**
 * Batch norm's means and variances over so many batches of crops: those that training left follow weights that moved on, and an
 * average of weights has none of its own. Changes the tensors given. Needs a selected backend.
 */
export function reestimateMoments(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  set: TrainingSet,
  options: TrainOptions,
  batches: number,
  random: SeededRandom,
): void {
  const evenly = graph.classes.map(() => 1);
  const order = random.shuffle(set.records.map((_, index) => index));
  const { batchSize } = options;
  const parts = Array.from({ length: batches }, (_, batch) => {
    const chosen = Array.from({ length: batchSize }, (_, row) => order[(batch * batchSize + row) % order.length]);
    const moments = momentsOf(graph, weights, drawBatch(graph, set, options, evenly, chosen, random));
    return { gradients: { loss: 0, gradients: new Map(), moments }, share: 1 / batches };
  });
  for (const [node, { mean, variance }] of combineGradients(parts).moments) {
    weights.get(`${node}.mean`)?.data.set(mean);
    weights.get(`${node}.variance`)?.data.set(variance);
  }
}

function momentsOf(graph: Graph, weights: ReadonlyMap<string, Tensor>, { size, signals }: Batch): Map<string, Moments> {
  const moments = new Map<string, Moments>();
  const training = {
    frozen: NOTHING_FROZEN,
    onMoments: (node: string, found: Moments) => moments.set(node, found),
    dropoutMask: (shape: readonly [number, number]) => tf.ones<tf.Rank.R2>([...shape]),
  };
  tf.tidy(() => {
    const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
    forward(graph, tensors, tf.tensor3d(signals, [size, signals.length / size, 1]), training);
  });
  return moments;
}
