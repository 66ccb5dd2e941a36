import { finish, rawSums, runNode } from "../../forward/float-forward.ts";
import {
  type ChannelAffine,
  type ChannelStatistics,
  foldBatchNorm,
  type LayerWeights,
  layerWeights,
  nodeWeights,
} from "../../forward/layer-weights.ts";
import { inputRows, type Rows } from "../../forward/rows.ts";
import { INPUT, inputsOf, isWeighted } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { channelStatistics, movedStatistics } from "../batch-norm-statistics.ts";
import type { KeptChannels } from "./prune-channels.ts";

/** Mean and variance of the sums of every conv and dense node over crops, before batch norm and bias. */
type SumStatistics = ReadonlyMap<string, ChannelStatistics>;

/** Computes every node's rows on each crop, and the statistics of all sums. */
export function runCrops(model: FloatModel, crops: readonly Int16Array[]) {
  return walk(model, crops, (layer) => foldBatchNorm(layer));
}

/**
 * Settles a pruned model: its batch norms, or its biases where there are none, follow the sums of its layers, which lost the means of the
 * channels that left.
 * @param before statistics of the whole model on the same crops @param kept channels of each node that lost some
 */
export function settleSums(
  model: FloatModel,
  crops: readonly Int16Array[],
  before: SumStatistics,
  kept: KeptChannels,
): FloatModel {
  const weights = new Map(model.weights);
  walk(model, crops, (layer, after) => {
    const { name, norm } = layer;
    const whole = keptStatistics(before, name, kept);
    if (norm) {
      const moved = movedStatistics(norm, whole, after);
      weights.set(`${name}.mean`, vector(moved.mean));
      weights.set(`${name}.variance`, vector(moved.variance));
      return foldBatchNorm(layer, moved);
    }
    const bias = layer.bias.map((value, channel) => value + whole.mean[channel] - after.mean[channel]);
    if (weights.has(`${name}.bias`)) weights.set(`${name}.bias`, vector(bias));
    return foldBatchNorm(weights.has(`${name}.bias`) ? { ...layer, bias } : layer);
  });
  return { ...model, weights };
}

function keptStatistics(before: SumStatistics, name: string, kept: KeptChannels): ChannelStatistics {
  const { mean, variance } = before.get(name) as ChannelStatistics;
  const channels = kept.get(name) ?? Array.from(mean, (_, channel) => channel);
  return { mean: channels.map((channel) => mean[channel]), variance: channels.map((channel) => variance[channel]) };
}

function vector(values: ArrayLike<number>): Tensor {
  return { shape: [values.length], data: Float32Array.from(values) };
}

/** Runs all crops node by node. @param affineOf finds the gains and offsets after a layer's sums by their statistics */
function walk(
  model: FloatModel,
  crops: readonly Int16Array[],
  affineOf: (layer: LayerWeights, found: ChannelStatistics) => ChannelAffine,
) {
  const layers = layerWeights(model);
  const weights = nodeWeights(model);
  const rows = new Map<string, readonly Rows[]>([[INPUT, crops.map(inputRows)]]);
  const statistics = new Map<string, ChannelStatistics>();
  for (const node of model.graph.nodes) {
    const inputs = inputsOf(node).map((name) => rows.get(name) as readonly Rows[]);
    const layer = layers.get(node.name);
    if (isWeighted(node) && layer) {
      const sums = inputs[0].map((input) => rawSums(node, input, layer.values));
      const found = channelStatistics(sums);
      statistics.set(node.name, found);
      const affine = affineOf(layer, found);
      const made = sums.map((sum) => finish(node, sum, affine));
      rows.set(node.name, made);
    } else {
      const inputsOfCrop = (crop: number) => inputs.map((input) => input[crop]);
      const made = crops.map((_, crop) => runNode(node, inputsOfCrop(crop), weights.get(node.name)));
      rows.set(node.name, made);
    }
  }
  return { rows, statistics };
}
