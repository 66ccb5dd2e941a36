import * as tf from "@tensorflow/tfjs";
import type { DepthwiseConv1dNode } from "../../graph/graph.ts";
import { outputRows } from "../../graph/output-rows.ts";
import {
  DEPTHWISE_FILTER_GRADIENT_KERNEL,
  DEPTHWISE_INPUT_GRADIENT_KERNEL,
  DEPTHWISE_KERNEL,
  type DepthwiseAttributes,
} from "../kernels/depthwise-conv.ts";
import { dilate } from "./dilate.ts";

/** The depthwise convolution of a node: x [batch][rows][channels] * weight [kernel][channels] -> [batch][rows'][channels]. */
export function depthwiseConv1d(x: tf.Tensor3D, weight: tf.Tensor2D, node: DepthwiseConv1dNode): tf.Tensor3D {
  if (tf.getKernel(DEPTHWISE_KERNEL, tf.getBackend())) return fusedConv(x, weight, node);
  return dilate(x, node, (rows, stride, padLeft, padRight) => plainConv(rows, weight, stride, padLeft, padRight));
}

function fusedConv(x: tf.Tensor3D, weight: tf.Tensor2D, node: DepthwiseConv1dNode): tf.Tensor3D {
  const [batch, inRows, channels] = x.shape;
  const { kernel, stride, dilation, padLeft } = node;
  const outRows = outputRows(node, inRows);
  const attrs: DepthwiseAttributes = { batch, inRows, outRows, channels, kernel, stride, dilation, padLeft };
  const run = (name: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel(name, inputs, { ...attrs }) as tf.Tensor;
  const convolve = tf.customGrad((...args) => {
    const [input, filter, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, filter]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => [
      run(DEPTHWISE_INPUT_GRADIENT_KERNEL, { dy, filter: saved[1] }),
      run(DEPTHWISE_FILTER_GRADIENT_KERNEL, { x: saved[0], dy }),
    ];
    return { value: run(DEPTHWISE_KERNEL, { x: input, filter }), gradFunc: gradFunc as never };
  });
  return convolve(x, weight) as tf.Tensor3D;
}

function plainConv(
  x: tf.Tensor3D,
  weight: tf.Tensor2D,
  stride: number,
  padLeft: number,
  padRight: number,
): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const padded = x.pad([
    [0, 0],
    [padLeft, padRight],
    [0, 0],
  ]);
  // One stride for both axes, and the padding apart: libtensorflow takes no other stride, and tfjs-node leaves an
  // explicit padding out of the gradient.
  const out = tf.depthwiseConv2d(
    padded.reshape([batch, 1, rows + padLeft + padRight, channels]) as tf.Tensor4D,
    weight.reshape([1, weight.shape[0], channels, 1]) as tf.Tensor4D,
    stride,
    "valid",
  );
  return out.reshape([batch, out.shape[2], channels]);
}
