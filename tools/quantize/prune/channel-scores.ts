import { foldedValues, type LayerWeights, layerWeights } from "../../forward/layer-weights.ts";
import type { Rows } from "../../forward/rows.ts";
import { type GraphNode, inputsOf, isWeighted } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { channelStatistics } from "../batch-norm-statistics.ts";
import type { ChannelSet } from "./channel-sets.ts";

/**
 * Scores of a channel. "magnitude": mean square of the weights that make the channel, batch norm folded. "effect": the part of the next
 * layers' sums that varies with the channel, its variance times the squares of the weights that read it; batch norm takes up the
 * constant part.
 */
export const SCORE_METHODS = ["magnitude", "effect"] as const;
export type ScoreMethod = (typeof SCORE_METHODS)[number];

/** Scores each channel of a set: the least score leaves first. @param rows rows of every node on some crops */
export function channelScores(
  model: FloatModel,
  set: ChannelSet,
  method: ScoreMethod,
  rows: ReadonlyMap<string, readonly Rows[]>,
): Float64Array {
  const layers = layerWeights(model);
  const scores = new Float64Array(set.channels);
  const isIn = (name: string) => set.nodes.includes(name);
  for (const node of model.graph.nodes) {
    if (!isWeighted(node)) continue;
    const layer = layers.get(node.name) as LayerWeights;
    if (method === "magnitude" && isIn(node.name)) addInShares(scores, producedSquares(layer));
    if (method === "effect" && isIn(node.input) && node.op !== "depthwiseConv1d") {
      const { variance } = channelStatistics(rows.get(node.input) as readonly Rows[]);
      addInShares(
        scores,
        readSquares(node, layer, set.channels).map((sum, channel) => sum * variance[channel]),
      );
    }
  }
  return scores;
}

/** Adds a layer's scores as shares of their sum, so that layers of any scale count alike. */
function addInShares(scores: Float64Array, own: Float64Array): void {
  const total = own.reduce((sum, score) => sum + score, 0) || 1;
  for (const [channel, score] of own.entries()) scores[channel] += score / total;
}

function producedSquares(layer: LayerWeights): Float64Array {
  const squares = new Float64Array(layer.outChannels);
  for (const [index, value] of foldedValues(layer).entries()) squares[Math.floor(index / layer.fanIn)] += value * value;
  return squares;
}

/** Sums the squares of the folded weights that read each channel: their units are those of the sums after batch norm. */
function readSquares(node: GraphNode, layer: LayerWeights, channels: number): Float64Array {
  const squares = new Float64Array(channels);
  if (inputsOf(node).length !== 1) return squares;
  for (const [index, value] of foldedValues(layer).entries())
    squares[(index % layer.fanIn) % channels] += value * value;
  return squares;
}
