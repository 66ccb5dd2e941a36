/**
 * The engine's R-peak detector by itself, with the host's weights (assembly/signal/qrs-weights.ts). For each candidate
 * that it judges while it takes a sample, it calls the import `weigh` once a term, the offset first.
 */
import { candidateAt, featureOf } from "../../../assembly/signal/qrs-candidates";
import { detectRPeak, judgeSignal, resetRPeak, rPeakBytes, RPeakState } from "../../../assembly/signal/r-peak";
import { at } from "../../../assembly/views";

const state = at<RPeakState>(<i32>heap.alloc(rPeakBytes()));

export function reset(): void {
  resetRPeak(state);
}

/** Takes a conditioned sample of a record and returns how many samples ago an R peak lay, or 0 without an R peak. */
export function take(sample: i32): i32 {
  const delay = detectRPeak(state, sample);
  judgeSignal(state, sample);
  return delay;
}

/** Takes the last sample once more, after the record's end. */
export function hold(sample: i32): i32 {
  return detectRPeak(state, sample);
}

/** Returns how many samples ago the R peak of the candidate lay whose terms are being weighed. */
export function judgedDelay(): i32 {
  return featureOf(state).now - candidateAt(state, state.judgedCount - 1).rTime;
}
