import { invertedFactor } from "./inverted-factor.ts";
import type { QuantizedLevels } from "./quantized-levels.ts";
import { roundToGrid } from "./round-to-grid.ts";
import type { SecondMoments } from "./second-moments.ts";

/** Scales that are tried for a channel, relative to the one it comes with. */
const SCALES = [0.9, 1, 1.1, 1.2, 1.35, 1.5];

/** Of a group's moments: the same for every width. */
const factors = new WeakMap<Float64Array, Float64Array>();

/**
 * Rounds a layer's weights one input after the other; what one rounding costs, the weights behind it make up for as far as
 * the inputs go together (Frantar et al., "GPTQ", 2023, section 3, without its blocks). Each channel takes the scale near its
 * own with the least error of its output.
 * The moments are the float network's, so that a layer's integers do not depend on the widths before it.
 * @param values [outChannel][k]
 */
export function roundByOutputError(
  { grid, bits, levels: nearest, scale: scales }: QuantizedLevels,
  values: Float32Array,
  { groups, depth }: SecondMoments,
): QuantizedLevels {
  const levels = new Int8Array(nearest.length);
  const chosen = new Float64Array(scales.length);
  const channelsInGroup = scales.length / groups.length;
  groups.forEach((sums, group) => {
    const factor = factors.get(sums) ?? invertedFactor(sums, depth);
    factors.set(sums, factor);
    for (let channel = group * channelsInGroup; channel < (group + 1) * channelsInGroup; channel++) {
      const row = values.subarray(channel * depth, (channel + 1) * depth);
      let least = Number.POSITIVE_INFINITY;
      for (const relative of SCALES) {
        const scale = relative * scales[channel];
        const rounded = roundRow(row, scale, factor, (value) => roundToGrid(value, grid, bits));
        const error = rowError(rounded, scale, row, sums);
        if (error >= least) continue;
        least = error;
        chosen[channel] = scale;
        levels.set(rounded, channel * depth);
      }
    }
  });
  return { grid, bits, levels, scale: chosen };
}

function roundRow(row: Float32Array, scale: number, factor: Float64Array, round: (value: number) => number): Int8Array {
  const depth = row.length;
  const left = Float64Array.from(row);
  const levels = new Int8Array(depth);
  for (let k = 0; k < depth; k++) {
    levels[k] = round(left[k] / scale);
    const error = (left[k] - levels[k] * scale) / factor[k * depth + k];
    for (let j = k + 1; j < depth; j++) left[j] -= error * factor[k * depth + j];
  }
  return levels;
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
    const [from, to] = [channel * depth, (channel + 1) * depth];
    const sums = groups[Math.floor(channel / channelsInGroup)];
    total += rowError(levels.subarray(from, to), scale[channel], values.subarray(from, to), sums);
  }
  return total;
}

function rowError(levels: Int8Array, scale: number, row: Float32Array, sums: Float64Array): number {
  const depth = row.length;
  const errors = Float64Array.from(levels, (level, k) => level * scale - row[k]);
  let total = 0;
  for (let i = 0; i < depth; i++) {
    let product = 0;
    for (let j = 0; j < depth; j++) product += sums[i * depth + j] * errors[j];
    total += errors[i] * product;
  }
  return total;
}
