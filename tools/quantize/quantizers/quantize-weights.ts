import type { IntegerWeights, LayerGrid, WeightGrid } from "../../export/quantized-network.ts";
import type { Width } from "../width.ts";
import { CHANNEL_SCALES, type ScaleMethod } from "./channel-scale.ts";
import { squaredError } from "./dequantize.ts";
import { outputError, roundByOutputError } from "./output-error-rounding.ts";
import { roundToGrid } from "./round-to-grid.ts";
import type { SecondMoments } from "./second-moments.ts";

/**
 * Quantizes a layer's weights symmetrically, one scale an output channel. Two and three bits take the grid of the lower squared
 * error, mid-tread or mid-rise; one bit has the mid-rise grid alone, more than three have the mid-tread grid alone.
 * @param values [outChannel][k]
 * @param moments moments of the layer's input; with them, rounding and the choice of a grid follow the error of the layer's output
 */
export function quantizeWeights(
  values: Float32Array,
  outChannels: number,
  width: Width,
  method: ScaleMethod,
  moments?: SecondMoments,
): IntegerWeights {
  const candidates = gridsOf(width).map(({ grid, bits }) => {
    const nearest = quantizeOnGrid(values, outChannels, grid, bits, method);
    return moments ? roundByOutputError(nearest, values, moments) : nearest;
  });
  const error = (weights: IntegerWeights) =>
    moments ? outputError(weights, values, moments) : squaredError(weights, values);
  return candidates.reduce((best, other) => (error(other) < error(best) ? other : best));
}

/** The grids that a width may have. */
function gridsOf(width: Width): readonly LayerGrid[] {
  if (width === "ternary") return [{ grid: "ternary", bits: 2 }];
  if (width === 1) return [{ grid: "midRise", bits: 1 }];
  const midTread = { grid: "midTread", bits: width } as const;
  return width <= 3 ? [midTread, { grid: "midRise", bits: width }] : [midTread];
}

/** Rounds weights to the nearest integers of one grid. Throws RangeError on a weight that is not finite. */
export function quantizeOnGrid(
  values: Float32Array,
  outChannels: number,
  grid: WeightGrid,
  bits: number,
  method: ScaleMethod,
): IntegerWeights {
  const fanIn = values.length / outChannels;
  const integers = new Int8Array(values.length);
  const scale = new Float64Array(outChannels);
  for (let channel = 0; channel < outChannels; channel++) {
    const row = values.subarray(channel * fanIn, (channel + 1) * fanIn);
    const broken = row.find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new RangeError(`output channel ${channel} has the weight ${broken}, expected a number`);
    scale[channel] = CHANNEL_SCALES[method](row, grid, bits);
    row.forEach((value, k) => {
      integers[channel * fanIn + k] = roundToGrid(value / scale[channel], grid, bits);
    });
  }
  return { grid, bits, integers, scale };
}
