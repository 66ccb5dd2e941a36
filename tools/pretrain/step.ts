import * as tf from "@tensorflow/tfjs";
import { INPUT } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { NOTHING_FROZEN } from "../train/freeze.ts";
import type { Moments } from "../train/layers/batch-norm.ts";
import { runNodes, type TrainingMode } from "../train/layers/layers.ts";
import { clusterLogits, maskedLoss, type PretrainingHead } from "./masked-loss.ts";
import { type PretrainingNetwork, tokenTensor } from "./network.ts";
import { CLUSTER_VECTORS, MASKED_TOKEN, PROJECTION_BIAS, PROJECTION_WEIGHT, trainedKeys } from "./state.ts";

export interface MaskedBatch {
  readonly size: number;
  /** [size][samples] in millivolts */
  readonly signals: Float32Array;
  /** The cluster of each token, [size * tokens]. */
  readonly clusters: Int32Array;
  /** [size * tokens], 1 where masked */
  readonly mask: Uint8Array;
}

export interface MaskedGradients {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly moments: ReadonlyMap<string, Moments>;
  /** The likeliest cluster of each token, [size * tokens]. */
  readonly guesses: Int32Array;
}

/** Loss (see `maskedLoss`) and its gradient for every trained tensor. Needs a selected backend. */
export function maskedGradients(
  network: PretrainingNetwork,
  weights: ReadonlyMap<string, Tensor>,
  batch: MaskedBatch,
): MaskedGradients {
  const keys = trainedKeys(network, weights);
  const moments = new Map<string, Moments>();
  const training: TrainingMode = {
    frozen: NOTHING_FROZEN,
    onMoments: (node, batchMoments) => moments.set(node, batchMoments),
    dropoutMask: () => {
      throw new Error("no node of an encoder drops out");
    },
  };
  let loss = Number.NaN;
  let guesses: Int32Array = new Int32Array(0);
  let gradients: ReadonlyMap<string, Float32Array> = new Map();
  tf.tidy(() => {
    const batchLoss = (...tensors: tf.Tensor[]) => {
      const named = new Map(keys.map((key, index) => [key, tensors[index]]));
      const hidden = hiddenStates(network, named, batch, training);
      const logits = clusterLogits(hidden, headOf(named));
      guesses = logits.argMax(1).dataSync() as Int32Array;
      return maskedLoss(logits, batch.clusters, batch.mask);
    };
    const tensors = keys.map((key) => {
      const { shape, data } = weights.get(key) as Tensor;
      return tf.tensor(data, [...shape]);
    });
    const { value, grads } = tf.valueAndGrads(batchLoss)(tensors);
    gradients = new Map(keys.map((key, index) => [key, grads[index].dataSync() as Float32Array]));
    loss = value.dataSync()[0];
  });
  return { loss, gradients, moments, guesses };
}

/** @returns [size * tokens][width] behind the last block, the masked tokens replaced by the one learned vector */
function hiddenStates(
  network: PretrainingNetwork,
  weights: ReadonlyMap<string, tf.Tensor>,
  { size, signals, mask }: MaskedBatch,
  training: TrainingMode,
): tf.Tensor2D {
  const x = tf.tensor3d(signals, [size, signals.length / size, 1]);
  const tokens = runNodes(network.stem, new Map([[INPUT, x]]), weights, training);
  const [, rows, width] = tokens.shape;
  const covered = tf.tensor3d(Float32Array.from(mask), [size, rows, 1]);
  const seen = tf.mul(tokens, tf.sub(1, covered));
  const masked = tf.add(seen, tf.mul(covered, weights.get(MASKED_TOKEN) as tf.Tensor)) as tf.Tensor3D;
  const hidden = runNodes(network.encoder, new Map([[tokenTensor(network), masked]]), weights, training);
  return hidden.reshape([size * rows, width]);
}

function headOf(weights: ReadonlyMap<string, tf.Tensor>): PretrainingHead {
  return {
    projection: weights.get(PROJECTION_WEIGHT) as tf.Tensor2D,
    bias: weights.get(PROJECTION_BIAS) as tf.Tensor1D,
    labels: weights.get(CLUSTER_VECTORS) as tf.Tensor2D,
  };
}
