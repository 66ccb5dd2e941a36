/** Fraction bits of every coefficient. */
const COEFFICIENT_BITS: i64 = 29;
const ROUNDING: i64 = 1 << (COEFFICIENT_BITS - 1);

/** Coefficients of one section: Q29, a0 = 1 left out. */
@unmanaged @final
export class BiquadCoefficients {
  b0: i32;
  b1: i32;
  b2: i32;
  a1: i32;
  a2: i32;
}
export const BIQUAD_COEFFICIENTS_BYTES: i32 = 20;
if (offsetof<BiquadCoefficients>() != BIQUAD_COEFFICIENTS_BYTES) ERROR("BIQUAD_COEFFICIENTS_BYTES is stale");

/** The last two inputs, outputs and rounding errors (Q29 of one output unit) of one section. */
@unmanaged @final
export class BiquadState {
  x1: i32;
  x2: i32;
  y1: i32;
  y2: i32;
  error1: i32;
  error2: i32;
}
export const BIQUAD_STATE_BYTES: i32 = 24;
if (offsetof<BiquadState>() != BIQUAD_STATE_BYTES) ERROR("BIQUAD_STATE_BYTES is stale");

/**
 * Direct form I with second-order error feedback (docs/numerics/front-end.md, "Biquads"):
 *   acc = b0 x + b1 x1 + b2 x2 - a1 y1 - a2 y2 + 2 error1 - error2,  y = round(acc / 2^29),  error = acc - 2^29 y.
 * The coefficients' magnitudes add up to less than 7, so |acc| < 2^63 for any x and y. The feedback puts a double zero
 * at 0 Hz into the rounding noise, where the high-pass has its poles: without it a constant would leave an offset of
 * thousands of units.
 */
export function filterBiquad(state: BiquadState, coefficients: BiquadCoefficients, x: i32): i32 {
  const acc: i64 =
    <i64>coefficients.b0 * <i64>x +
    <i64>coefficients.b1 * <i64>state.x1 +
    <i64>coefficients.b2 * <i64>state.x2 -
    <i64>coefficients.a1 * <i64>state.y1 -
    <i64>coefficients.a2 * <i64>state.y2 +
    2 * <i64>state.error1 -
    <i64>state.error2;
  const y = <i32>((acc + ROUNDING) >> COEFFICIENT_BITS);
  state.x2 = state.x1;
  state.x1 = x;
  state.y2 = state.y1;
  state.y1 = y;
  state.error2 = state.error1;
  state.error1 = <i32>(acc - (<i64>y << COEFFICIENT_BITS));
  return y;
}
