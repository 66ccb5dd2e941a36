import { at, clearBytes, I16View, I32View } from "../views";
import { DETECTOR_FLUSH_SAMPLES } from "../shared/signal";
import { conditionSample, FrontEndState, resetFrontEnd } from "../signal/front-end";
import { detectRPeak, judgeSignal, qualityOf, resetRPeak, RPeakState } from "../signal/r-peak";
import { watchRaw } from "../signal/signal-quality";
import { saturate16 } from "../numeric/saturate";
import { EngineState } from "./engine-state";
import { emitBeat, emitQuality, freeEvents } from "./events";
import { layerAt } from "./layer";
import { beginPass, continuePass, isComplete } from "./pass";
import { clearHalo, resetTensor, rowAddress, setTotals, tensorAt } from "./tensor";

/** Puts front end, detector and network back to the start of a record. Settings stay; counters of the profile too. */
export function resetRecord(state: EngineState): void {
  resetFrontEnd(at<FrontEndState>(state.frontEndAt), state.sampleRateMilliHz, state.picovoltsPerCount);
  resetRPeak(at<RPeakState>(state.rPeakAt));
  reopen(state);
  state.lastSample = 0;
  state.samplesIn = 0;
  state.windowStart = 0;
  if (state.loaded == 0) return;
  resetStream(state);
  for (let i = 0; i < state.layerCount; i++) layerAt(state.layersAt, i).crc = 0;
}

/** Opens the record: nothing waits, no pass is under way and the end has not come. */
export function reopen(state: EngineState): void {
  state.waitingCount = 0;
  state.waitingNext = 0;
  state.eventCount = 0;
  state.running = 0;
  state.inputEnded = 0;
  state.finishing = OPEN;
  state.held = 0;
  state.faulty = 0;
}

/** Puts the network alone back to its start: halo rows of zeros, nothing made. */
export function resetStream(state: EngineState): void {
  state.tickFill = 0;
  state.windowFill = 0;
  state.running = 0;
  state.inputEnded = 0;
  for (let i = 0; i <= state.layerCount; i++) resetTensor(tensorAt(state.tensorsAt, i));
  for (let i = 0; i <= state.headLayer; i++) clearHalo(tensorAt(state.tensorsAt, i));
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    layer.taken = 0;
    layer.column = 0;
    clearBytes(layer.sumsAt, layer.sumsBytes);
  }
}

/**
 * Takes raw samples from the input area; returns how many. It stops early when the event queue fills: drain the queue and
 * push the rest. The results do not depend on how the record was cut into pushes.
 */
export function pushSamples(state: EngineState, count: i32): i32 {
  const input = at<I32View>(state.inputAt);
  let taken = 0;
  while (feedWaiting(state) && taken < count) {
    state.waitingNext = 0;
    state.waitingCount = condition(state, input[taken], at<I16View>(state.waitingAt));
    taken += 1;
  }
  return taken;
}

/** Turns one raw sample into 0..4 of the model's samples; returns how many. */
export function condition(state: EngineState, raw: i32, out: I16View): i32 {
  watchRaw(qualityOf(at<RPeakState>(state.rPeakAt)), raw, state.sampleRateMilliHz);
  if (state.conditioned == 0) return conditionSample(at<FrontEndState>(state.frontEndAt), raw, out);
  out[0] = saturate16(raw);
  return 1;
}

/** Hands on the samples that wait. Returns whether none is left and the network is at rest. */
export function feedWaiting(state: EngineState): bool {
  while (settle(state)) {
    if (state.waitingNext == state.waitingCount) return true;
    // A sample gives at most one beat and one verdict.
    if (freeEvents(state) < 2) return false;
    const sample = at<I16View>(state.waitingAt)[state.waitingNext];
    state.waitingNext += 1;
    feedDetector(state, sample);
    if (state.loaded != 0) feedNetwork(state, sample);
  }
  return false;
}

/** Hands one conditioned sample to the R-peak detector. The caller has checked that two events are free. */
export function feedDetector(state: EngineState, sample: i32): void {
  state.lastSample = sample;
  state.samplesIn += 1;
  const detector = at<RPeakState>(state.rPeakAt);
  const delay = detectRPeak(detector, sample);
  if (judgeSignal(detector, sample)) emitQuality(state);
  if (delay > 0) emitBeat(state, state.samplesIn - 1 - delay);
}

/**
 * The detector is sure of a beat some 0.3 s after it. At a record's end the last sample is repeated for that long, so that
 * the last beat is not lost. Returns false where the event queue is full.
 */
export function flushDetector(state: EngineState): bool {
  while (state.held < DETECTOR_FLUSH_SAMPLES) {
    if (freeEvents(state) == 0) return false;
    state.held += 1;
    const delay = detectRPeak(at<RPeakState>(state.rPeakAt), state.lastSample);
    const sample = state.samplesIn - 1 + state.held - delay;
    if (delay > 0 && sample < state.samplesIn) emitBeat(state, sample);
  }
  return true;
}

function feedNetwork(state: EngineState, sample: i32): void {
  const input = tensorAt(state.tensorsAt, 0);
  at<I16View>(rowAddress(input, input.next))[0] = sample;
  input.next += 1;
  state.tickFill += 1;
  if (state.windowSamples != 0) state.windowFill += 1;
  if (state.windowSamples != 0 && state.windowFill == state.windowSamples) endInput(state);
  else if (state.tickFill == state.tickSamples) beginPass(state);
}

/** Ends the window or record for the network: the next passes bring every layer to its last row. */
function endInput(state: EngineState): void {
  state.inputEnded = 1;
  setTotals(state, tensorAt(state.tensorsAt, 0).next);
  if (state.tickFill > 0 || !isComplete(state)) beginPass(state);
}

/** Brings the passes under way to their end. Returns false where the event queue is full. */
function settle(state: EngineState): bool {
  while (state.running != 0) {
    if (!continuePass(state)) return false;
    state.ticks += 1;
    state.tickFill = 0;
    if (state.inputEnded == 0) break;
    if (!isComplete(state)) beginPass(state);
    else if (state.windowSamples != 0) {
      state.windowStart += state.windowSamples;
      resetStream(state);
    }
  }
  return true;
}

/** Whether work is left that a full event queue holds up. */
export function isWaiting(state: EngineState): bool {
  return state.running != 0 || state.waitingNext != state.waitingCount;
}

const OPEN = 0;
const ENDING = 1;
const CLOSING = 2;
const FINISHED = 3;

// @ts-ignore: decorator
@inline
export function isOpen(state: EngineState): bool {
  return state.finishing == OPEN;
}

/**
 * Ends the record: a stream sees its look-ahead as zeros at each layer, a window is filled up with zero samples. Returns
 * false where the event queue is full: drain it and call again.
 */
export function finishRecord(state: EngineState): bool {
  if (state.finishing == OPEN) state.finishing = ENDING;
  if (!feedWaiting(state) || !flushDetector(state)) return false;
  if (state.loaded != 0 && state.windowSamples != 0) {
    while (state.windowFill > 0) {
      feedNetwork(state, 0);
      if (!settle(state)) return false;
    }
  } else if (state.loaded != 0 && state.finishing == ENDING) {
    state.finishing = CLOSING;
    endInput(state);
    if (!settle(state)) return false;
  }
  state.finishing = FINISHED;
  return true;
}
