import type { ChannelStatistics } from "../forward/layer-weights.ts";
import type { Rows } from "../forward/rows.ts";
import { BATCH_NORM_EPSILON } from "../graph/model.ts";

/** Computes mean and biased variance of each channel over the rows of all crops, as batch norm does in training. */
export function channelStatistics(crops: readonly Rows[]): ChannelStatistics {
  const channels = crops[0].channels;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let rows = 0;
  for (const crop of crops) {
    rows += crop.rows;
    for (let at = 0; at < crop.data.length; at++) {
      const value = crop.data[at];
      sums[at % channels] += value;
      squares[at % channels] += value * value;
    }
  }
  const mean = sums.map((sum) => sum / rows);
  return { mean, variance: squares.map((sum, channel) => Math.max(0, sum / rows - mean[channel] ** 2)) };
}

/**
 * Moves the statistics of training as far as the statistics on some crops move from the float network to the quantized one. The few
 * crops deviate by chance in both networks alike, and the deviation cancels.
 */
export function movedStatistics(
  trained: ChannelStatistics,
  before: ChannelStatistics,
  after: ChannelStatistics,
): ChannelStatistics {
  const channels = Array.from(trained.mean);
  return {
    mean: channels.map((mean, channel) => mean + after.mean[channel] - before.mean[channel]),
    variance: channels.map((_, channel) => {
      const ratio = (after.variance[channel] + BATCH_NORM_EPSILON) / (before.variance[channel] + BATCH_NORM_EPSILON);
      return (trained.variance[channel] + BATCH_NORM_EPSILON) * ratio - BATCH_NORM_EPSILON;
    }),
  };
}
