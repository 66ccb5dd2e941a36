import {
  OP_ADD,
  OP_ATTENTION,
  OP_AVERAGE_POOL,
  OP_CONV1D,
  OP_DENSE,
  OP_DEPTHWISE_CONV1D,
  OP_GROUP_NORM,
  OP_LAYER_NORM,
  OP_MAX_POOL,
  OP_WINDOW,
  TYPE_INT16,
} from "../../assembly/shared/ops.ts";
import { add } from "./add.ts";
import { attention } from "./attention.ts";
import { averagePool } from "./average-pool.ts";
import { conv1d } from "./conv1d.ts";
import { decisionEnds } from "./decision-ends.ts";
import type { Network } from "./decode-model.ts";
import { dense } from "./dense.ts";
import { depthwiseConv1d } from "./depthwise-conv1d.ts";
import { groupNorm } from "./group-norm.ts";
import type { Layer } from "./layer.ts";
import { layerNorm } from "./layer-norm.ts";
import { maxPool } from "./max-pool.ts";
import { crcOfRows, joinRows, type Rows } from "./rows.ts";
import { cutSequences } from "./window.ts";

export interface ReferenceDecision {
  /** Samples of the record that the decision covers, exclusive. */
  readonly sample: number;
  readonly classIndex: number;
  /** Integers: the logit is each / 2^logitFractionBits. */
  readonly logits: readonly number[];
}

export interface ReferenceRun {
  /** CRC-32 of every layer's rows. */
  readonly layerCrcs: readonly number[];
  /** Rows of every layer, per window: one entry for a streaming network. Behind a window layer its sequences are joined. */
  readonly windows: readonly (readonly Rows[])[];
  readonly decisions: readonly ReferenceDecision[];
}

/** The whole network over a whole record of conditioned samples, as NUMERICS.md defines it. */
export function runNetwork(network: Network, samples: Int16Array): ReferenceRun {
  const windowSamples = network.windowSamples || Math.max(1, samples.length);
  const windows: Rows[][] = [];
  const decisions: ReferenceDecision[] = [];
  const windowCount = network.windowSamples ? Math.ceil(samples.length / windowSamples) : 1;
  for (let first = 0; windows.length < windowCount; first += windowSamples) {
    const rows = network.windowSamples || samples.length;
    const layers = runLayers(network.layers, inputRows(samples.subarray(first, first + rows), rows));
    windows.push(layers);
    for (const { end, logits } of decisionsOf(network.layers, layers, rows)) {
      const sample = Math.min(samples.length, network.windowSamples ? first + windowSamples : end);
      decisions.push({ sample, classIndex: logits.indexOf(Math.max(...logits)), logits });
    }
  }
  const layerCrcs = network.layers.map((_, index) => crcOfRows(windows.map((layers) => layers[index])));
  return { layerCrcs, windows, decisions };
}

/** The input tensor of `rows` samples; what the record lacks of it is zero. */
function inputRows(samples: Int16Array, rows: number): Rows {
  const values = new Int32Array(rows);
  values.set(samples);
  return { rows, channels: 1, type: TYPE_INT16, values };
}

/** A tensor in the pieces that layers run on: one over the whole record, behind a window layer one a sequence. */
type Pieces = readonly Rows[];

function runLayers(layers: readonly Layer[], input: Rows): Rows[] {
  const tensors: Pieces[] = [[input]];
  for (const layer of layers) {
    const [a, b, c] = [layer.inputA, layer.inputB, layer.inputC].map((tensor) => tensors[tensor]);
    tensors.push(
      layer.op === OP_WINDOW
        ? cutSequences(layer, a[0])
        : a.map((piece, at) => runLayer(layer, piece, b?.[at], c?.[at])),
    );
  }
  return layers.map((layer, index) => joinRows(tensors[index + 1], layer.outChannels, layer.outType));
}

/** @param b,c the second and third input of the layers that have them */
function runLayer(layer: Layer, a: Rows, b: Rows, c: Rows): Rows {
  switch (layer.op) {
    case OP_CONV1D:
      return conv1d(layer, a);
    case OP_DEPTHWISE_CONV1D:
      return depthwiseConv1d(layer, a);
    case OP_ADD:
      return add(layer, a, b);
    case OP_MAX_POOL:
      return maxPool(layer, a);
    case OP_AVERAGE_POOL:
      return averagePool(layer, a);
    case OP_DENSE:
      return dense(layer, a);
    case OP_LAYER_NORM:
      return layerNorm(layer, a);
    case OP_GROUP_NORM:
      return groupNorm(layer, a);
    case OP_ATTENTION:
      return attention(layer, a, b, c);
    default:
      throw new RangeError(`layer op ${layer.op} is not known`);
  }
}

/** NUMERICS.md, "Decisions": each row of logits, and one past the last sample that its rows stand for. */
function decisionsOf(
  layers: readonly Layer[],
  outputs: readonly Rows[],
  samples: number,
): { end: number; logits: number[] }[] {
  const head = layers.find(({ op }) => op === OP_WINDOW || op === OP_AVERAGE_POOL || op === OP_DENSE) as Layer;
  const pooled = head.inputA === 0 ? samples : outputs[head.inputA - 1].rows;
  const strideSamples = totalStride(layers, head.inputA);
  const { rows, channels, values } = outputs[outputs.length - 1];
  const ends = head.op === OP_DENSE ? null : decisionEnds(head, pooled);
  return Array.from({ length: rows }, (_, row) => ({
    end: (ends ? ends[row] : (row + 1) * head.kernel) * strideSamples,
    logits: [...values.subarray(row * channels, (row + 1) * channels)],
  }));
}

/** Input samples to a row of a tensor. */
function totalStride(layers: readonly Layer[], tensor: number): number {
  if (tensor === 0) return 1;
  const layer = layers[tensor - 1];
  return totalStride(layers, layer.inputA) * (layer.op === OP_ADD ? 1 : layer.stride);
}
