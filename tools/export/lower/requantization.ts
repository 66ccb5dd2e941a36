import { MAX_SHIFT } from "../../../assembly/shared/limits.ts";

/** A row of the requantisation section; in most layers out = clamp((acc + bias) * multiplier + 2^(shift-1) >> shift). */
export interface RequantizationRow {
  readonly multiplier: number;
  readonly bias: number;
}

export interface Requantization {
  readonly shift: number;
  readonly rows: readonly RequantizationRow[];
}

export const INT32_LIMIT = 2 ** 31;

/**
 * Computes the Q31 multipliers of a conv or dense layer with one shift: the largest channel's multiplier lies in [2^30, 2^31).
 * A channel of zero weights has no unit of its own; its bias is in the largest unit.
 * @param units real value of one accumulator count for each channel; 0 for a channel of zero weights
 * @param bias real value for each channel
 * @param sumLimit bound of the accumulated products, in counts
 * Throws RangeError where an accumulator or an output could leave 32 bits.
 */
export function requantizeChannels(
  units: Float64Array,
  bias: Float64Array,
  outScale: number,
  sumLimit: number,
  layer: string,
): Requantization {
  // In a layer of zero weights any unit serves; this unit makes the multiplier 2^-8.
  const largest = Math.max(...units) || outScale / 256;
  const { shift, ratio } = shiftFor(largest / outScale, layer);
  const rows = Array.from(units, (own, channel) => {
    const unit = own || largest;
    const row = { multiplier: Math.round((unit / outScale) * ratio), bias: Math.round(bias[channel] / unit) };
    const accumulator = sumLimit + Math.abs(row.bias);
    if (!(accumulator < INT32_LIMIT)) {
      throw new RangeError(
        `layer ${layer}, channel ${channel}: the accumulator can reach ${accumulator}, limit 2^31 - 1`,
      );
    }
    if (!((accumulator * row.multiplier) / ratio < INT32_LIMIT - 1)) {
      throw new RangeError(`layer ${layer}, channel ${channel}: the requantised sum can leave 32 bits`);
    }
    return row;
  });
  return { shift, rows };
}

/** Computes the rows of an average pool: row c - 1 divides the sum of c rows by c and changes its scale. */
export function requantizeAverage(window: number, inScale: number, outScale: number, layer: string): Requantization {
  const { shift, ratio } = shiftFor(inScale / outScale, layer);
  const rows = Array.from({ length: window }, (_, index) => ({
    multiplier: Math.round((inScale / (outScale * (index + 1))) * ratio),
    bias: 0,
  }));
  return { shift, rows };
}

/** Finds the shift, 1..62, that puts a real multiplier into [2^30, 2^31) of Q31, and 2^shift. */
export function shiftFor(multiplier: number, layer: string): { shift: number; ratio: number } {
  const shift = normalizingShift(multiplier, 31);
  if (!(shift >= 1))
    throw new RangeError(`layer ${layer}: multiplier ${multiplier} is above 2^30; its output scale is too small`);
  const bounded = Math.min(shift, MAX_SHIFT);
  return { shift: bounded, ratio: 2 ** bounded };
}

interface AddRequantization {
  readonly shift: number;
  readonly multiplierA: number;
  readonly multiplierB: number;
}

/**
 * Computes the multipliers of an add: out = clamp((a * multiplierA + b * multiplierB + 2^(shift-1)) >> shift) in int32. The larger
 * multiplier lies in [2^14, 2^15).
 */
export function requantizeAdd(scaleA: number, scaleB: number, outScale: number, layer: string): AddRequantization {
  const shift = Math.min(normalizingShift(Math.max(scaleA, scaleB) / outScale, 15), 30);
  if (!(shift >= 1))
    throw new RangeError(`layer ${layer}: its output scale ${outScale} is too small for its inputs' scales`);
  const ratio = 2 ** shift;
  return {
    shift,
    multiplierA: Math.round((scaleA / outScale) * ratio),
    multiplierB: Math.round((scaleB / outScale) * ratio),
  };
}

/** Finds the shift s for which round(value * 2^s) lies in [2^(bits-1), 2^bits). */
function normalizingShift(value: number, bits: number): number {
  const shift = bits - 1 - Math.floor(Math.log2(value));
  // log2 is inexact next to a power of two, and rounding may carry into the next one.
  if (Math.round(value * 2 ** shift) >= 2 ** bits) return shift - 1;
  return Math.round(value * 2 ** shift) < 2 ** (bits - 1) ? shift + 1 : shift;
}
