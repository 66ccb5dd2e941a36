import { largestWeight, type WeightGrid } from "../../export/quantized-network.ts";

/** Rounds to the nearest integer of a grid, saturated. `value` is in units of the scale. */
export function roundToGrid(value: number, grid: WeightGrid, bits: number): number {
  const limit = largestWeight(grid, bits);
  const nearest = grid === "midRise" ? 2 * Math.floor(value / 2) + 1 : Math.round(value);
  // Math.round may give -0, which is not equal to 0 byte for byte.
  return Math.min(limit, Math.max(-limit, nearest)) + 0;
}
