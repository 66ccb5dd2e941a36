import { at, I16View, I32View, I64View } from "../views";
import { EVENT_BEAT, EVENT_DECISION, EVENT_LOGITS_AT, EVENT_QUALITY } from "../shared/events";
import { EVENT_CAPACITY } from "../shared/limits";
import { qualityOf, RPeakState } from "../signal/r-peak";
import { BLOCK_SAMPLES } from "../signal/signal-quality";
import { EngineState } from "./engine-state";

// @ts-ignore: decorator
@inline
export function freeEvents(state: EngineState): i32 {
  return EVENT_CAPACITY - state.eventCount;
}

function nextEvent(state: EngineState, kind: i32, classIndex: i32, sample: i64): i32 {
  const from = state.eventsAt + state.eventCount * state.eventBytes;
  state.eventCount += 1;
  at<I32View>(from)[0] = kind;
  at<I32View>(from)[1] = classIndex;
  at<I64View>(from)[1] = sample;
  at<I64View>(from)[2] = state.samplesIn;
  return from;
}

/** The caller has seen that an event is free. */
export function emitBeat(state: EngineState, sample: i64): void {
  nextEvent(state, EVENT_BEAT, verdictOf(state), sample);
}

/** The verdict has changed. The caller has seen that an event is free. */
export function emitQuality(state: EngineState): void {
  nextEvent(state, EVENT_QUALITY, verdictOf(state), state.samplesIn - BLOCK_SAMPLES);
}

// @ts-ignore: decorator
@inline
function verdictOf(state: EngineState): i32 {
  return qualityOf(at<RPeakState>(state.rPeakAt)).verdict;
}

/** The class is the largest logit's, the lowest index among equals. */
export function emitDecision(state: EngineState, sample: i64, logits: I16View): void {
  let best = 0;
  for (let i = 1; i < state.classCount; i++) {
    if (logits[i] > logits[best]) best = i;
  }
  const to = at<I16View>(nextEvent(state, EVENT_DECISION, best, sample) + EVENT_LOGITS_AT);
  for (let i = 0; i < state.classCount; i++) to[i] = logits[i];
}
