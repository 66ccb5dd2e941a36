import * as tf from "@tensorflow/tfjs";
import { decisionSpans } from "../../graph/decision-spans.ts";
import type { AveragePoolNode, MaxPoolNode } from "../../graph/graph.ts";
import { outputRows } from "../../graph/output-rows.ts";

/** The maximum of `kernel` strided slices: the wasm backend has no gradient for its own pooling. */
export function maxPool(node: MaxPoolNode, x: tf.Tensor3D): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const { kernel, stride } = node;
  const outRows = outputRows(node, rows);
  if (outRows === 0) throw new RangeError(`node ${node.name}: ${rows} rows are fewer than its kernel, ${kernel}`);
  // Rows for a whole stride behind each tap; what is padded is never a first row of a stride, so no maximum sees it.
  const padded = x.pad([
    [0, 0],
    [0, Math.max(0, kernel - 1 + outRows * stride - rows)],
    [0, 0],
  ]);
  const taps = Array.from(
    { length: kernel },
    (_, tap) =>
      padded
        .slice([0, tap, 0], [batch, outRows * stride, channels])
        .reshape([batch, outRows, stride, channels])
        .slice([0, 0, 0, 0], [batch, outRows, 1, channels])
        .reshape([batch, outRows, channels]) as tf.Tensor3D,
  );
  return taps.reduce((maximum, tap) => tf.maximum(maximum, tap));
}

/** Every decision of the stream, as the engine makes them: [batch][rows][channels] -> [batch][decisions][channels]. */
export function averageDecisions(node: AveragePoolNode, x: tf.Tensor3D): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const spans = decisionSpans(node, rows);
  const decisions = spans.length;
  const pooling = new Float32Array(decisions * rows);
  for (const [decision, { start, end }] of spans.entries()) {
    pooling.fill(1 / (end - start), decision * rows + start, decision * rows + end);
  }
  const matrix = tf.tensor3d(pooling, [1, decisions, rows]);
  return tf.matMul(matrix, x).reshape([batch, decisions, channels]);
}
