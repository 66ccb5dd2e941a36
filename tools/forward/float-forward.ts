import { decisionSpans } from "../graph/decision-spans.ts";
import { gelu } from "../graph/gelu.ts";
import type {
  Activation,
  AveragePoolNode,
  Conv1dNode,
  DepthwiseConv1dNode,
  Graph,
  GraphNode,
  MaxPoolNode,
  WeightedNode,
  WindowNode,
} from "../graph/graph.ts";
import { INPUT, inputsOf, outputBounds } from "../graph/graph.ts";
import { outputRows } from "../graph/output-rows.ts";
import { attention } from "./attention.ts";
import type { ChannelAffine, NodeWeights } from "./layer-weights.ts";
import { matrixProduct } from "./matrix-product.ts";
import { normalChannels, normalRows } from "./norms.ts";
import { inputRows, type Rows } from "./rows.ts";

type Bounds = readonly [number, number];
const UNBOUNDED: Bounds = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/**
 * Runs a float network over one crop, taken as a record of its own with virtual zero rows around it, as in training. The result has
 * every node's rows by its name, "input" included; the last node has one row, the decision at the end of the crop.
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

/** Computes one node's rows. Throws RangeError where a weighted node has no weights. */
export function runNode(node: GraphNode, inputs: readonly Rows[], weights?: NodeWeights): Rows {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d":
    case "dense":
      return finish(node, rawSums(node, inputs[0], weightsOf(node, weights).values), weightsOf(node, weights).affine);
    case "groupNorm":
      return applyAffine(
        normalChannels(inputs[0]),
        weightsOf(node, weights).affine,
        outputBounds(node),
        node.activation,
      );
    case "layerNorm":
      return applyAffine(normalRows(inputs[0]), weightsOf(node, weights).affine, UNBOUNDED);
    case "attention":
      return attention(inputs[0], inputs[1], inputs[2], node.heads);
    case "window":
      return lastSequence(node, inputs[0]);
    case "add":
      return add(inputs[0], inputs[1], outputBounds(node), node.activation);
    case "maxPool":
      return maxPool(node, inputs[0]);
    case "averagePool":
      return averagePool(node, inputs[0]);
  }
}

function weightsOf(node: GraphNode, weights?: NodeWeights): NodeWeights {
  if (!weights) throw new RangeError(`node ${node.name} has no weights`);
  return weights;
}

/** Applies batch norm or bias, activation and bounds to the sums of a weighted node. */
export function finish(node: WeightedNode, sums: Rows, affine: ChannelAffine): Rows {
  if (node.op === "dense") return applyAffine(sums, affine, UNBOUNDED);
  return applyAffine(sums, affine, outputBounds(node), node.activation);
}

/** Computes the sums of a conv or dense node before batch norm, bias and activation. @param values [outChannel][k] */
export function rawSums(node: WeightedNode, input: Rows, values: Float32Array): Rows {
  if (node.op === "conv1d") return convSums(node, input, values);
  if (node.op === "depthwiseConv1d") return depthwiseSums(node, input, values);
  const rows = outputRows(node, input.rows);
  const fanIn = node.columns * input.channels;
  return matrixProduct({ rows, channels: fanIn, data: input.data.subarray(0, rows * fanIn) }, values);
}

/** @param values [outChannel][tap][channel of its group] */
function convSums(node: Conv1dNode, input: Rows, values: Float32Array): Rows {
  const { groups = 1, outChannels } = node;
  if (groups === 1) return matrixProduct(patches(node, input), values);
  const rows = outputRows(node, input.rows);
  const data = new Float32Array(rows * outChannels);
  const made = outChannels / groups;
  for (let group = 0; group < groups; group++) {
    const read = channelsOf(input, group * (input.channels / groups), input.channels / groups);
    const part = values.subarray((group * values.length) / groups, ((group + 1) * values.length) / groups);
    const sums = matrixProduct(patches(node, read), part).data;
    for (let row = 0; row < rows; row++) {
      data.set(sums.subarray(row * made, (row + 1) * made), row * outChannels + group * made);
    }
  }
  return { rows, channels: outChannels, data };
}

/** Copies `count` consecutive channels. */
function channelsOf({ rows, channels, data }: Rows, from: number, count: number): Rows {
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    taken.set(data.subarray(row * channels + from, row * channels + from + count), row * count);
  }
  return { rows, channels: count, data: taken };
}

/** Lays the taps of column j side by side in row j. */
function patches(node: Conv1dNode | DepthwiseConv1dNode, input: Rows): Rows {
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

/**
 * Lays out the inputs of each group of a weighted node's output channels: a row for each output row, [k] in the order of its weights.
 * Every channel of a depthwise conv is a group.
 */
export function groupPatches(node: WeightedNode, input: Rows): readonly Rows[] {
  if (node.op === "dense") {
    const rows = outputRows(node, input.rows);
    const channels = node.columns * input.channels;
    return [{ rows, channels, data: input.data.subarray(0, rows * channels) }];
  }
  const groups = node.op === "depthwiseConv1d" ? input.channels : (node.groups ?? 1);
  const depth = input.channels / groups;
  return Array.from({ length: groups }, (_, group) =>
    patches(node, groups === 1 ? input : channelsOf(input, group * depth, depth)),
  );
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

/** Computes gain * sum + offset channel by channel, activated, between the bounds. */
function applyAffine(
  sums: Rows,
  { gain, offset }: ChannelAffine,
  [low, high]: Bounds,
  activation: Activation = "none",
): Rows {
  const isGelu = activation === "gelu";
  const data = new Float32Array(sums.data.length);
  for (let row = 0, at = 0; row < sums.rows; row++) {
    for (let channel = 0; channel < sums.channels; channel++, at++) {
      const value = gain[channel] * sums.data[at] + offset[channel];
      data[at] = Math.min(high, Math.max(low, isGelu ? gelu(value) : value));
    }
  }
  return { ...sums, data };
}

function add(a: Rows, b: Rows, [low, high]: Bounds, activation: Activation): Rows {
  const isGelu = activation === "gelu";
  const rows = Math.min(a.rows, b.rows);
  const data = new Float32Array(rows * a.channels);
  for (let at = 0; at < data.length; at++) {
    const sum = a.data[at] + b.data[at];
    data[at] = Math.min(high, Math.max(low, isGelu ? gelu(sum) : sum));
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

/** Averages the rows of the crop's last decision. */
function averagePool(node: AveragePoolNode, input: Rows): Rows {
  const { rows, channels, data: pooled } = lastSequence(node, input);
  const data = new Float32Array(channels);
  for (let at = 0; at < pooled.length; at++) data[at % channels] += pooled[at] / rows;
  return { rows: Math.min(1, rows), channels, data };
}

/** Finds the rows of the crop's last decision. */
function lastSequence(node: AveragePoolNode | WindowNode, { rows, channels, data }: Rows): Rows {
  const { start, end } = decisionSpans(node, rows).at(-1) ?? { start: 0, end: 0 };
  return { rows: end - start, channels, data: data.subarray(start * channels, end * channels) };
}
