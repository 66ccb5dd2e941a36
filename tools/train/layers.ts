import * as tf from "@tensorflow/tfjs";
import {
  type AveragePoolNode,
  type ConvNode,
  type DenseNode,
  type Graph,
  type GraphNode,
  INPUT,
  inputsOf,
  type MaxPoolNode,
  outputBounds,
} from "../graph/graph.ts";
import { outputRows } from "../graph/shapes.ts";
import { batchNorm, batchNormWith, bounded, type Moments } from "./batch-norm.ts";
import { conv1d } from "./conv.ts";
import { depthwiseConv1d } from "./depthwise-conv.ts";

export type Weights = ReadonlyMap<string, tf.Tensor>;

/** What training does differently from inference. */
export interface TrainingMode {
  onMoments(node: string, moments: Moments): void;
  /** The multiplier of each element of a dense layer's input, [batch][features]: 0, or 1 / (1 - rate). */
  dropoutMask(shape: readonly [number, number], rate: number): tf.Tensor2D;
}

/**
 * The network on a batch of signals.
 * @param x [batch][samples][1] in millivolts
 * @param training null for inference: running statistics, no dropout, and the decisions of a stream
 * @returns logits [batch * decisions][classes]; in training a crop is one decision
 */
export function forward(graph: Graph, weights: Weights, x: tf.Tensor3D, training: TrainingMode | null): tf.Tensor2D {
  const tensors = new Map<string, tf.Tensor3D>([[INPUT, x]]);
  for (const node of graph.nodes) {
    const inputs = inputsOf(node).map((name) => tensors.get(name) as tf.Tensor3D);
    tensors.set(node.name, run(node, inputs, weights, training));
  }
  const last = tensors.get(graph.nodes[graph.nodes.length - 1].name) as tf.Tensor3D;
  const [batch, decisions, classes] = last.shape;
  return last.reshape([batch * decisions, classes]);
}

function run(node: GraphNode, inputs: tf.Tensor3D[], weights: Weights, training: TrainingMode | null): tf.Tensor3D {
  const [x] = inputs;
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d":
      return conv(node, x, weights, training);
    case "add":
      return bounded(addRows(x, inputs[1]), outputBounds(node)) as tf.Tensor3D;
    case "maxPool":
      return maxPool(node, x);
    case "averagePool":
      return training ? x.mean(1, true) : averageDecisions(node, x);
    case "dense":
      return dense(node, x, weights, training);
  }
}

function conv(node: ConvNode, x: tf.Tensor3D, weights: Weights, training: TrainingMode | null): tf.Tensor3D {
  const part = (name: string) => weightNamed(weights, `${node.name}.${name}`) as tf.Tensor1D;
  const weight = weightNamed(weights, `${node.name}.weight`);
  let y: tf.Tensor =
    node.op === "conv1d" ? conv1d(x, weight as tf.Tensor3D, node) : depthwiseConv1d(x, weight as tf.Tensor2D, node);
  if (node.bias) y = tf.add(y, part("bias"));
  if (node.batchNorm && training) {
    const onMoments = (moments: Moments) => training.onMoments(node.name, moments);
    return batchNorm(y, part("gamma"), part("beta"), outputBounds(node), onMoments) as tf.Tensor3D;
  }
  if (node.batchNorm) y = batchNormWith(y, part("gamma"), part("beta"), part("mean"), part("variance"));
  return bounded(y, outputBounds(node)) as tf.Tensor3D;
}

/** A record may end between the last row of a strided convolution and that of its shortcut: a stream adds what both have. */
function addRows(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const rows = Math.min(a.shape[1], b.shape[1]);
  const cut = (x: tf.Tensor3D) => (x.shape[1] === rows ? x : x.slice([0, 0, 0], [-1, rows, -1]));
  return tf.add(cut(a), cut(b));
}

/** The maximum of `kernel` strided slices: the wasm backend has no gradient for its own pooling. */
function maxPool(node: MaxPoolNode, x: tf.Tensor3D): tf.Tensor3D {
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
function averageDecisions(node: AveragePoolNode, x: tf.Tensor3D): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const decisions = outputRows(node, rows);
  const pooling = new Float32Array(decisions * rows);
  for (let decision = 0; decision < decisions; decision++) {
    const end = Math.min(rows, node.warmup + decision * node.hop);
    const start = Math.max(0, end - node.window);
    pooling.fill(1 / (end - start), decision * rows + start, decision * rows + end);
  }
  const matrix = tf.tensor3d(pooling, [1, decisions, rows]);
  return tf.matMul(matrix, x).reshape([batch, decisions, channels]);
}

function dense(node: DenseNode, x: tf.Tensor3D, weights: Weights, training: TrainingMode | null): tf.Tensor3D {
  const [batch, rows, channels] = x.shape;
  const decisions = outputRows(node, rows);
  const features = node.columns * channels;
  let flat = x.slice([0, 0, 0], [batch, decisions * node.columns, channels]).reshape([batch * decisions, features]);
  if (training && node.dropout > 0)
    flat = tf.mul(flat, training.dropoutMask([batch * decisions, features], node.dropout));
  const weight = weightNamed(weights, `${node.name}.weight`) as tf.Tensor2D;
  const logits = tf.add(tf.matMul(flat as tf.Tensor2D, weight), weightNamed(weights, `${node.name}.bias`));
  return logits.reshape([batch, decisions, node.outFeatures]);
}

function weightNamed(weights: Weights, key: string): tf.Tensor {
  const tensor = weights.get(key);
  if (!tensor) throw new RangeError(`no weight is named ${key}`);
  return tensor;
}
