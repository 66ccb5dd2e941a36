import { type ConvNode, INPUT, inputsOf, isConv, isWeighted } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { channelStatistics, movedStatistics } from "../batch-norm-statistics.ts";
import { finish, inputRows, type Rows, rawSums, runNode } from "../float-forward.ts";
import { type ChannelStatistics, foldBatchNorm, layerWeights, nodeWeights } from "../layer-weights.ts";
import type { KeptChannels } from "./prune-channels.ts";

/** Of every batch norm of a model: its sums' mean and variance over crops. */
export type SumStatistics = ReadonlyMap<string, ChannelStatistics>;

/** Every node's rows on each crop, and the statistics of the sums in front of its batch norms. */
export function runCrops(model: FloatModel, crops: readonly Int16Array[]) {
  return walk(model, crops, (_, trained) => trained);
}

/**
 * A pruned model whose batch norms follow what its layers now sum: a channel that left took its mean along.
 * @param before of the whole model on the same crops @param kept channels of each node that lost some
 */
export function settleBatchNorm(
  model: FloatModel,
  crops: readonly Int16Array[],
  before: SumStatistics,
  kept: KeptChannels,
): FloatModel {
  const weights = new Map(model.weights);
  walk(model, crops, ({ name }, trained, after) => {
    const moved = movedStatistics(trained, keptStatistics(before, name, kept), after);
    weights.set(`${name}.mean`, vector(moved.mean));
    weights.set(`${name}.variance`, vector(moved.variance));
    return moved;
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

/** Runs all crops node by node; `statisticsOf` says which statistics a batch norm divides by. */
function walk(
  model: FloatModel,
  crops: readonly Int16Array[],
  statisticsOf: (node: ConvNode, trained: ChannelStatistics, found: ChannelStatistics) => ChannelStatistics,
) {
  const layers = layerWeights(model);
  const weights = nodeWeights(model);
  const rows = new Map<string, readonly Rows[]>([[INPUT, crops.map(inputRows)]]);
  const statistics = new Map<string, ChannelStatistics>();
  for (const node of model.graph.nodes) {
    const inputs = inputsOf(node).map((name) => rows.get(name) as readonly Rows[]);
    const layer = layers.get(node.name);
    if (isWeighted(node) && isConv(node) && layer?.norm) {
      const sums = inputs[0].map((input) => rawSums(node, input, layer.values));
      const found = channelStatistics(sums);
      statistics.set(node.name, found);
      const affine = foldBatchNorm(layer, statisticsOf(node, layer.norm, found));
      rows.set(
        node.name,
        sums.map((sum) => finish(node, sum, affine)),
      );
    } else {
      rows.set(
        node.name,
        crops.map((_, crop) =>
          runNode(
            node,
            inputs.map((input) => input[crop]),
            weights.get(node.name),
          ),
        ),
      );
    }
  }
  return { rows, statistics };
}
