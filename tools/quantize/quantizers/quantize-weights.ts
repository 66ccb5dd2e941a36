import type { WeightGrid } from "../../export/quantized-network.ts";
import type { Width } from "../width.ts";
import { CHANNEL_SCALES, type ScaleMethod } from "./channel-scale.ts";
import { outputError, roundByOutputError } from "./output-error-rounding.ts";
import { type QuantizedLevels, squaredError } from "./quantized-levels.ts";
import { roundToGrid } from "./round-to-grid.ts";
import type { SecondMoments } from "./second-moments.ts";

/**
 * Quantizes a layer's weights symmetrically, one scale an output channel. Two and three bits take the grid with the
 * lower squared error of mid-tread and mid-rise; one bit has the mid-rise grid alone, more than three the mid-tread.
 * @param values [outChannel][k]
 * @param moments of the layer's input: rounds by the error of its output, and chooses the grid by that
 */
export function quantizeWeights(
  values: Float32Array,
  outChannels: number,
  width: Width,
  method: ScaleMethod,
  moments?: SecondMoments,
): QuantizedLevels {
  const candidates = gridsOf(width).map(({ grid, bits }) => {
    const nearest = quantizeOnGrid(values, outChannels, grid, bits, method);
    return moments ? roundByOutputError(nearest, values, moments) : nearest;
  });
  const error = (levels: QuantizedLevels) =>
    moments ? outputError(levels, values, moments) : squaredError(levels, values);
  return candidates.reduce((best, other) => (error(other) < error(best) ? other : best));
}

function gridsOf(width: Width): readonly { grid: WeightGrid; bits: number }[] {
  if (width === "ternary") return [{ grid: "ternary", bits: 2 }];
  if (width === 1) return [{ grid: "midRise", bits: 1 }];
  const midTread = { grid: "midTread", bits: width } as const;
  return width <= 3 ? [midTread, { grid: "midRise", bits: width }] : [midTread];
}

/** Quantizes on one grid, to the nearest integers. Throws RangeError on a weight that is not finite. */
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
    scale[channel] = CHANNEL_SCALES[method](row, grid, bits);
    row.forEach((value, k) => {
      levels[channel * fanIn + k] = roundToGrid(value / scale[channel], grid, bits);
    });
  }
  return { grid, bits, levels, scale };
}
