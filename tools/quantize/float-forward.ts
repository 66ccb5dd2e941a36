import type {
  AveragePoolNode,
  Conv1dNode,
  DepthwiseConv1dNode,
  Graph,
  GraphNode,
  MaxPoolNode,
  WeightedNode,
} from "../graph/graph.ts";
import { INPUT, inputsOf, outputBounds } from "../graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../graph/model.ts";
import { outputRows } from "../graph/shapes.ts";
import type { ChannelAffine } from "./layer-weights.ts";
import { matrixProduct } from "./matrix-product.ts";

/** A float tensor, [rows][channels]. */
export interface Rows {
  readonly rows: number;
  readonly channels: number;
  readonly data: Float32Array;
}

type Bounds = readonly [number, number];

/** A conv or dense node's weights as they are multiplied, [outChannel][k], and what follows the sum. */
export interface NodeWeights {
  readonly values: Float32Array;
  readonly affine: ChannelAffine;
}

/** The network's input of a crop: conditioned samples in millivolts. */
export function inputRows(samples: Int16Array): Rows {
  return {
    rows: samples.length,
    channels: 1,
    data: Float32Array.from(samples, (count) => count * INPUT_MILLIVOLTS_PER_COUNT),
  };
}

/**
 * Runs a float network over one crop, taken as a record of its own with virtual zero rows around it, as in training.
 * Every node's rows by its name, "input" included; the last node has one row, the decision at the end of the crop.
 */
export function forward(
  graph: Graph,
  weights: ReadonlyMap<string, NodeWeights>,
  samples: Int16Array,
): ReadonlyMap<string, Rows> {
  const tensors = new Map<string, Rows>([[INPUT, inputRows(samples)]]);
  for (const node of graph.nodes) {
    const inputs = inputsOf(node).map((name) => tensors.get(name) as Rows);
    tensors.set(node.name, runNode(node, inputs, weights.get(node.name)));
  }
  return tensors;
}

/** One node's rows. Throws RangeError where a weighted node has no weights. */
export function runNode(node: GraphNode, inputs: readonly Rows[], weights?: NodeWeights): Rows {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d":
    case "dense":
      if (!weights) throw new RangeError(`node ${node.name} has no weights`);
      return applyAffine(rawSums(node, inputs[0], weights.values), weights.affine, boundsOf(node));
    case "add":
      return add(inputs[0], inputs[1], outputBounds(node));
    case "maxPool":
      return maxPool(node, inputs[0]);
    case "averagePool":
      return averagePool(node, inputs[0]);
  }
}

/** The sums of a conv or dense node before batch norm, bias and activation. @param values [outChannel][k] */
export function rawSums(node: WeightedNode, input: Rows, values: Float32Array): Rows {
  if (node.op === "conv1d") return matrixProduct(patches(node, input), values);
  if (node.op === "depthwiseConv1d") return depthwiseSums(node, input, values);
  const rows = outputRows(node, input.rows);
  const fanIn = node.columns * input.channels;
  return matrixProduct({ rows, channels: fanIn, data: input.data.subarray(0, rows * fanIn) }, values);
}

/** Row j holds the taps of column j side by side. */
function patches(node: Conv1dNode, input: Rows): Rows {
  const { channels } = input;
  const rows = outputRows(node, input.rows);
  const fanIn = node.kernel * channels;
  const data = new Float32Array(rows * fanIn);
  for (let row = 0; row < rows; row++) {
    for (let tap = 0; tap < node.kernel; tap++) {
      const from = row * node.stride - node.padLeft + tap * node.dilation;
      if (from < 0 || from >= input.rows) continue;
      const to = row * fanIn + tap * channels;
      for (let channel = 0; channel < channels; channel++) data[to + channel] = input.data[from * channels + channel];
    }
  }
  return { rows, channels: fanIn, data };
}

/** @param values [channel][tap] */
function depthwiseSums(node: DepthwiseConv1dNode, input: Rows, values: Float32Array): Rows {
  const { channels } = input;
  const { kernel, stride, dilation, padLeft } = node;
  const rows = outputRows(node, input.rows);
  const data = new Float32Array(rows * channels);
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0; tap < kernel; tap++) {
        const from = row * stride - padLeft + tap * dilation;
        if (from < 0 || from >= input.rows) continue;
        sum += input.data[from * channels + channel] * values[channel * kernel + tap];
      }
      data[row * channels + channel] = sum;
    }
  }
  return { rows, channels, data };
}

/** Bounds of what follows a weighted node's affine. */
export function boundsOf(node: WeightedNode): Bounds {
  return node.op === "dense" ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : outputBounds(node);
}

/** gain * sum + offset, channel by channel, between the bounds. */
export function applyAffine(sums: Rows, { gain, offset }: ChannelAffine, [low, high]: Bounds): Rows {
  const data = new Float32Array(sums.data.length);
  for (let row = 0, at = 0; row < sums.rows; row++) {
    for (let channel = 0; channel < sums.channels; channel++, at++) {
      data[at] = Math.min(high, Math.max(low, gain[channel] * sums.data[at] + offset[channel]));
    }
  }
  return { ...sums, data };
}

function add(a: Rows, b: Rows, [low, high]: Bounds): Rows {
  const rows = Math.min(a.rows, b.rows);
  const data = new Float32Array(rows * a.channels);
  for (let at = 0; at < data.length; at++) {
    data[at] = Math.min(high, Math.max(low, a.data[at] + b.data[at]));
  }
  return { rows, channels: a.channels, data };
}

function maxPool(node: MaxPoolNode, input: Rows): Rows {
  const { channels } = input;
  const rows = outputRows(node, input.rows);
  const data = new Float32Array(rows * channels).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let tap = 0; tap < node.kernel; tap++) {
      for (let channel = 0; channel < channels; channel++) {
        const value = input.data[(row * node.stride + tap) * channels + channel];
        if (value > data[row * channels + channel]) data[row * channels + channel] = value;
      }
    }
  }
  return { rows, channels, data };
}

/** The last decision of the crop alone. */
function averagePool(node: AveragePoolNode, input: Rows): Rows {
  const { channels } = input;
  const decisions = outputRows(node, input.rows);
  const end = Math.min(input.rows, node.warmup + (decisions - 1) * node.hop);
  const start = Math.max(0, end - node.window);
  const data = new Float32Array(channels);
  for (let row = start; row < end; row++) {
    for (let channel = 0; channel < channels; channel++)
      data[channel] += input.data[row * channels + channel] / (end - start);
  }
  return { rows: decisions > 0 ? 1 : 0, channels, data };
}
