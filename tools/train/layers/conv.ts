import * as tf from "@tensorflow/tfjs";
import type { Conv1dNode } from "../../graph/graph.ts";
import { dilate } from "./dilate.ts";
import { groupedConv } from "./grouped-conv.ts";

/**
 * The convolution of a node, with its own padding: x [batch][rows][in] * weight [kernel][in / groups][out] ->
 * [batch][rows'][out].
 */
export function conv1d(x: tf.Tensor3D, weight: tf.Tensor3D, node: Conv1dNode): tf.Tensor3D {
  const { groups = 1 } = node;
  return dilate(x, node, (rows, stride, padLeft, padRight) =>
    groups === 1
      ? plainConv(rows, weight, stride, padLeft, padRight)
      : groupedConv(rows, weight, groups, stride, [padLeft, padRight]),
  );
}

function plainConv(
  x: tf.Tensor3D,
  weight: tf.Tensor3D,
  stride: number,
  padLeft: number,
  padRight: number,
): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [0, 0],
    [padLeft, padRight],
    [0, 0],
  ];
  const out = tf.conv2d(
    x.reshape([batch, 1, rows, channels]) as tf.Tensor4D,
    weight.reshape([1, ...weight.shape]) as tf.Tensor4D,
    [1, stride],
    pad,
  );
  return out.reshape([batch, out.shape[2], out.shape[3]]);
}
