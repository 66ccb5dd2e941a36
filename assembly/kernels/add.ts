import { clamp } from "../numeric/saturate";
import { requantizeSum } from "../numeric/requantize";

/**
 * out[i] = clamp(round((a[i] * multiplierA + b[i] * multiplierB) / 2^shift)): the residual sum of two scales. T is I8View, or
 * I16View for int13 a and b.
 */
export function add<T>(
  a: T, multiplierA: i32, b: T, multiplierB: i32, shift: i32, low: i32, high: i32, out: T, count: i32,
): void {
  for (let i = 0; i < count; i++) {
    out[i] = clamp(requantizeSum(a[i], multiplierA, b[i], multiplierB, shift), low, high);
  }
}
