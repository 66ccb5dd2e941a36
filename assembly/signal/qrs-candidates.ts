import { addressOf, at, I16View, moveBytes } from "../views";
import {
  extremumTime, finenessAt, heightNear, INTEGRATION_SAMPLES, QRS_FEATURE_BYTES, QrsFeatureState, SHAPE_POINTS, sharpestTime,
  takeShape,
} from "./qrs-feature";

/** A peak of the feature is a candidate once nothing higher came for so long: 200 ms. */
export const HOLD_SAMPLES: i32 = 100;
const MAX_CANDIDATES: i32 = 12;

/**
 * A peak of the feature.
 *   0   time, height, rTime    its time and height, and the time of the R peak under it
 *  12   before, after          about the heights 128 ms before and after
 *  20   fineness
 *  24   score                  the evidence for a beat, once it has been judged
 *  28   shape                  i16[32]
 */
@unmanaged @final
export class Candidate {
  time: i32;
  height: i32;
  rTime: i32;
  before: i32;
  after: i32;
  fineness: i32;
  score: i32;
}
const SHAPE_AT: i32 = 28;
if (offsetof<Candidate>() != SHAPE_AT) ERROR("SHAPE_AT is stale");
const SHAPE_BYTES: i32 = 2 * SHAPE_POINTS;
const CANDIDATE_BYTES: i32 = SHAPE_AT + SHAPE_BYTES;

/**
 *   0   learnedAt                    time at which the learning in progress ends, or ended
 *   4   learning                     whether it is in progress
 *   8   peakHeight, peakTime         highest feature since the last candidate, and when
 *  16   signal, noise                mean heights of beats and of other candidates
 *  24   interval                     mean interval between beats
 *  28   lastTime, lastFineness       of the newest beat's candidate
 *  36   forgottenAt                  time at which the levels last sank for want of beats
 *  40   candidateCount, judgedCount  candidates since the newest beat; those already compared with the threshold
 *  48   unsearched                   whether levels or candidates changed since search-back last looked
 *  52   template                     i16[32], the mean shape of beats
 * 116   candidates                   12, oldest first
 *1220   the QRS feature
 */
@unmanaged @final
export class RPeakState {
  learnedAt: i32;
  learning: i32;
  peakHeight: i32;
  peakTime: i32;
  signal: i32;
  noise: i32;
  interval: i32;
  lastTime: i32;
  lastFineness: i32;
  forgottenAt: i32;
  candidateCount: i32;
  judgedCount: i32;
  unsearched: i32;
}
const TEMPLATE_AT: i32 = 52;
if (offsetof<RPeakState>() != TEMPLATE_AT) ERROR("TEMPLATE_AT is stale");
const CANDIDATES_AT: i32 = TEMPLATE_AT + SHAPE_BYTES;
const FEATURE_AT: i32 = CANDIDATES_AT + MAX_CANDIDATES * CANDIDATE_BYTES;
export const R_PEAK_BYTES: i32 = FEATURE_AT + QRS_FEATURE_BYTES;

// @ts-ignore: decorator
@inline
export function featureOf(state: RPeakState): QrsFeatureState {
  return at<QrsFeatureState>(addressOf(state) + FEATURE_AT);
}

// @ts-ignore: decorator
@inline
export function candidateAt(state: RPeakState, index: i32): Candidate {
  return at<Candidate>(addressOf(state) + CANDIDATES_AT + index * CANDIDATE_BYTES);
}

// @ts-ignore: decorator
@inline
export function shapeOf(candidate: Candidate): I16View {
  return at<I16View>(addressOf(candidate) + SHAPE_AT);
}

// @ts-ignore: decorator
@inline
export function templateOf(state: RPeakState): I16View {
  return at<I16View>(addressOf(state) + TEMPLATE_AT);
}

/** Whether the counts of a state that came from outside are within its table. */
export function candidatesAreSound(state: RPeakState): bool {
  return state.candidateCount >= 0 && state.candidateCount <= MAX_CANDIDATES &&
    state.judgedCount >= 0 && state.judgedCount <= state.candidateCount;
}

/** Follows the feature; a maximum that stood for 200 ms becomes a candidate. */
export function trackPeak(state: RPeakState, feature: QrsFeatureState): void {
  if (feature.height > state.peakHeight) {
    state.peakHeight = feature.height;
    state.peakTime = feature.now;
  } else if (feature.now - state.peakTime >= HOLD_SAMPLES) {
    if (state.peakHeight > 0) addCandidate(state, feature);
    state.peakHeight = feature.height;
    state.peakTime = feature.now;
  }
}

function addCandidate(state: RPeakState, feature: QrsFeatureState): void {
  if (state.candidateCount == MAX_CANDIDATES) dropCandidates(state, 1);
  const candidate = candidateAt(state, state.candidateCount++);
  const time = state.peakTime;
  const sharpest = sharpestTime(feature, time);
  candidate.time = time;
  candidate.height = state.peakHeight;
  candidate.rTime = extremumTime(feature, sharpest);
  candidate.before = heightNear(feature, time - INTEGRATION_SAMPLES);
  candidate.after = heightNear(feature, time + INTEGRATION_SAMPLES);
  candidate.fineness = finenessAt(feature, time);
  takeShape(feature, sharpest, shapeOf(candidate));
}

export function dropCandidates(state: RPeakState, count: i32): void {
  state.candidateCount -= count;
  state.judgedCount = max(state.judgedCount - count, 0);
  const first = addressOf(candidateAt(state, 0));
  moveBytes(first, first + count * CANDIDATE_BYTES, state.candidateCount * CANDIDATE_BYTES);
}
