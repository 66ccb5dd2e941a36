import { QUALITY_FLAT } from "../shared/quality";
import { addressOf, at, clearBytes, moveBytes } from "../views";
import {
  candidateAt, candidatesAreSound, dropCandidates, featureOf, HOLD_SAMPLES, R_PEAK_BYTES, RPeakState, shapeOf, templateOf,
  trackPeak,
} from "./qrs-candidates";
import { evidence, followShape, NO_EVIDENCE } from "./qrs-evidence";
import { curvatureNow, HEIGHT_PER_MICROVOLT, SHAPE_POINTS, updateQrsFeature } from "./qrs-feature";
import { judgeQuality, QUALITY_BYTES, qualityIsSound, QualityState } from "./signal-quality";

export { RPeakState };

/** No two beats lie closer, and none so close to the start. */
const REFRACTORY_SAMPLES: i32 = 100;
/** A beat is overdue after 3/2 of the mean interval; search-back takes no candidate within 340 ms of the last beat. */
const SEARCH_BACK_FROM_SAMPLES: i32 = 170;
const SEARCH_BACK_EVIDENCE: i32 = -5325;
/** Levels are learned from 2 s, and forgotten by a quarter after every 3 s without a beat. */
const LEARNING_SAMPLES: i32 = 1000;
const FORGETTING_SAMPLES: i32 = 1500;
/** Intervals of 0.2..2 s count for the mean interval, which starts at 0.8 s. */
const MAX_INTERVAL_SAMPLES: i32 = 1000;
const FIRST_INTERVAL_SAMPLES: i32 = 400;
/** No beat below a mean curvature of 12 uV. */
const MIN_HEIGHT: i32 = 12 * HEIGHT_PER_MICROVOLT;

/** Bytes of an RPeakState and the QualityState after it. */
export function rPeakBytes(): i32 {
  return R_PEAK_BYTES + QUALITY_BYTES;
}

export function resetRPeak(state: RPeakState): void {
  clearBytes(addressOf(state), rPeakBytes());
  startLearning(state, 0);
}

/**
 * Feeds one conditioned sample. Returns 0, or how many samples ago (1..) an R peak lay of which the detector is now
 * sure; at most one beat a call, in ascending order (docs/numerics/front-end.md, "R peaks").
 */
export function detectRPeak(state: RPeakState, sample: i32): i32 {
  const feature = featureOf(state);
  updateQrsFeature(feature, sample);
  const now = feature.now;
  trackPeak(state, feature);
  if (state.learning) {
    if (now - state.learnedAt >= 0) finishLearning(state, now);
    return 0;
  }
  let beat = -1;
  if (state.judgedCount < state.candidateCount) beat = judgeNext(state);
  if (beat < 0) beat = searchBack(state, now);
  if (beat >= 0) return now - acceptBeat(state, beat);
  forget(state, now);
  return 0;
}

/** The signal quality, which lies after the detector's own state. */
// @ts-ignore: decorator
@inline
export function qualityOf(state: RPeakState): QualityState {
  return at<QualityState>(addressOf(state) + R_PEAK_BYTES);
}

/**
 * Judges the signal by the sample that the detector has just taken; returns whether the verdict has changed. After a flat
 * signal the levels are learned anew: those from before it need not fit an electrode that has been put on again.
 */
export function judgeSignal(state: RPeakState, sample: i32): bool {
  const quality = qualityOf(state);
  const feature = featureOf(state);
  if (!judgeQuality(quality, sample, curvatureNow(feature), state.signal, state.noise)) return false;
  if (quality.verdict == QUALITY_FLAT) startLearning(state, feature.now);
  return true;
}

/** Whether a state that came from outside points into its tables and divides by no zero. */
export function rPeakIsSound(state: RPeakState): bool {
  return state.interval > 0 && state.interval <= MAX_INTERVAL_SAMPLES && candidatesAreSound(state) &&
    qualityIsSound(qualityOf(state));
}

function startLearning(state: RPeakState, now: i32): void {
  state.learning = 1;
  state.signal = 0;
  state.noise = 0;
  state.learnedAt = now + LEARNING_SAMPLES;
  state.interval = FIRST_INTERVAL_SAMPLES;
  state.candidateCount = 0;
  state.judgedCount = 0;
}

/**
 * The signal level is the second highest candidate, lest one artefact sets it, but at least half the highest; the second
 * highest is the first template, too.
 */
function finishLearning(state: RPeakState, now: i32): void {
  let highest = 0;
  let second = 0;
  let highestAt = 0;
  let secondAt = 0;
  for (let i = 0; i < state.candidateCount; i++) {
    const height = candidateAt(state, i).height;
    if (height > highest) {
      second = highest;
      secondAt = highestAt;
      highest = height;
      highestAt = i;
    } else if (height > second) {
      second = height;
      secondAt = i;
    }
  }
  if (highest < MIN_HEIGHT) {
    startLearning(state, now);
    return;
  }
  state.learning = 0;
  if (second > 0) moveBytes(addressOf(templateOf(state)), addressOf(shapeOf(candidateAt(state, secondAt))), 2 * SHAPE_POINTS);
  state.signal = max(second, highest >> 1);
  state.forgottenAt = now;
}

/** Weighs the next candidate; its index if it is a beat, else -1. */
function judgeNext(state: RPeakState): i32 {
  const index = state.judgedCount++;
  state.unsearched = 1;
  const candidate = candidateAt(state, index);
  candidate.score = NO_EVIDENCE;
  if (candidate.time - state.lastTime < REFRACTORY_SAMPLES) return -1;
  if (candidate.height >= MIN_HEIGHT) candidate.score = evidence(state, candidate, thresholdOf(state));
  if (candidate.score > 0) {
    state.signal += (min(candidate.height, 2 * state.signal) - state.signal) >> 3;
    return index;
  }
  state.noise += (min(candidate.height, state.signal) - state.noise) >> 3;
  return -1;
}

/** noise + 9/32 (signal - noise). */
function thresholdOf(state: RPeakState): i32 {
  return max(state.noise + (((state.signal - state.noise) * 9) >> 5), MIN_HEIGHT);
}

/** If a beat is overdue, the index of the candidate since the last one that has most evidence, if it has enough. */
function searchBack(state: RPeakState, now: i32): i32 {
  if (!state.unsearched || now - state.lastTime - HOLD_SAMPLES <= (3 * state.interval) >> 1) return -1;
  state.unsearched = 0;
  let best = -1;
  for (let i = 0; i < state.judgedCount; i++) {
    const candidate = candidateAt(state, i);
    if (candidate.time - state.lastTime < SEARCH_BACK_FROM_SAMPLES) continue;
    if (best < 0 || candidate.score > candidateAt(state, best).score) best = i;
  }
  if (best < 0) return -1;
  const candidate = candidateAt(state, best);
  if (candidate.score <= SEARCH_BACK_EVIDENCE) return -1;
  state.signal += (min(candidate.height, 2 * state.signal) - state.signal) >> 2;
  return best;
}

/** Makes a candidate the newest beat and forgets it and all before it; returns the time of its R peak. */
function acceptBeat(state: RPeakState, index: i32): i32 {
  const candidate = candidateAt(state, index);
  const rTime = candidate.rTime;
  const interval = candidate.time - state.lastTime;
  if (interval > REFRACTORY_SAMPLES && interval < MAX_INTERVAL_SAMPLES) {
    state.interval += (interval - state.interval) >> 3;
  }
  state.lastTime = candidate.time;
  state.lastFineness = candidate.fineness;
  followShape(templateOf(state), shapeOf(candidate));
  state.forgottenAt = candidate.time;
  state.unsearched = 1;
  dropCandidates(state, index + 1);
  return rTime;
}

/** After 3 s without a beat the levels sink by a quarter, in the end down to learning: artefacts do not blind it. */
function forget(state: RPeakState, now: i32): void {
  if (now - state.forgottenAt <= FORGETTING_SAMPLES) return;
  state.forgottenAt = now;
  state.unsearched = 1;
  state.signal -= state.signal >> 2;
  state.noise -= state.noise >> 2;
  if (state.signal < MIN_HEIGHT) startLearning(state, now);
}
