import { addressOf, at } from "../views";
import { BIQUAD_COEFFICIENTS_BYTES, BIQUAD_STATE_BYTES, BiquadCoefficients, BiquadState, filterBiquad } from "./biquad";

const SECTIONS: i32 = 3;

/** Butterworth by the bilinear transform at 500 Hz: b0, b1, b2, a1, a2 in Q29 (docs/numerics/front-end.md). */
const COEFFICIENTS = memory.data<i32>([
  534490948, -1068981896, 534490948, -1068971346, 532121535, // high-pass 0.5 Hz, order 2
  22977011, 45954022, 22977011, -651123534, 206160665, // low-pass 40 Hz, order 4, first half
  28035139, 56070278, 28035139, -794460982, 369730624, // low-pass 40 Hz, order 4, second half
]);

/** The states of the three sections, one after the other, all zero at the start. */
@unmanaged @final
export class BandLimitState {}
export const BAND_LIMIT_BYTES: i32 = SECTIONS * BIQUAD_STATE_BYTES;

/** One 500 Hz sample through 0.5..40 Hz, in the unit of the input; |sample| < 2^29 cannot overflow. */
export function limitBand(state: BandLimitState, sample: i32): i32 {
  for (let section = 0; section < SECTIONS; section++) {
    const biquad = at<BiquadState>(addressOf(state) + section * BIQUAD_STATE_BYTES);
    const coefficients = at<BiquadCoefficients>(<i32>COEFFICIENTS + section * BIQUAD_COEFFICIENTS_BYTES);
    sample = filterBiquad(biquad, coefficients, sample);
  }
  return sample;
}
