import { MODEL_SAMPLE_RATE_HZ } from "../shared/limits";
import { addressOf, at, I16View, I32View } from "../views";
import { RESAMPLER_PHASES, RESAMPLER_TABLE, RESAMPLER_TAPS } from "./resampler-table";

const OUTPUT_RATE_MILLIHZ: i32 = MODEL_SAMPLE_RATE_HZ * 1000;
/** Input samples an output needs beyond the one at or before its position. */
const LOOK_AHEAD: i32 = RESAMPLER_TAPS / 2;
/** floor(2^40 / 500000): turns a remainder into a fraction of a sample in Q20. */
const FRACTION_MULTIPLIER: i64 = 2199023;
/** Bits of a Q20 fraction below the phase index: the weight of the right neighbour. */
const WEIGHT_BITS: i32 = 15;

/**
 *   0   stepWhole, stepRemainder   input samples from one output to the next: whole + remainder / 500000
 *   8   ahead                      whole position of the next output, counted from the newest input sample
 *  12   remainder                  its fraction, in 1/500000 of an input sample
 *  16   newest                     index of the newest sample in the ring
 *  20   ring                       the last 8 input samples
 */
@unmanaged @final
export class ResamplerState {
  stepWhole: i32;
  stepRemainder: i32;
  ahead: i32;
  remainder: i32;
  newest: i32;
}
const RING_AT: i32 = 20;
if (offsetof<ResamplerState>() != RING_AT) ERROR("RING_AT is stale");
export const RESAMPLER_BYTES: i32 = RING_AT + RESAMPLER_TAPS * 4;

/** Expects a zeroed state. */
export function resetResampler(state: ResamplerState, sampleRateMilliHz: i32): void {
  state.stepWhole = sampleRateMilliHz / OUTPUT_RATE_MILLIHZ;
  state.stepRemainder = sampleRateMilliHz % OUTPUT_RATE_MILLIHZ;
  state.ahead = 1;
}

/** Whether a state that came from outside is one of this rate, waits for at most one interval, and points into its ring. */
export function resamplerIsSound(state: ResamplerState, sampleRateMilliHz: i32): bool {
  return state.stepWhole == sampleRateMilliHz / OUTPUT_RATE_MILLIHZ &&
    state.stepRemainder == sampleRateMilliHz % OUTPUT_RATE_MILLIHZ &&
    state.remainder >= 0 && state.remainder < OUTPUT_RATE_MILLIHZ &&
    !resamplerReady(state) && state.ahead <= state.stepWhole + 1 &&
    state.newest >= 0 && state.newest < RESAMPLER_TAPS;
}

/** Takes one input sample, |sample| <= 2^28. */
export function pushResampler(state: ResamplerState, sample: i32): void {
  state.newest = (state.newest + 1) & (RESAMPLER_TAPS - 1);
  at<I32View>(addressOf(state) + RING_AT)[state.newest] = sample;
  state.ahead--;
}

/** Whether enough input is there for the next output. At 500 Hz every sample passes at once. */
// @ts-ignore: decorator
@inline
export function resamplerReady(state: ResamplerState): bool {
  return state.ahead <= (passesThrough(state) ? 0 : -LOOK_AHEAD);
}

/** The next 500 Hz sample, output n lying exactly at input position n * rate / 500 Hz. */
export function pullResampler(state: ResamplerState): i32 {
  const ring = at<I32View>(addressOf(state) + RING_AT);
  const sample = passesThrough(state) ? ring[state.newest] : interpolate(state, ring);
  state.ahead += state.stepWhole;
  state.remainder += state.stepRemainder;
  if (state.remainder >= OUTPUT_RATE_MILLIHZ) {
    state.remainder -= OUTPUT_RATE_MILLIHZ;
    state.ahead++;
  }
  return sample;
}

// @ts-ignore: decorator
@inline
function passesThrough(state: ResamplerState): bool {
  return state.stepWhole == 1 && state.stepRemainder == 0;
}

/** Dot products with the two phases around the position, then a straight line between them; one rounding. */
function interpolate(state: ResamplerState, ring: I32View): i32 {
  const fraction = <i32>((<i64>state.remainder * FRACTION_MULTIPLIER) >> 20);
  const phase = fraction >> WEIGHT_BITS;
  const weight = fraction & ((1 << WEIGHT_BITS) - 1);
  const kernel = state.stepWhole > 0 ? RESAMPLER_PHASES + 1 : 0;
  const taps = changetype<I16View>(RESAMPLER_TABLE).from((kernel + phase) * RESAMPLER_TAPS);
  let left: i64 = 0;
  let right: i64 = 0;
  for (let tap = 0; tap < RESAMPLER_TAPS; tap++) {
    const sample = <i64>ring[(state.newest + 1 + tap) & (RESAMPLER_TAPS - 1)];
    left += sample * <i64>taps[tap];
    right += sample * <i64>taps[tap + RESAMPLER_TAPS];
  }
  return <i32>(((left << WEIGHT_BITS) + (right - left) * <i64>weight + (1 << 29)) >> 30);
}
