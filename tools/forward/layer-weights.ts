import type { NormConstants } from "../export/quantized-network.ts";
import { isConv, isNorm, isWeighted } from "../graph/graph.ts";
import { BATCH_NORM_EPSILON, type FloatModel, weightOf } from "../graph/model.ts";
import { tensorShapes } from "../graph/shapes.ts";
import type { TensorShape } from "../graph/tensor-shape.ts";

/** The float weights of a conv or dense node, before batch norm. */
export interface LayerWeights {
  readonly name: string;
  readonly outChannels: number;
  /** Weights of one output channel. */
  readonly fanIn: number;
  /** [outChannel][k], k = tap * inChannels + channel; a conv counts the channels of one group, a depthwise conv has k = tap. */
  readonly values: Float32Array;
  readonly bias: Float32Array;
  readonly norm: BatchNorm | null;
}

interface BatchNorm extends ChannelStatistics {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
}

/** Mean and (biased) variance of each channel of a conv's raw sums. */
export interface ChannelStatistics {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
}

/** Batch norm and bias as they change a channel's raw sum: gain * sum + offset. */
export interface ChannelAffine {
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}

/** Weights of a conv or dense node, [outChannel][k], and the gains and offsets after the sum. A norm has no weights. */
export interface NodeWeights {
  readonly values: Float32Array;
  readonly affine: ChannelAffine;
}

/** Reads the weights of every conv and dense node, in the order of the graph. Throws RangeError on a missing tensor. */
export function layerWeights(model: FloatModel): ReadonlyMap<string, LayerWeights> {
  const shapes = tensorShapes(model.graph);
  const layers = new Map<string, LayerWeights>();
  for (const node of model.graph.nodes) {
    if (!isWeighted(node)) continue;
    const part = (key: string) => weightOf(model, `${node.name}.${key}`).data;
    const { channels: outChannels } = shapes.get(node.name) as TensorShape;
    const values = channelsFirst(part("weight"), outChannels);
    layers.set(node.name, {
      name: node.name,
      outChannels,
      fanIn: values.length / outChannels,
      values,
      bias: node.op === "dense" || node.bias ? part("bias") : new Float32Array(outChannels),
      norm:
        isConv(node) && node.batchNorm
          ? { gamma: part("gamma"), beta: part("beta"), mean: part("mean"), variance: part("variance") }
          : null,
    });
  }
  return layers;
}

/** Reads the parameters of every node that has any, batch norm folded, as `forward` takes them. */
export function nodeWeights(model: FloatModel): ReadonlyMap<string, NodeWeights> {
  const weights = new Map<string, NodeWeights>();
  for (const [name, layer] of layerWeights(model)) {
    weights.set(name, { values: layer.values, affine: foldBatchNorm(layer) });
  }
  for (const [name, { gamma, beta }] of normConstants(model)) {
    weights.set(name, { values: new Float32Array(), affine: { gain: gamma, offset: beta } });
  }
  return weights;
}

/** Reads the gains and offsets of every group norm and layer norm. Throws RangeError on a missing tensor. */
export function normConstants(model: FloatModel): ReadonlyMap<string, NormConstants> {
  const constants = model.graph.nodes.filter(isNorm).map(({ name }): [string, NormConstants] => {
    const [gamma, beta] = ["gamma", "beta"].map((part) => Float64Array.from(weightOf(model, `${name}.${part}`).data));
    return [name, { gamma, beta }];
  });
  return new Map(constants);
}

/**
 * Turns the axes of a weight tensor, [k][outChannel] as trained, to [outChannel][k]: quantizers, products and the packer take the
 * weights of one channel at a time.
 */
function channelsFirst(values: Float32Array, outChannels: number): Float32Array {
  const fanIn = values.length / outChannels;
  const transposed = new Float32Array(values.length);
  for (let k = 0; k < fanIn; k++) {
    for (let channel = 0; channel < outChannels; channel++) {
      transposed[channel * fanIn + k] = values[k * outChannels + channel];
    }
  }
  return transposed;
}

/** Folds batch norm: gain = gamma / sqrt(variance + eps), offset = beta + gain * (bias - mean). */
export function foldBatchNorm(layer: LayerWeights, statistics: ChannelStatistics | null = layer.norm): ChannelAffine {
  const gain = new Float64Array(layer.outChannels).fill(1);
  const offset = Float64Array.from(layer.bias);
  if (layer.norm === null || statistics === null) return { gain, offset };
  for (let channel = 0; channel < layer.outChannels; channel++) {
    gain[channel] = layer.norm.gamma[channel] / Math.sqrt(statistics.variance[channel] + BATCH_NORM_EPSILON);
    offset[channel] = layer.norm.beta[channel] + gain[channel] * (layer.bias[channel] - statistics.mean[channel]);
  }
  return { gain, offset };
}

/** Folds batch norm into the weights, [outChannel][k]; the paper's importance is computed from these. */
export function foldedValues(layer: LayerWeights): Float32Array {
  const { gain } = foldBatchNorm(layer);
  return layer.values.map((value, index) => value * gain[Math.floor(index / layer.fanIn)]);
}
