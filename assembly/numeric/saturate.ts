import { TYPE_INT8, TYPE_INT13 } from "../shared/ops";

/** value limited to low..high. */
// @ts-ignore: decorator
@inline
export function clamp(value: i32, low: i32, high: i32): i32 {
  return min(max(value, low), high);
}

/** value limited to the int16 range. */
// @ts-ignore: decorator
@inline
export function saturate16(value: i32): i32 {
  return clamp(value, -32768, 32767);
}

/** Largest magnitude of a tensor's elements. */
export function largestOf(type: i32): i32 {
  if (type == TYPE_INT8) return 127;
  return type == TYPE_INT13 ? 4095 : 32767;
}
