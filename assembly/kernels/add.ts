import { I8View } from "../views";
import { clamp } from "../numeric/saturate";
import { requantizeSum } from "../numeric/requantize";

/** out[i] = clamp(round((a[i] * multiplierA + b[i] * multiplierB) / 2^shift)): the residual sum of two scales. */
export function add(
  a: I8View, multiplierA: i32, b: I8View, multiplierB: i32, shift: i32, low: i32, high: i32, out: I8View, count: i32,
): void {
  for (let i = 0; i < count; i++) {
    out[i] = clamp(requantizeSum(a[i], multiplierA, b[i], multiplierB, shift), low, high);
  }
}
