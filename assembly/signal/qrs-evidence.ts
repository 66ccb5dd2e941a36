import { I16View } from "../views";
import { Candidate, RPeakState, shapeOf, templateOf } from "./qrs-candidates";
import { SHAPE_POINTS } from "./qrs-feature";
import * as weights from "./qrs-weights";
import { Term, weigh } from "./qrs-weights";

/** Below any evidence that counts. */
export const NO_EVIDENCE: i32 = i32.MIN_VALUE;
/** Within 360 ms of a beat a candidate may be its T wave. */
const T_WAVE_SAMPLES: i32 = 180;

/** Bounds of the logarithms, in sixteenths of a bit. */
const OCTAVES: i32 = 16;

/** Weighs the evidence for a beat: more than 0 is one. A sum of eight terms; each is bounded, so it stays below 2^18. */
export function evidence(state: RPeakState, candidate: Candidate, threshold: i32): i32 {
  const height = log2(candidate.height);
  const gap = candidate.time - state.lastTime;
  const margin = clamp(height - log2(threshold), -3 * OCTAVES, 3 * OCTAVES);
  let sum = weigh(Term.OFFSET, weights.OFFSET, 1);
  const isAbove = margin > 0;
  sum += weigh(
    isAbove ? Term.ABOVE_THRESHOLD : Term.BELOW_THRESHOLD,
    isAbove ? weights.ABOVE_THRESHOLD : weights.BELOW_THRESHOLD, margin,
  );
  sum += weigh(Term.BEYOND_SIGNAL, weights.BEYOND_SIGNAL, clamp(height - log2(state.signal), 0, 2 * OCTAVES));
  if (gap < T_WAVE_SAMPLES && state.lastFineness != 0) {
    const finer = clamp(log2(candidate.fineness) - log2(state.lastFineness), -4 * OCTAVES, 2 * OCTAVES);
    sum += weigh(Term.FINER_THAN_LAST, weights.FINER_THAN_LAST, finer);
  }
  sum += weigh(Term.BUSY_BEFORE, weights.BUSY_BEFORE, clamp(log2(candidate.before) - height, -5 * OCTAVES, 0));
  sum += weigh(Term.BUSY_AFTER, weights.BUSY_AFTER, clamp(log2(candidate.after) - height, -5 * OCTAVES, 0));
  if (gap < state.interval) {
    const early = max(0, ((4 * state.interval - 5 * gap) << 8) / (5 * state.interval));
    sum += weigh(Term.EARLY, weights.EARLY, early);
  }
  return sum + weigh(Term.UNLIKE, weights.UNLIKE, dissimilarity(shapeOf(candidate), templateOf(state)));
}

/** 16 log2(value + 1), a straight line between powers of two, cut off: at most 2.4 too low. */
function log2(value: i32): i32 {
  const zeros = clz<i32>(value + 1);
  return ((31 - zeros) << 4) | (((value + 1) << zeros >>> 27) & 15);
}

// @ts-ignore: decorator
@inline
function clamp(value: i32, low: i32, high: i32): i32 {
  return min(max(value, low), high);
}

/** 256 sum |a - b| / (sum |a| + sum |b|): 0 for equal shapes, 256 where they have nothing in common. */
function dissimilarity(a: I16View, b: I16View): i32 {
  let apart = 0;
  let both = 0;
  for (let i = 0; i < SHAPE_POINTS; i++) {
    apart += abs<i32>(a[i] - b[i]);
    both += abs<i32>(a[i]) + abs<i32>(b[i]);
  }
  return both > 0 ? (apart << 8) / both : 256;
}

/** Takes an accepted beat's shape into the mean shape. */
export function followShape(template: I16View, shape: I16View): void {
  for (let i = 0; i < SHAPE_POINTS; i++) template[i] = template[i] + ((shape[i] - template[i]) >> 3);
}
