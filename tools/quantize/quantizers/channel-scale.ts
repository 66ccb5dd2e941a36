import { largestWeight, type WeightGrid } from "../../export/quantized-network.ts";
import { leastErrorScale } from "./least-error-scale.ts";

/** Choices of a channel's scale: the largest weight lies on the grid's end, or the squared error is least. */
export const SCALE_METHODS = ["minMax", "mse"] as const;
export type ScaleMethod = (typeof SCALE_METHODS)[number];

/** The least scale: a channel of zeros needs a scale too. */
export const LEAST_SCALE = 1e-12;

/** The real value of one count for a channel's weights, > 0. */
type ChannelScale = (row: Float32Array, grid: WeightGrid, bits: number) => number;

const minMaxScale: ChannelScale = (row, grid, bits) => {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.max(LEAST_SCALE, largest / largestWeight(grid, bits));
};

export const CHANNEL_SCALES: Readonly<Record<ScaleMethod, ChannelScale>> = {
  minMax: minMaxScale,
  mse: (row, grid, bits) => leastErrorScale(row, minMaxScale(row, grid, bits), grid, bits),
};
