import * as tf from "@tensorflow/tfjs";
import {
  type AddNode,
  type ConvNode,
  type DenseNode,
  type Graph,
  type GraphNode,
  type GroupNormNode,
  INPUT,
  inputsOf,
  outputBounds,
} from "../../graph/graph.ts";
import { outputRows } from "../../graph/output-rows.ts";
import type { FrozenNodes } from "../freeze.ts";
import { attention } from "./attention.ts";
import { batchNorm, batchNormWith, bounded, type Moments } from "./batch-norm.ts";
import { conv1d } from "./conv.ts";
import { depthwiseConv1d } from "./depthwise-conv.ts";
import { gelu } from "./gelu.ts";
import { groupNorm, layerNorm } from "./norms.ts";
import { averageDecisions, maxPool } from "./pooling.ts";
import { cutSequences } from "./sequences.ts";

const UNBOUNDED = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

export type Weights = ReadonlyMap<string, tf.Tensor>;

/** The differences of training from inference. */
export interface TrainingMode {
  /** Nodes that run as in inference. */
  readonly frozen: FrozenNodes;
  onMoments(node: string, moments: Moments): void;
  /** Every node's tensor, [batch][rows][channels]. */
  onRows?(node: string, rows: tf.Tensor3D): void;
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
  const { nodes, windowSamples } = graph;
  const input = training || windowSamples === null ? x : wholeWindows(x, windowSamples);
  const at = nodes.findIndex(({ op }) => op === "window");
  const window = nodes[at];
  const tensors = new Map([[INPUT, input]]);
  let logits: tf.Tensor3D;
  if (training || window?.op !== "window") logits = runNodes(nodes, tensors, weights, training);
  else {
    const stream = runNodes(nodes.slice(0, at), tensors, weights, null);
    const behind = (rows: tf.Tensor3D) => runNodes(nodes.slice(at + 1), new Map([[window.name, rows]]), weights, null);
    logits = cutSequences(window, stream, behind);
  }
  const [batch, decisions, classes] = logits.shape;
  return logits.reshape([batch * decisions, classes]);
}

/**
 * Runs nodes in order on one sequence a batch item: a window node hands on what it is given.
 * @param tensors by node name, [batch][rows][channels]; those of the nodes are added
 * @returns the last node's
 */
export function runNodes(
  nodes: readonly GraphNode[],
  tensors: Map<string, tf.Tensor3D>,
  weights: Weights,
  training: TrainingMode | null,
): tf.Tensor3D {
  for (const node of nodes) {
    const inputs = inputsOf(node).map((name) => tensors.get(name) as tf.Tensor3D);
    const mode = training?.frozen.has(node.name) ? null : training;
    // What a node needs on its way is of no use behind it, but for the gradient, which keeps what it wants.
    const rows = tf.tidy(() => run(node, inputs, weights, mode));
    training?.onRows?.(node.name, rows);
    tensors.set(node.name, rows);
  }
  return tensors.get(nodes[nodes.length - 1].name) as tf.Tensor3D;
}

/** Each window a batch item of its own: [batch][samples][1] -> [batch * windows][windowSamples][1]; the rest is left out. */
function wholeWindows(x: tf.Tensor3D, windowSamples: number): tf.Tensor3D {
  const [batch, samples] = x.shape;
  const windows = Math.floor(samples / windowSamples);
  return x.slice([0, 0, 0], [batch, windows * windowSamples, 1]).reshape([batch * windows, windowSamples, 1]);
}

function run(node: GraphNode, inputs: tf.Tensor3D[], weights: Weights, training: TrainingMode | null): tf.Tensor3D {
  const [x] = inputs;
  const part = (name: string) => weightNamed(weights, `${node.name}.${name}`) as tf.Tensor1D;
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d":
      return conv(node, x, weights, training);
    case "add":
      return activated(addRows(x, inputs[1]), node);
    case "groupNorm":
      return activated(groupNorm(x, part("gamma"), part("beta")), node);
    case "layerNorm":
      return layerNorm(x, part("gamma"), part("beta"));
    case "attention":
      return attention(x, inputs[1], inputs[2], node.heads);
    case "window":
      return x;
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
    const isGelu = node.activation === "gelu";
    y = batchNorm(y, part("gamma"), part("beta"), isGelu ? UNBOUNDED : outputBounds(node), onMoments);
    return (isGelu ? activated(y, node) : y) as tf.Tensor3D;
  }
  if (node.batchNorm) y = batchNormWith(y, part("gamma"), part("beta"), part("mean"), part("variance"));
  return activated(y as tf.Tensor3D, node);
}

function activated<T extends tf.Tensor>(x: T, node: ConvNode | AddNode | GroupNormNode): T {
  const y = node.activation === "gelu" ? gelu(x) : x;
  return bounded(y, outputBounds(node)) as T;
}

/** A record may end between the last row of a strided convolution and that of its shortcut: a stream adds what both have. */
function addRows(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const rows = Math.min(a.shape[1], b.shape[1]);
  const cut = (x: tf.Tensor3D) => (x.shape[1] === rows ? x : x.slice([0, 0, 0], [-1, rows, -1]));
  return tf.add(cut(a), cut(b));
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
