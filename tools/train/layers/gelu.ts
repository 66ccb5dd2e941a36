import * as tf from "@tensorflow/tfjs";
import { GELU_GRADIENT_KERNEL, GELU_KERNEL } from "../kernels/gelu.ts";

/** x P(x), P the normal distribution's integral: exact, by erf, with its gradient P(x) + x p(x). */
export function gelu<T extends tf.Tensor>(x: T): T {
  const isFused = tf.getKernel(GELU_KERNEL, tf.getBackend()) !== undefined;
  const activate = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const gradient = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      isFused ? runKernel(GELU_GRADIENT_KERNEL, { dy, x: saved[0] }) : tf.mul(dy, slope(saved[0]));
    return {
      value: isFused ? runKernel(GELU_KERNEL, { x: input }) : tf.mul(input, integral(input)),
      gradFunc: gradient as never,
    };
  });
  return activate(x) as T;
}

function runKernel(name: string, inputs: tf.NamedTensorMap): tf.Tensor {
  return tf.engine().runKernel(name, inputs) as tf.Tensor;
}

function integral(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

function slope(x: tf.Tensor): tf.Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(integral(x), tf.mul(x, density));
}
