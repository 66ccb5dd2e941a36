import { saturate16 } from "../numeric/saturate";
import { addressOf, at, clearBytes, I16View } from "../views";
import { BAND_LIMIT_BYTES, BandLimitState, limitBand } from "./band-limit";
import {
  pullResampler, pushResampler, RESAMPLER_BYTES, resamplerIsSound, ResamplerState, resamplerReady, resetResampler,
} from "./resampler";

/** Fraction bits of a microvolt between the raw sample and the conditioned one. */
const FRACTION_BITS: i32 = 8;
/** Furthest a sample may lie from the record's first: 2^28 / 2^8 microvolts, 1.05 V. */
const MAX_DEVIATION: i64 = 1 << 28;
/** One count of p picovolts is p * 2^8 / 10^6 = 4 p / 15625 units. */
const UNITS_NUMERATOR: i64 = 4;
const UNITS_DENOMINATOR: i64 = 15625;

/**
 *   0   multiplier, shift   one count is multiplier / 2^shift units, 2^30 <= multiplier < 2^31
 *   8   first, started      the record's first count, once it is known
 *  16   resampler
 *  68   band limit
 */
@unmanaged @final
export class FrontEndState {
  multiplier: i32;
  shift: i32;
  first: i32;
  started: i32;
}
const RESAMPLER_AT: i32 = 16;
if (offsetof<FrontEndState>() != RESAMPLER_AT) ERROR("RESAMPLER_AT is stale");
const BAND_LIMIT_AT: i32 = RESAMPLER_AT + RESAMPLER_BYTES;
const FRONT_END_BYTES: i32 = BAND_LIMIT_AT + BAND_LIMIT_BYTES;

/** Bytes of a FrontEndState. */
export function frontEndBytes(): i32 {
  return FRONT_END_BYTES;
}

/**
 * Starts a record: 125,000..1,000,000 mHz, 1..2 * 10^9 pV a count; the caller checks. There is no baseline to give: the
 * first sample is subtracted from every other, and any constant with it.
 */
export function resetFrontEnd(state: FrontEndState, sampleRateMilliHz: i32, picovoltsPerCount: i32): void {
  clearBytes(addressOf(state), FRONT_END_BYTES);
  state.shift = scaleShift(picovoltsPerCount);
  state.multiplier = scaleMultiplier(picovoltsPerCount);
  resetResampler(resampler(state), sampleRateMilliHz);
}

/** Bits by which a count's units are shifted up so that the multiplier has 31. */
function scaleShift(picovoltsPerCount: i32): i32 {
  let shift = 0;
  while ((UNITS_NUMERATOR * <i64>picovoltsPerCount) << shift < UNITS_DENOMINATOR << 30) shift++;
  return shift;
}

function scaleMultiplier(picovoltsPerCount: i32): i32 {
  return <i32>(((UNITS_NUMERATOR * <i64>picovoltsPerCount) << scaleShift(picovoltsPerCount)) / UNITS_DENOMINATOR);
}

/**
 * Feeds one raw ADC count; writes 0..4 conditioned samples (1 microvolt, 500 Hz) to `out` and returns how many.
 * docs/numerics/front-end.md has the chain, its precision and its delay.
 */
export function conditionSample(state: FrontEndState, raw: i32, out: I16View): i32 {
  pushResampler(resampler(state), deviation(state, raw));
  let count = 0;
  while (resamplerReady(resampler(state))) {
    const sample = limitBand(at<BandLimitState>(addressOf(state) + BAND_LIMIT_AT), pullResampler(resampler(state)));
    out[count++] = saturate16((sample + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS);
  }
  return count;
}

/** Whether a state that came from outside is one of these settings and runs on safely. */
export function frontEndIsSound(state: FrontEndState, sampleRateMilliHz: i32, picovoltsPerCount: i32): bool {
  return state.shift == scaleShift(picovoltsPerCount) && state.multiplier == scaleMultiplier(picovoltsPerCount) &&
    resamplerIsSound(resampler(state), sampleRateMilliHz);
}

// @ts-ignore: decorator
@inline
function resampler(state: FrontEndState): ResamplerState {
  return at<ResamplerState>(addressOf(state) + RESAMPLER_AT);
}

/** Distance from the record's first sample in 1/256 microvolt, saturated to 1.05 V. */
function deviation(state: FrontEndState, raw: i32): i32 {
  if (!state.started) {
    state.started = 1;
    state.first = raw;
  }
  const difference = min<i64>(max<i64>(<i64>raw - <i64>state.first, -i32.MAX_VALUE), i32.MAX_VALUE);
  const half: i64 = (<i64>1) << (state.shift - 1);
  const units = (difference * <i64>state.multiplier + half) >> state.shift;
  return <i32>min<i64>(max<i64>(units, -MAX_DEVIATION), MAX_DEVIATION);
}
