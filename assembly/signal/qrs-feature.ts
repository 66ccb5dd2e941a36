import { saturate16 } from "../numeric/saturate";
import { addressOf, at, I16View, I32View } from "../views";

/** Width of each of the three boxcars of the second difference: 24 ms, which passes about 8..25 Hz. */
const BOXCAR_SAMPLES: i32 = 12;
/** Width of the moving sum of its magnitude: 128 ms, about the longest QRS. */
export const INTEGRATION_SAMPLES: i32 = 64;
/** Second-difference samples lie this much behind the conditioned sample they are centred on. */
const CURVATURE_DELAY_SAMPLES: i32 = (3 * BOXCAR_SAMPLES) / 2;
/** Furthest the true extremum may lie from the centre of the curvature. */
const REFINE_SAMPLES: i32 = 12;
/** Half the span of the second difference that measures how fine a candidate is: 8 ms, which passes up to 60 Hz. */
const FINE_SAMPLES: i32 = 4;
/** Its centres lie so far before the height's time: where the samples lie that the height sums up, and 6 on either side. */
const FINE_FROM_SAMPLES: i32 = 83;
const FINE_UNTIL_SAMPLES: i32 = 7;
/** A shape is the curvature at 32 points 6 ms apart, the sharpest one 16 points from its start, in sixteenths. */
export const SHAPE_POINTS: i32 = 32;
const SHAPE_STEP_SAMPLES: i32 = 3;
const SHAPE_SHIFT: i32 = 4;
/** Mean curvature of 1 uV gives a height of this. */
export const HEIGHT_PER_MICROVOLT: i32 = BOXCAR_SAMPLES * INTEGRATION_SAMPLES;

/** Samples kept, a power of two: a candidate is looked at 100 samples after its height, which sums up 64, and the
 * height before it sums up 64 more. */
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

/** The newest curvature. */
// @ts-ignore: decorator
@inline
export function curvatureNow(state: QrsFeatureState): i32 {
  return curvaturesOf(state)[slot(state.now)];
}

/** Time of the steepest curvature within the 64 samples summed up at `time`. */
export function sharpestTime(state: QrsFeatureState, time: i32): i32 {
  const curvatures = curvaturesOf(state);
  let best = time;
  let steepest = abs<i32>(curvatures[slot(time)]);
  for (let t = time - 1; t > time - INTEGRATION_SAMPLES; t--) {
    const magnitude = abs<i32>(curvatures[slot(t)]);
    if (magnitude <= steepest) continue;
    best = t;
    steepest = magnitude;
  }
  return best;
}

/** About the height at a time whose 64 samples are still kept: every fourth of them, four times. */
export function heightNear(state: QrsFeatureState, time: i32): i32 {
  const curvatures = curvaturesOf(state);
  let quarter = 0;
  for (let i = 0; i < INTEGRATION_SAMPLES; i += 4) quarter += abs<i32>(curvatures[slot(time - i)]);
  return quarter << 2;
}

/** max |2 x[n] - x[n-4] - x[n+4]| under the height at `time`: what a QRS has more of than its T wave, however high that is. */
export function finenessAt(state: QrsFeatureState, time: i32): i32 {
  const samples = samplesOf(state);
  let finest = 0;
  for (let t = time - FINE_FROM_SAMPLES; t < time - FINE_UNTIL_SAMPLES; t += 2) {
    const second = 2 * samples[slot(t)] - samples[slot(t - FINE_SAMPLES)] - samples[slot(t + FINE_SAMPLES)];
    finest = max(finest, abs<i32>(second));
  }
  return finest;
}

/** Writes the shape around the sharpest curvature. */
export function takeShape(state: QrsFeatureState, sharpest: i32, shape: I16View): void {
  const curvatures = curvaturesOf(state);
  for (let i = 0; i < SHAPE_POINTS; i++) {
    const time = sharpest + (i - SHAPE_POINTS / 2) * SHAPE_STEP_SAMPLES;
    shape[i] = saturate16(curvatures[slot(time)] >> SHAPE_SHIFT);
  }
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
