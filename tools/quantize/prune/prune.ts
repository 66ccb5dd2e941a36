import type { FloatModel } from "../../graph/model.ts";
import { divergence } from "../loss/divergence.ts";
import type { SelectionCrop } from "../loss/selection-set.ts";
import { channelScores, type ScoreMethod } from "./channel-scores.ts";
import { type ChannelSet, channelSets } from "./channel-sets.ts";
import { type KeptChannels, pruneChannels } from "./prune-channels.ts";
import { runCrops, settleSums } from "./settle-sums.ts";

/** Shares of a set's channels that a search tries, ascending. */
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

interface PruneRequest {
  readonly model: FloatModel;
  readonly method: ScoreMethod;
  /** One share for all sets, below 1, or a budget of divergence in nats that a search shares out. */
  readonly amount: { readonly share: number } | { readonly divergenceBudget: number };
  /** Crops that scores and batch norms are computed on. */
  readonly calibration: readonly Int16Array[];
  /** Crops that a search judges by. */
  readonly crops: readonly SelectionCrop[];
  readonly onStep?: (step: PruneStep) => void;
}

interface PruneStep {
  readonly set: string;
  readonly share: number;
  /** KL divergence from the whole model, one standard error added. */
  readonly loss: number;
  readonly limit: number;
}

interface Pruned {
  readonly model: FloatModel;
  /** Share of each set's channels that left, by the set's first node. */
  readonly shares: Readonly<Record<string, number>>;
}

/**
 * Prunes whole channels (LAP): the channels of the least score leave every set, those of a residual sum together. A search takes the
 * sets in order. A set loses the largest share up to which the network stays within the set's part of the budget; the next set may use
 * the rest of that part. Throws RangeError where no channel can leave.
 */
export function prune(request: PruneRequest): Pruned {
  const { model, method, amount, calibration } = request;
  const sets = channelSets(model.graph).filter(({ channels }) => channels > 1);
  if (sets.length === 0) throw new RangeError(`graph ${model.graph.name} has no channels that could leave it`);
  const { rows, statistics } = runCrops(model, calibration);
  const scores = new Map(sets.map((set) => [set, channelScores(model, set, method, rows)]));
  const keptOf = (shares: ReadonlyMap<ChannelSet, number>): KeptChannels =>
    new Map(sets.flatMap((set) => keep(set, scores.get(set) as Float64Array, shares.get(set) ?? 0)));
  const prunedBy = (shares: ReadonlyMap<ChannelSet, number>) => {
    const kept = keptOf(shares);
    return settleSums(pruneChannels(model, kept), calibration, statistics, kept);
  };
  const shares = "share" in amount ? new Map(sets.map((set) => [set, amount.share])) : search(request, sets, prunedBy);
  return {
    model: prunedBy(shares),
    shares: Object.fromEntries([...shares].map(([set, share]) => [set.nodes[0], share])),
  };
}

/** Chooses the channels that every node of a set keeps: those of the highest scores, of equal scores the first. */
function keep({ nodes, channels }: ChannelSet, scores: Float64Array, share: number): [string, readonly number[]][] {
  const leaving = Math.min(channels - 1, Math.floor(channels * share + 1e-9));
  if (leaving === 0) return [];
  const order = Array.from(scores, (_, channel) => channel).sort((a, b) => scores[b] - scores[a] || a - b);
  const kept = order.slice(0, channels - leaving).sort((a, b) => a - b);
  return nodes.map((node) => [node, kept]);
}

function search(
  { amount, crops, onStep }: PruneRequest,
  sets: readonly ChannelSet[],
  prunedBy: (shares: ReadonlyMap<ChannelSet, number>) => FloatModel,
): ReadonlyMap<ChannelSet, number> {
  const budget = "divergenceBudget" in amount ? amount.divergenceBudget : 0;
  const shares = new Map<ChannelSet, number>();
  sets.forEach((set, index) => {
    const limit = (budget * (index + 1)) / sets.length;
    for (const share of SHARES) {
      const loss = lossOf(prunedBy(new Map([...shares, [set, share]])), crops);
      onStep?.({ set: set.nodes[0], share, loss, limit });
      if (loss > limit) break;
      shares.set(set, share);
    }
  });
  return shares;
}

/** Computes the mean divergence from the whole model's logits plus its standard error: a lucky selection set does not pass. */
function lossOf(model: FloatModel, crops: readonly SelectionCrop[]): number {
  const last = model.graph.nodes[model.graph.nodes.length - 1].name;
  const { rows } = runCrops(
    model,
    crops.map(({ samples }) => samples),
  );
  const distances = crops.map(({ floatLogits }, crop) =>
    divergence(floatLogits, Float64Array.from(rows.get(last)?.[crop].data ?? [])),
  );
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  const squares = distances.reduce((sum, distance) => sum + distance * distance, 0) / distances.length;
  return mean + Math.sqrt(Math.max(0, squares - mean * mean) / distances.length);
}
