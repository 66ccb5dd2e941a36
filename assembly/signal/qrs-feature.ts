import { addressOf, at, I16View, I32View } from "../views";

/** Width of each of the three boxcars of the second difference: 24 ms, which passes about 8..25 Hz. */
const BOXCAR_SAMPLES: i32 = 12;
/** Width of the moving sum of its magnitude: 128 ms, about the longest QRS. */
export const INTEGRATION_SAMPLES: i32 = 64;
/** Second-difference samples lie this much behind the conditioned sample they are centred on. */
const CURVATURE_DELAY_SAMPLES: i32 = (3 * BOXCAR_SAMPLES) / 2;
/** Furthest the true extremum may lie from the centre of the curvature. */
const REFINE_SAMPLES: i32 = 12;
/** Mean curvature of 1 uV gives a height of this. */
export const HEIGHT_PER_MICROVOLT: i32 = BOXCAR_SAMPLES * INTEGRATION_SAMPLES;

/** Samples kept, a power of two: a candidate is looked at up to 100 + 64 + 18 + 12 samples after its R peak. */
const HISTORY_SAMPLES: i32 = 256;

/**
 *    0   now          samples taken so far; wraps after 49 days, only differences count
 *    4   newest, middle, oldest   sums of the three boxcars
 *   16   height       sum of |curvature| over the last 64 samples
 *   20   curvature    i32[256]
 * 1044   samples      i16[256], conditioned
 */
@unmanaged @final
export class QrsFeatureState {
  now: i32;
  newest: i32;
  middle: i32;
  oldest: i32;
  height: i32;
}
const CURVATURE_AT: i32 = 20;
if (offsetof<QrsFeatureState>() != CURVATURE_AT) ERROR("CURVATURE_AT is stale");
const SAMPLES_AT: i32 = CURVATURE_AT + HISTORY_SAMPLES * 4;
export const QRS_FEATURE_BYTES: i32 = SAMPLES_AT + HISTORY_SAMPLES * 2;

/**
 * Takes one conditioned sample and updates `height`, the QRS energy of the last 128 ms:
 *   S[n] = x[n] + ... + x[n-11],  curvature[n] = 2 S[n-12] - S[n] - S[n-24],
 *   height[n] = |curvature[n]| + ... + |curvature[n-63]|
 * |curvature| <= 48 * 32768 and height <= 64 * that < 2^27.
 */
export function updateQrsFeature(state: QrsFeatureState, sample: i32): void {
  const now = ++state.now;
  const samples = samplesOf(state);
  const entersMiddle = samples[slot(now - BOXCAR_SAMPLES)];
  const entersOldest = samples[slot(now - 2 * BOXCAR_SAMPLES)];
  state.newest += sample - entersMiddle;
  state.middle += entersMiddle - entersOldest;
  state.oldest += entersOldest - samples[slot(now - 3 * BOXCAR_SAMPLES)];
  samples[slot(now)] = sample;

  const curvatures = curvaturesOf(state);
  const curvature = 2 * state.middle - state.newest - state.oldest;
  state.height += abs<i32>(curvature) - abs<i32>(curvatures[slot(now - INTEGRATION_SAMPLES)]);
  curvatures[slot(now)] = curvature;
}

/** Time of the steepest curvature within the 64 samples summed up at `time`. */
export function sharpestTime(state: QrsFeatureState, time: i32): i32 {
  const curvatures = curvaturesOf(state);
  let best = time;
  for (let i = 1; i < INTEGRATION_SAMPLES; i++) {
    if (abs<i32>(curvatures[slot(time - i)]) > abs<i32>(curvatures[slot(best)])) best = time - i;
  }
  return best;
}

/** Magnitude of the curvature at a time that is still kept. */
export function sharpnessAt(state: QrsFeatureState, time: i32): i32 {
  return abs<i32>(curvaturesOf(state)[slot(time)]);
}

/** Time of the extremum of the conditioned signal, upward or downward as the curvature at `time` says. */
export function extremumTime(state: QrsFeatureState, time: i32): i32 {
  const samples = samplesOf(state);
  const sign = curvaturesOf(state)[slot(time)] < 0 ? -1 : 1;
  const centre = time - CURVATURE_DELAY_SAMPLES;
  let best = centre - REFINE_SAMPLES;
  for (let t = best + 1; t - centre <= REFINE_SAMPLES; t++) {
    if (sign * samples[slot(t)] > sign * samples[slot(best)]) best = t;
  }
  return best;
}

// @ts-ignore: decorator
@inline
function slot(time: i32): i32 {
  return time & (HISTORY_SAMPLES - 1);
}

// @ts-ignore: decorator
@inline
function curvaturesOf(state: QrsFeatureState): I32View {
  return at<I32View>(addressOf(state) + CURVATURE_AT);
}

// @ts-ignore: decorator
@inline
function samplesOf(state: QrsFeatureState): I16View {
  return at<I16View>(addressOf(state) + SAMPLES_AT);
}
