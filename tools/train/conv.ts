import * as tf from "@tensorflow/tfjs";
import type { Conv1dNode } from "../graph/graph.ts";

/**
 * The convolution of a node, with its own padding: x [batch][rows][in] * weight [kernel][in][out] -> [batch][rows'][out].
 * tfjs has no gradient for dilation, so a dilated convolution splits its rows into `dilation` interleaved sequences,
 * each a batch item of its own, and runs a plain one.
 */
export function conv1d(x: tf.Tensor3D, weight: tf.Tensor3D, node: Conv1dNode): tf.Tensor3D {
  if (node.dilation === 1) return plainConv(x, weight, node.stride, node.padLeft, node.padRight);
  if (node.stride !== 1) {
    throw new RangeError(
      `node ${node.name}: stride ${node.stride} with dilation ${node.dilation}; one of them must be 1`,
    );
  }
  const [batch, rows, channels] = x.shape;
  const { dilation, padLeft, padRight } = node;
  const padded = rows + padLeft + padRight;
  const sequenceRows = Math.ceil(padded / dilation);
  const outRows = padded - (node.kernel - 1) * dilation;
  const interleaved = x
    .pad([
      [0, 0],
      [padLeft, padRight + sequenceRows * dilation - padded],
      [0, 0],
    ])
    .reshape([batch, sequenceRows, dilation, channels])
    .transpose([0, 2, 1, 3])
    .reshape([batch * dilation, sequenceRows, channels]) as tf.Tensor3D;
  const out = plainConv(interleaved, weight, 1, 0, 0);
  const [, sequenceOut, outChannels] = out.shape;
  return out
    .reshape([batch, dilation, sequenceOut, outChannels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, sequenceOut * dilation, outChannels])
    .slice([0, 0, 0], [batch, outRows, outChannels]) as tf.Tensor3D;
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
