import type { IntegerWeights } from "../../export/quantized-network.ts";
import { invertedFactor } from "./inverted-factor.ts";
import { roundToGrid } from "./round-to-grid.ts";
import type { SecondMoments } from "./second-moments.ts";

/** Scales that are tried for a channel, as multiples of its own. */
const SCALES = [0.9, 1, 1.1, 1.2, 1.35, 1.5];

/** Inverted factors by a group's moments: every width uses the same one. */
const factors = new WeakMap<Float64Array, Float64Array>();

/**
 * Rounds a layer's weights one input after the other. The weights of later inputs make up for the error of each rounding, as far as
 * the inputs are correlated (Frantar et al., "GPTQ", 2023, section 3, without its blocks). Each channel takes the scale near its
 * own that gives the least error of the channel's output. The moments are those of the float network, so that a layer's integers do
 * not depend on the widths of earlier layers.
 * @param values [outChannel][k]
 */
export function roundByOutputError(
  { grid, bits, integers: nearest, scale: scales }: IntegerWeights,
  values: Float32Array,
  { groups, depth }: SecondMoments,
): IntegerWeights {
  const integers = new Int8Array(nearest.length);
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
        integers.set(rounded, channel * depth);
      }
    }
  });
  return { grid, bits, integers, scale: chosen };
}

function roundRow(row: Float32Array, scale: number, factor: Float64Array, round: (value: number) => number): Int8Array {
  const depth = row.length;
  const left = Float64Array.from(row);
  const integers = new Int8Array(depth);
  for (let k = 0; k < depth; k++) {
    integers[k] = round(left[k] / scale);
    const error = (left[k] - integers[k] * scale) / factor[k * depth + k];
    for (let j = k + 1; j < depth; j++) left[j] -= error * factor[k * depth + j];
  }
  return integers;
}

/** Sums the squared errors of a layer's raw sums over the calibration rows: e H e^T for each channel. */
export function outputError(
  { integers, scale }: IntegerWeights,
  values: Float32Array,
  { groups, depth }: SecondMoments,
): number {
  const channelsInGroup = scale.length / groups.length;
  let total = 0;
  for (let channel = 0; channel < scale.length; channel++) {
    const [from, to] = [channel * depth, (channel + 1) * depth];
    const sums = groups[Math.floor(channel / channelsInGroup)];
    total += rowError(integers.subarray(from, to), scale[channel], values.subarray(from, to), sums);
  }
  return total;
}

function rowError(integers: Int8Array, scale: number, row: Float32Array, sums: Float64Array): number {
  const depth = row.length;
  const errors = Float64Array.from(integers, (integer, k) => integer * scale - row[k]);
  let total = 0;
  for (let i = 0; i < depth; i++) {
    let product = 0;
    for (let j = 0; j < depth; j++) product += sums[i * depth + j] * errors[j];
    total += errors[i] * product;
  }
  return total;
}
