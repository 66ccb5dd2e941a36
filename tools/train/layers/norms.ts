import * as tf from "@tensorflow/tfjs";
import { NORM_EPSILON } from "../../graph/model.ts";
import { LAYER_NORM_GRADIENT_KERNEL, LAYER_NORM_KERNEL } from "../kernels/layer-norm.ts";

/** Each row over its channels: x [batch][rows][channels]. A backend that has the two fused kernels runs those. */
export function layerNorm(x: tf.Tensor3D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor3D {
  if (tf.getKernel(LAYER_NORM_KERNEL, tf.getBackend()) === undefined) return affine(normal(x, 2), gamma, beta);
  const normalise = tf.customGrad((...args) => {
    const [input, gain, offset, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const attrs = { epsilon: NORM_EPSILON };
    const inputs = { x: input, gamma: gain, beta: offset };
    const [value, mean, inverse] = tf.engine().runKernel(LAYER_NORM_KERNEL, inputs, attrs) as tf.Tensor[];
    save([input, gain, mean, inverse]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [rows, gains, means, inverses] = saved;
      const given = { dy, x: rows, gamma: gains, mean: means, inverse: inverses };
      return tf.engine().runKernel(LAYER_NORM_GRADIENT_KERNEL, given) as tf.Tensor[];
    };
    return { value, gradFunc: gradFunc as never };
  });
  return normalise(x, gamma, beta) as tf.Tensor3D;
}

/** Each channel over all rows of its batch item: x [batch][rows][channels]. */
export function groupNorm(x: tf.Tensor3D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor3D {
  return affine(normal(x, 1), gamma, beta);
}

function normal(x: tf.Tensor3D, axis: number): tf.Tensor3D {
  const centred = tf.sub(x, tf.mean(x, axis, true));
  const variance = tf.mean(tf.square(centred), axis, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, NORM_EPSILON)));
}

function affine(x: tf.Tensor3D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor3D {
  return tf.add(tf.mul(x, gamma), beta);
}
