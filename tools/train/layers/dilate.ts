import type * as tf from "@tensorflow/tfjs";
import type { ConvNode } from "../../graph/graph.ts";

/** A convolution without dilation: x [batch][rows][in] -> [batch][rows'][out]. */
export type PlainConv = (x: tf.Tensor3D, stride: number, padLeft: number, padRight: number) => tf.Tensor3D;

/**
 * The convolution of a node by one without dilation, for which alone tfjs has gradients: a dilated convolution splits
 * its rows into `dilation` interleaved sequences, each a batch item of its own. Throws RangeError on stride and
 * dilation at once.
 */
export function dilate(x: tf.Tensor3D, node: ConvNode, plainConv: PlainConv): tf.Tensor3D {
  if (node.dilation === 1) return plainConv(x, node.stride, node.padLeft, node.padRight);
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
  const out = plainConv(interleaved, 1, 0, 0);
  const [, sequenceOut, outChannels] = out.shape;
  return out
    .reshape([batch, dilation, sequenceOut, outChannels])
    .transpose([0, 2, 1, 3])
    .reshape([batch, sequenceOut * dilation, outChannels])
    .slice([0, 0, 0], [batch, outRows, outChannels]) as tf.Tensor3D;
}
