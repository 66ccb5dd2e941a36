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
