import { addressOf, at, moveBytes } from "../views";
import {
  extremumTime, QRS_FEATURE_BYTES, QrsFeatureState, sharpestTime, sharpnessAt,
} from "./qrs-feature";

/** A peak of the feature is a candidate once nothing higher came for so long: 200 ms. */
export const HOLD_SAMPLES: i32 = 100;
const MAX_CANDIDATES: i32 = 12;

/** A peak of the feature: its time, height and sharpness, and the time of the R peak under it. */
@unmanaged @final
export class Candidate {
  time: i32;
  height: i32;
  sharpness: i32;
  rTime: i32;
}
const CANDIDATE_BYTES: i32 = 16;
if (offsetof<Candidate>() != CANDIDATE_BYTES) ERROR("CANDIDATE_BYTES is stale");

/**
 *   0   learnedAt                    time at which the learning in progress ends, or ended
 *   4   learning                     whether it is in progress
 *   8   peakHeight, peakTime         highest feature since the last candidate, and when
 *  16   signal, noise                mean heights of beats and of other candidates
 *  24   interval                     mean interval between beats
 *  28   lastTime, lastSharpness      of the newest beat's candidate
 *  36   forgottenAt                  time at which the levels last sank for want of beats
 *  40   candidateCount, judgedCount  candidates since the newest beat; those already compared with the threshold
 *  48   unsearched                   whether levels or candidates changed since search-back last looked
 *  52   candidates                   12, oldest first
 * 244   the QRS feature
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
  lastSharpness: i32;
  forgottenAt: i32;
  candidateCount: i32;
  judgedCount: i32;
  unsearched: i32;
}
const CANDIDATES_AT: i32 = 52;
if (offsetof<RPeakState>() != CANDIDATES_AT) ERROR("CANDIDATES_AT is stale");
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
  const sharpest = sharpestTime(feature, state.peakTime);
  candidate.time = state.peakTime;
  candidate.height = state.peakHeight;
  candidate.sharpness = sharpnessAt(feature, sharpest);
  candidate.rTime = extremumTime(feature, sharpest);
}

export function dropCandidates(state: RPeakState, count: i32): void {
  state.candidateCount -= count;
  state.judgedCount = max(state.judgedCount - count, 0);
  const first = addressOf(candidateAt(state, 0));
  moveBytes(first, first + count * CANDIDATE_BYTES, state.candidateCount * CANDIDATE_BYTES);
}
