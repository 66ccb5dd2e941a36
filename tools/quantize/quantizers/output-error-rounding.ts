import type { SecondMoments } from "../second-moments.ts";
import { invertedFactor } from "./inverted-factor.ts";
import type { QuantizedLevels } from "./quantized-levels.ts";
import { roundToGrid } from "./round-to-grid.ts";

/**
 * Rounds a layer's weights one input after the other; what one rounding costs, the weights behind it make up for as far as
 * the inputs go together (Frantar et al., "GPTQ", 2023, section 3, without its blocks). Keeps the scales.
 * The moments are the float network's, so that a layer's integers do not depend on the widths before it.
 * @param values [outChannel][k]
 */
export function roundByOutputError(
  { grid, bits, levels: nearest, scale }: QuantizedLevels,
  values: Float32Array,
  { groups, depth }: SecondMoments,
): QuantizedLevels {
  const levels = new Int8Array(nearest.length);
  const channelsInGroup = scale.length / groups.length;
  groups.forEach((sums, group) => {
    const factor = invertedFactor(sums, depth);
    for (let channel = group * channelsInGroup; channel < (group + 1) * channelsInGroup; channel++) {
      const row = Float64Array.from(values.subarray(channel * depth, (channel + 1) * depth));
      for (let k = 0; k < depth; k++) {
        const level = roundToGrid(row[k] / scale[channel], grid, bits);
        levels[channel * depth + k] = level;
        const error = (row[k] - level * scale[channel]) / factor[k * depth + k];
        for (let j = k + 1; j < depth; j++) row[j] -= error * factor[k * depth + j];
      }
    }
  });
  return { grid, bits, levels, scale };
}

/** Sum over the calibration rows of the squared error of the layer's raw sums: e H e^T, a channel. */
export function outputError(
  { levels, scale }: QuantizedLevels,
  values: Float32Array,
  { groups, depth }: SecondMoments,
): number {
  const channelsInGroup = scale.length / groups.length;
  let total = 0;
  for (let channel = 0; channel < scale.length; channel++) {
    const sums = groups[Math.floor(channel / channelsInGroup)];
    const from = channel * depth;
    const errors = Float64Array.from({ length: depth }, (_, k) => levels[from + k] * scale[channel] - values[from + k]);
    for (let i = 0; i < depth; i++) {
      let product = 0;
      for (let j = 0; j < depth; j++) product += sums[i * depth + j] * errors[j];
      total += errors[i] * product;
    }
  }
  return total;
}
