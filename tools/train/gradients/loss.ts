import * as tf from "@tensorflow/tfjs";
import type { Targets } from "../batches/targets.ts";
import type { Distillation } from "../recipe/options.ts";

/**
 * The mean loss of a batch. Without teachers, weighted cross-entropy. With them (Hinton et al. 2015), of their weight a:
 * (1 - a) * cross-entropy + a * T^2 * KL(teachers at T || student at T); T^2 keeps the gradient's size.
 * @param logits [size][classes]
 */
export function lossOf(logits: tf.Tensor2D, { hard, soft }: Targets, { weight, temperature }: Distillation): tf.Scalar {
  const [size] = logits.shape;
  const towardsLabels = crossEntropy(logits, hard, size);
  if (!soft) return towardsLabels;
  const entropy = -soft.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0) / size;
  const divergence = tf.sub(crossEntropy(tf.mul(logits, 1 / temperature), soft, size), entropy);
  return tf.add(tf.mul(towardsLabels, 1 - weight), tf.mul(divergence, weight * temperature ** 2));
}

/** -sum(targets * log softmax(logits)) / size */
function crossEntropy(logits: tf.Tensor2D, targets: Float32Array, size: number): tf.Scalar {
  const shares = tf.tensor2d(targets, logits.shape);
  return tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), shares)), size)) as tf.Scalar;
}
