import { largestWeight, type WeightGrid } from "../../export/quantized-network.ts";
import { leastErrorScale } from "./least-error-scale.ts";

/** How a channel's scale is chosen: its largest weight on the grid's end, or the least squared error. */
export type ScaleMethod = "minMax" | "mse";

/** A channel without a weight other than zero still needs a scale. */
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
