import * as tf from "@tensorflow/tfjs";
import { BATCH_NORM_EPSILON } from "../graph/model.ts";

/** Mean and variance of one batch, per channel. */
export interface Moments {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Batch norm over all axes but the last with the batch's own moments (Ioffe and Szegedy 2015):
 * y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, variance biased. Its gradient is written by hand, which
 * takes a third of the passes that the chain rule over single operations takes:
 * dx = gamma * inv * (dy - mean(dy) - xhat * mean(dy * xhat)).
 * @param x [..][channels]
 * @param onMoments is given the batch's moments, for the running statistics
 */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  onMoments: (moments: Moments) => void,
): tf.Tensor {
  const channels = x.shape[x.rank - 1];
  const rows = x.size / channels;
  const normalise = tf.customGrad((...args) => {
    const [input, gain, offset, save] = args as unknown as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const flat = input.reshape([rows, channels]);
    const mean = tf.div(tf.sum(flat, 0), rows);
    const centred = tf.sub(flat, mean);
    const variance = tf.div(tf.sum(tf.square(centred), 0), rows);
    onMoments({ mean: mean.dataSync() as Float32Array, variance: variance.dataSync() as Float32Array });
    const inverse = tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
    save([centred, inverse, gain]);
    const value = tf.add(tf.mul(centred, tf.mul(inverse, gain)), offset).reshape(input.shape);
    return { value, gradFunc: batchNormGradient as never };
  });
  return normalise(x, gamma, beta);
}

function batchNormGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [centred, inverse, gain] = saved;
  const [rows, channels] = centred.shape as [number, number];
  const flat = dy.reshape([rows, channels]);
  const dBeta = tf.sum(flat, 0);
  const dGamma = tf.mul(tf.sum(tf.mul(flat, centred), 0), inverse);
  const scale = tf.mul(gain, inverse);
  const slope = tf.mul(scale, tf.mul(inverse, tf.div(dGamma, rows)));
  const dx = tf.sub(tf.mul(tf.sub(flat, tf.div(dBeta, rows)), scale), tf.mul(centred, slope));
  return [dx.reshape(dy.shape), dGamma, dBeta];
}

/** Batch norm with fixed moments, as one multiplication and one addition. */
export function batchNormWith(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
): tf.Tensor {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)));
}
