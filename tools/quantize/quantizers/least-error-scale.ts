import type { WeightGrid } from "../../export/quantized-network.ts";
import { roundToGrid } from "./round-to-grid.ts";

const CANDIDATES = 20;
const REFINEMENTS = 2;

/**
 * Finds the scale of the least squared error, clipped weights included. It scans scales from `start` down, and from each alternates
 * least squares and rounding, which never raises the error.
 */
export function leastErrorScale(row: Float32Array, start: number, grid: WeightGrid, bits: number): number {
  let best = start;
  let leastError = Number.POSITIVE_INFINITY;
  for (let candidate = CANDIDATES; candidate > 0; candidate--) {
    let scale = (start * candidate) / CANDIDATES;
    for (let round = 0; round <= REFINEMENTS; round++) {
      const fit = fitOf(row, scale, grid, bits);
      if (fit.error < leastError) {
        leastError = fit.error;
        best = scale;
      }
      if (fit.leastSquaresScale <= 0) break;
      scale = fit.leastSquaresScale;
    }
  }
  return best;
}

/** Computes the squared error at a scale, and the scale that fits the same integers best: sum(w q) / sum(q q). */
function fitOf(row: Float32Array, scale: number, grid: WeightGrid, bits: number) {
  let error = 0;
  let products = 0;
  let squares = 0;
  for (const value of row) {
    const integer = roundToGrid(value / scale, grid, bits);
    error += (value - integer * scale) ** 2;
    products += value * integer;
    squares += integer * integer;
  }
  return { error, leastSquaresScale: squares > 0 ? products / squares : 0 };
}
