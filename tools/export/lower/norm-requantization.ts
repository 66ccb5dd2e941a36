import type { NormConstants } from "../quantized-network.ts";
import { INT32_LIMIT, type Requantization } from "./requantization.ts";

/** Fraction bits of a normalised value. */
const NORMAL_BITS = 20;
/** Fraction bits of a bias, in output counts. */
const BIAS_BITS = 8;
const LARGEST_SHIFT = 39;

/**
 * Computes a norm's rows: out = (normal * multiplier + bias * 2^(shift - 8) + 2^(shift - 1)) >> shift for each channel. The shift is
 * the largest whose multipliers all fit. Throws RangeError where there is none, or a bias does not fit.
 */
export function requantizeNorm({ gamma, beta }: NormConstants, outScale: number, layer: string): Requantization {
  const multipliersAt = (shift: number) =>
    Array.from(gamma, (gain) => Math.round((gain / outScale) * 2 ** (shift - NORMAL_BITS)));
  const fits = (counts: readonly number[]) => counts.every((count) => Math.abs(count) < INT32_LIMIT);
  let shift = LARGEST_SHIFT;
  while (shift >= BIAS_BITS && !fits(multipliersAt(shift))) shift--;
  const biases = Array.from(beta, (offset) => Math.round((offset / outScale) * 2 ** BIAS_BITS));
  if (shift < BIAS_BITS || !fits(biases)) {
    throw new RangeError(`layer ${layer}: its output scale ${outScale} is too small for its gains and offsets`);
  }
  return { shift, rows: multipliersAt(shift).map((multiplier, channel) => ({ multiplier, bias: biases[channel] })) };
}

/**
 * Computes the epsilon that a norm adds to the variance, in squared counts of its input times the number of its values. It is at least
 * 1, so that values that are all equal do not divide by 0.
 */
export function normEpsilon(epsilon: number, values: number, inScale: number): number {
  return Math.min(INT32_LIMIT - 1, Math.max(1, Math.round((epsilon * values) / inScale ** 2)));
}
