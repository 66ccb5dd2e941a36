/**
 * round(accumulator * multiplier / 2^shift), half up: one rounding (NUMERICS.md, "Requantise").
 * multiplier >= 0, shift in 1..62; model/validate/arithmetic.ts proves that the result fits an i32. Equal to CMSIS-NN's
 * single-rounding arm_nn_requantize with total shift 31 - s.
 */
// @ts-ignore: decorator
@inline
export function requantize(accumulator: i32, multiplier: i32, shift: i32): i32 {
  return <i32>((<i64>accumulator * <i64>multiplier + ((<i64>1) << <i64>(shift - 1))) >> <i64>shift);
}

/** round((a * multiplierA + b * multiplierB) / 2^shift), half up, for a, b of int8 or int13 and int16 multipliers: all in i32. */
// @ts-ignore: decorator
@inline
export function requantizeSum(a: i32, multiplierA: i32, b: i32, multiplierB: i32, shift: i32): i32 {
  return (a * multiplierA + b * multiplierB + (1 << (shift - 1))) >> shift;
}
