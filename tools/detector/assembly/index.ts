/**
 * The engine's R-peak detector by itself, with the host's weights (assembly/signal/qrs-weights.ts). While a sample is taken
 * the import `weigh` is called once a term of each candidate that is judged, the offset first.
 */
import { candidateAt, featureOf } from "../../../assembly/signal/qrs-candidates";
import {
  detectRPeak, judgeSignal, qualityOf, resetRPeak, rPeakBytes, RPeakState,
} from "../../../assembly/signal/r-peak";
import { watchRaw } from "../../../assembly/signal/signal-quality";
import { at } from "../../../assembly/views";

const state = at<RPeakState>(<i32>heap.alloc(rPeakBytes()));

export function reset(): void {
  resetRPeak(state);
}

/** Shows the signal quality a raw count; what is detected does not depend on it. */
export function watch(raw: i32, sampleRateMilliHz: i32): void {
  watchRaw(qualityOf(state), raw, sampleRateMilliHz);
}

/** Takes a conditioned sample of a record; 0, or how many samples ago an R peak lay. */
export function take(sample: i32): i32 {
  const delay = detectRPeak(state, sample);
  judgeSignal(state, sample);
  return delay;
}

/** The last sample once more, behind the record's end. */
export function hold(sample: i32): i32 {
  return detectRPeak(state, sample);
}

/** While terms are weighed: how many samples ago the R peak of their candidate lay. */
export function judgedDelay(): i32 {
  return featureOf(state).now - candidateAt(state, state.judgedCount - 1).rTime;
}
