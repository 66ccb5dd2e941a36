/**
 * (value * multiplier + 2^(shift-1)) >> shift (NUMERICS.md, "Requantise"), exact for every int32 value and multiplier.
 */
export function requantize(value: number, multiplier: number, shift: number): number {
  const bits = BigInt(shift);
  return Number((BigInt(value) * BigInt(multiplier) + (1n << (bits - 1n))) >> bits);
}
