import { I16View, I32View } from "../views";
import { inverseRoot } from "../numeric/inverse-root";

/** Fraction bits of a normalised value, of its offset, and of those that are lost where the result has none. */
export const Z_BITS: i32 = 20;
export const OFFSET_BITS: i32 = 8;

/**
 * Normalises `count` values that lie `step` elements apart, with the gain and offset of each, `rowStep` rows apart:
 *   y = clamp(gain * (x - mean) / sqrt(variance + epsilon) + offset)                       (NUMERICS.md, "Norms")
 * in three roundings: the inverse root, the normalised value in Q20, the result. count * 2^15 < 2^31; the variance is exact.
 */
export function normalize(
  x: I16View, count: i32, step: i32, epsilon: u32, rows: I32View, rowStep: i32, shift: i32, high: i32, out: I16View,
): void {
  let sum = 0;
  let squares: i64 = 0;
  for (let i = 0; i < count; i++) {
    const value = x[i * step];
    sum += value;
    squares += value * value;
  }
  const root = inverseRoot(<i64>count * squares - <i64>sum * sum + <i64>count * epsilon);
  const inverse = root & 0xffffffff;
  const down = (root >> 32) - Z_BITS;
  const half = <i64>1 << (down - 1);
  const offsetShift = <i64>(shift - OFFSET_BITS);
  const resultHalf = <i64>1 << <i64>(shift - 1);
  for (let i = 0; i < count; i++) {
    const z = (<i64>(count * x[i * step] - sum) * inverse + half) >> down;
    const row = 2 * i * rowStep;
    const y = (z * <i64>rows[row] + (<i64>rows[row + 1] << offsetShift) + resultHalf) >> <i64>shift;
    out[i * step] = <i32>min<i64>(max<i64>(y, -high), high);
  }
}
