import * as tf from "@tensorflow/tfjs";
import { BATCH_NORM_EPSILON } from "../../graph/model.ts";
import { BATCH_NORM_GRADIENT_KERNEL, BATCH_NORM_KERNEL } from "../kernels/batch-norm.ts";

/** Mean and variance of one batch, per channel. */
export interface Moments {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Batch norm over all axes but the last with the batch's own moments (Ioffe and Szegedy 2015), and the bounds behind it,
 * such as a relu's: y = clip(gamma * (x - mean) / sqrt(variance + epsilon) + beta), variance biased. Its gradient is written by hand, which
 * takes a third of the passes that the chain rule over single operations takes:
 * dx = gamma * inverse * (dy - mean(dy) - xhat * mean(dy * xhat)). A backend that has the two fused kernels runs those.
 * @param x [..][channels]
 * @param bounds least and largest output: 0 and Infinity are a relu
 * @param onMoments is given the batch's moments, for the running statistics
 */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  [low, high]: readonly [number, number],
  onMoments: (moments: Moments) => void,
): tf.Tensor {
  const isFused = tf.getKernel(BATCH_NORM_KERNEL, tf.getBackend()) !== undefined;
  const forward = isFused ? fusedForward : plainForward;
  const gradient = isFused ? fusedGradient : plainGradient;
  const attrs = { epsilon: BATCH_NORM_EPSILON, low, high };
  const normalise = tf.customGrad((...args) => {
    const [input, gain, offset, save] = args as unknown as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const [value, mean, variance] = forward(input, gain, offset, attrs);
    onMoments({ mean: mean.dataSync() as Float32Array, variance: variance.dataSync() as Float32Array });
    save([input, gain, offset, mean, variance]);
    return { value, gradFunc: ((dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, attrs)) as never };
  });
  return normalise(x, gamma, beta);
}

interface Attributes {
  readonly epsilon: number;
  readonly low: number;
  readonly high: number;
}

function fusedForward(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, attrs: Attributes): tf.Tensor[] {
  return tf.engine().runKernel(BATCH_NORM_KERNEL, { x, gamma, beta }, { ...attrs }) as tf.Tensor[];
}

function fusedGradient(dy: tf.Tensor, saved: tf.Tensor[], attrs: Attributes): tf.Tensor[] {
  const [x, gamma, beta, mean, variance] = saved;
  const inputs = { dy, x, gamma, beta, mean, variance };
  return tf.engine().runKernel(BATCH_NORM_GRADIENT_KERNEL, inputs, { ...attrs }) as tf.Tensor[];
}

function plainForward(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { epsilon, low, high }: Attributes,
): tf.Tensor[] {
  const { mean, variance } = tf.moments(rowsOf(x), 0);
  const y = affine(x, gamma, beta, mean, variance, epsilon);
  return [bounded(y, [low, high]), mean, variance];
}

function plainGradient(dy: tf.Tensor, saved: tf.Tensor[], { epsilon, low, high }: Attributes): tf.Tensor[] {
  const [x, gamma, beta, mean, variance] = saved;
  const rows = x.size / gamma.size;
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const y = affine(x, gamma, beta, mean, variance, epsilon);
  const isInside = tf.logicalAnd(tf.greater(y, low), tf.less(y, high));
  const given = rowsOf(tf.mul(dy, tf.cast(isInside, "float32")));
  const normal = tf.mul(tf.sub(rowsOf(x), mean), inverse);
  const dBeta = tf.sum(given, 0);
  const dGamma = tf.sum(tf.mul(given, normal), 0);
  const drift = tf.add(tf.div(dBeta, rows), tf.mul(normal, tf.div(dGamma, rows)));
  const dx = tf.mul(tf.sub(given, drift), tf.mul(gamma, inverse));
  return [dx.reshape(x.shape), dGamma, dBeta];
}

/** [rows][channels] */
function rowsOf(x: tf.Tensor): tf.Tensor2D {
  return x.reshape([-1, x.shape[x.rank - 1]]);
}

/** Batch norm with fixed moments. */
export function batchNormWith(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
): tf.Tensor {
  return affine(x, gamma, beta, mean, variance, BATCH_NORM_EPSILON);
}

/** x between two bounds; the gradient passes where neither cuts. */
export function bounded(x: tf.Tensor, [low, high]: readonly [number, number]): tf.Tensor {
  if (high === Number.POSITIVE_INFINITY) return low === 0 ? tf.relu(x) : x;
  return tf.clipByValue(x, low, high);
}

/** As one multiplication and one addition. */
function affine(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
}
