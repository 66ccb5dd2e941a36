import { largestWeight, type WeightGrid } from "../../export/quantized-network.ts";
import type { Width } from "../width.ts";
import { type QuantizedLevels, squaredError } from "./quantized-levels.ts";
import { roundToGrid } from "./round-to-grid.ts";

/** How a channel's scale is chosen: its largest weight on the grid's end, or the least squared error. */
export type ScaleMethod = "minMax" | "mse";

/** A channel without a weight other than zero still needs a scale. */
const LEAST_SCALE = 1e-12;
const CANDIDATES = 20;
const REFINEMENTS = 2;

/**
 * Quantizes a layer's weights symmetrically, one scale an output channel. Two and three bits take the grid with the
 * lower squared error of mid-tread and mid-rise; one bit has the mid-rise grid alone, more than three the mid-tread.
 * @param values [outChannel][k]
 */
export function quantizeWeights(
  values: Float32Array,
  outChannels: number,
  width: Width,
  method: ScaleMethod,
): QuantizedLevels {
  const candidates = gridsOf(width).map(({ grid, bits }) => quantizeOnGrid(values, outChannels, grid, bits, method));
  return candidates.reduce((best, other) => (squaredError(other, values) < squaredError(best, values) ? other : best));
}

function gridsOf(width: Width): readonly { grid: WeightGrid; bits: number }[] {
  if (width === "ternary") return [{ grid: "ternary", bits: 2 }];
  if (width === 1) return [{ grid: "midRise", bits: 1 }];
  const midTread = { grid: "midTread", bits: width } as const;
  return width <= 3 ? [midTread, { grid: "midRise", bits: width }] : [midTread];
}

/** Quantizes on one grid. Throws RangeError on a weight that is not finite. */
export function quantizeOnGrid(
  values: Float32Array,
  outChannels: number,
  grid: WeightGrid,
  bits: number,
  method: ScaleMethod,
): QuantizedLevels {
  const fanIn = values.length / outChannels;
  const levels = new Int8Array(values.length);
  const scale = new Float64Array(outChannels);
  for (let channel = 0; channel < outChannels; channel++) {
    const row = values.subarray(channel * fanIn, (channel + 1) * fanIn);
    const broken = row.find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new RangeError(`output channel ${channel} has the weight ${broken}, expected a number`);
    const start = Math.max(LEAST_SCALE, largestMagnitude(row) / largestWeight(grid, bits));
    scale[channel] = method === "minMax" ? start : leastErrorScale(row, start, grid, bits);
    row.forEach((value, k) => {
      levels[channel * fanIn + k] = roundToGrid(value / scale[channel], grid, bits);
    });
  }
  return { grid, bits, levels, scale };
}

/** Scans scales from the min-max one down, then alternates least squares and rounding, which never raises the error. */
function leastErrorScale(row: Float32Array, start: number, grid: WeightGrid, bits: number): number {
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
      if (!(fit.leastSquaresScale > LEAST_SCALE)) break;
      scale = fit.leastSquaresScale;
    }
  }
  return best;
}

/** The squared error at a scale, and the scale that fits the same integers best: sum(w q) / sum(q q). */
function fitOf(row: Float32Array, scale: number, grid: WeightGrid, bits: number) {
  let error = 0;
  let products = 0;
  let squares = 0;
  for (const value of row) {
    const level = roundToGrid(value / scale, grid, bits);
    error += (value - level * scale) ** 2;
    products += value * level;
    squares += level * level;
  }
  return { error, leastSquaresScale: squares > 0 ? products / squares : 0 };
}

function largestMagnitude(row: Float32Array): number {
  return row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
