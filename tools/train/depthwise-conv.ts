import * as tf from "@tensorflow/tfjs";
import type { DepthwiseConv1dNode } from "../graph/graph.ts";
import { dilate } from "./dilate.ts";

/** The depthwise convolution of a node: x [batch][rows][channels] * weight [kernel][channels] -> [batch][rows'][channels]. */
export function depthwiseConv1d(x: tf.Tensor3D, weight: tf.Tensor2D, node: DepthwiseConv1dNode): tf.Tensor3D {
  return dilate(x, node, (rows, stride, padLeft, padRight) => plainConv(rows, weight, stride, padLeft, padRight));
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
