import { type Requantization, shiftFor } from "./requantization.ts";

/** Steps to a halving of exp. */
const STEPS = 256;

/**
 * Computes the multiplier that turns a difference of two scores, query counts times key counts, into steps of 2^(-1/256): scores are
 * divided by the root of a head's channels, and exp is taken to base 2. Throws RangeError where the multiplier does not fit.
 */
export function requantizeAttention(
  queryScale: number,
  keyScale: number,
  headChannels: number,
  layer: string,
): Requantization {
  const real = ((queryScale * keyScale) / Math.sqrt(headChannels)) * Math.LOG2E * STEPS;
  const { shift, ratio } = shiftFor(real, layer);
  return { shift, rows: [{ multiplier: Math.round(real * ratio), bias: 0 }] };
}
