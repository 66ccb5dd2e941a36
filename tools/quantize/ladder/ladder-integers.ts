import { type IntegerWeights, largestWeight, midRiseCode } from "../../export/quantized-network.ts";
import { LEAST_SCALE } from "../quantizers/channel-scale.ts";
import { roundToGrid } from "../quantizers/round-to-grid.ts";
import type { SecondMoments } from "../quantizers/second-moments.ts";

/** Clips that are tried for a channel: from its largest weight down to two fifths of it. */
const CLIPS = 20;
const LEAST_CLIP = 8;

/** A channel's weights at one clip: the finest integers, and on each rung the scale and the squared error of the output. */
interface Cut {
  readonly finest: Int8Array;
  readonly scales: readonly number[];
  readonly errors: readonly number[];
}

/**
 * Quantizes a layer's weights for every rung of a ladder. The finest rung has all bits of the integers, each further rung their
 * upper bits; each rung has its own scales, by least squares on the layer's output. Mid-rise codes whose lower bits are cut off are
 * rounded to the coarser grid of the same clip. A channel takes the clip with the least sum of errors over the rungs, each error
 * divided by the least error of its rung.
 * @param values [outChannel][k] @param widths bits of each rung, the finest first
 */
export function ladderIntegers(
  values: Float32Array,
  outChannels: number,
  widths: readonly number[],
  { groups, depth }: SecondMoments,
): readonly IntegerWeights[] {
  const rungs = widths.map((bits) => ({
    ...({ grid: "midRise", bits } as const),
    integers: new Int8Array(values.length),
    scale: new Float64Array(outChannels),
  }));
  for (let channel = 0; channel < outChannels; channel++) {
    const row = values.subarray(channel * depth, (channel + 1) * depth);
    const { finest, scales } = bestCut(row, widths, groups[Math.floor((channel * groups.length) / outChannels)]);
    for (const [rung, { bits, integers, scale }] of rungs.entries()) {
      integers.set(upperIntegers(finest, widths[0], bits), channel * depth);
      scale[channel] = scales[rung];
    }
  }
  return rungs;
}

function bestCut(row: Float32Array, widths: readonly number[], moments: Float64Array): Cut {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const energy = dot(row, product(moments, row));
  const cuts = Array.from({ length: CLIPS - LEAST_CLIP + 1 }, (_, step) => {
    const clip = Math.max(LEAST_SCALE, (largest * (CLIPS - step)) / CLIPS);
    return cutAt(row, clip, widths, moments, energy);
  });
  const least = widths.map((_, rung) => Math.min(...cuts.map(({ errors }) => errors[rung])));
  const regret = ({ errors }: Cut) =>
    errors.reduce((sum, error, rung) => sum + (least[rung] > 0 ? error / least[rung] : 0), 0);
  return cuts.reduce((best, other) => (regret(other) < regret(best) ? other : best));
}

/** @param energy energy of the output at the float weights: w H w */
function cutAt(row: Float32Array, clip: number, widths: readonly number[], moments: Float64Array, energy: number): Cut {
  const [top] = widths;
  const step = clip / largestWeight("midRise", top);
  const finest = Int8Array.from(row, (value) => roundToGrid(value / step, "midRise", top));
  const fits = widths.map((bits) => {
    const integers = upperIntegers(finest, top, bits);
    const seen = product(moments, integers);
    const [along, own] = [dot(row, seen), dot(integers, seen)];
    // An input that never moves fits any scale.
    if (!(own > 0)) return { scale: step * 2 ** (top - bits), error: energy };
    // Few bits on correlated inputs can reverse the sign of the output: then the least scale does the least harm.
    return { scale: Math.max(LEAST_SCALE, along / own), error: Math.max(0, energy - Math.max(0, along) ** 2 / own) };
  });
  return { finest, scales: fits.map(({ scale }) => scale), errors: fits.map(({ error }) => error) };
}

/** Cuts the lower bits off mid-rise integers. */
function upperIntegers(integers: Int8Array, from: number, bits: number): Int8Array {
  return integers.map((integer) => 2 * (midRiseCode(integer, from) >> (from - bits)) - largestWeight("midRise", bits));
}

function product(matrix: Float64Array, vector: ArrayLike<number>): Float64Array {
  const depth = vector.length;
  return Float64Array.from({ length: depth }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < depth; j++) sum += matrix[i * depth + j] * vector[j];
    return sum;
  });
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
