import { addressOf } from "../views";
import { MAX_SAMPLE_RATE_MILLIHZ, MIN_SAMPLE_RATE_MILLIHZ } from "../shared/limits";
import { OP_DENSE, OP_WINDOW } from "../shared/ops";
import { OK, SNAPSHOT_BAD, SNAPSHOT_NOT_AT_REST } from "../shared/status";
import { frontEndBytes, frontEndIsSound, FrontEndState } from "../signal/front-end";
import { rPeakBytes, rPeakIsSound, RPeakState } from "../signal/r-peak";
import { EngineState, useConditionedInput } from "./engine-state";
import { Layer, layerAt } from "./layer";
import { heldRows } from "./run/window";
import { isOpen, isWaiting, reopen, resetRecord } from "./stream";
import { dueRows, ENDLESS, firstKept, resetTensor, tensorAt } from "./tensor";

/**
 * A snapshot is what a record has left behind in the engine: settings and sample count, front end, detector, the rows that
 * are kept from one pass to the next, the sums of the head. It lies in memory in parts, the same in every build, which the
 * host copies out and back in. Where each row belongs follows from the sample count alone and is no part of it.
 *
 *   part 0            samplesIn, lastSample, conditioned, sampleRateMilliHz, picovoltsPerCount of the engine's state
 *   1, 2              front end, detector
 *   then              kept rows of tensor 0..layerCount, the input's all
 *   then              sums of layer 0..layerCount - 1
 */
const FIRST_TENSOR_PART = 3;

/** Address of a part. */
export function snapshotPartAt(state: EngineState, part: i32): i32 {
  if (part == 0) return addressOf(state) + <i32>offsetof<EngineState>("samplesIn");
  if (part == 1) return state.frontEndAt;
  if (part == 2) return state.rPeakAt;
  const tensor = part - FIRST_TENSOR_PART;
  if (tensor <= state.layerCount) return tensorAt(state.tensorsAt, tensor).keptAt;
  return layerAt(state.layersAt, tensor - state.layerCount - 1).sumsAt;
}

/** Bytes of a part, or -1: there is no such part. */
export function snapshotPartBytes(state: EngineState, part: i32): i32 {
  if (part == 0) return <i32>(offsetof<EngineState>("waitingAt") - offsetof<EngineState>("samplesIn"));
  if (part == 1) return frontEndBytes();
  if (part == 2) return rPeakBytes();
  const index = part - FIRST_TENSOR_PART;
  if (index <= state.layerCount) {
    const tensor = tensorAt(state.tensorsAt, index);
    return (index == 0 ? tensor.capacity : tensor.keptCapacity) * tensor.rowBytes;
  }
  const layer = index - state.layerCount - 1;
  return layer < state.layerCount ? layerAt(state.layersAt, layer).sumsBytes : -1;
}

/** Whether the parts can be copied out: no record has ended, no event waits, no pass is under way. */
export function prepareSnapshot(state: EngineState): i32 {
  const atRest = isOpen(state) && !isWaiting(state) && state.eventCount == 0;
  return atRest ? OK : SNAPSHOT_NOT_AT_REST;
}

/** Takes up the record whose parts have been copied in. Where they are damaged a new record begins. */
export function restoreSnapshot(state: EngineState): i32 {
  if (!isSound(state)) {
    useConditionedInput(state);
    resetRecord(state);
    return SNAPSHOT_BAD;
  }
  reopen(state);
  if (state.loaded != 0) resumeNetwork(state);
  return OK;
}

/** Checks every value that indexes memory or divides, so that the engine runs safely from any snapshot. */
function isSound(state: EngineState): bool {
  const rate = state.sampleRateMilliHz;
  const scale = state.picovoltsPerCount;
  return (state.conditioned == 0 || state.conditioned == 1) &&
    rate >= MIN_SAMPLE_RATE_MILLIHZ && rate <= MAX_SAMPLE_RATE_MILLIHZ && scale >= 1 && scale <= 2000000000 &&
    state.samplesIn >= 0 && state.samplesIn < 1 << 53 &&
    frontEndIsSound(changetype<FrontEndState>(<usize>state.frontEndAt), rate, scale) &&
    rPeakIsSound(changetype<RPeakState>(<usize>state.rPeakAt));
}

/** Works out from the sample count where every layer has come to. */
function resumeNetwork(state: EngineState): void {
  const window: i64 = state.windowSamples;
  const samples = window != 0 ? state.samplesIn % window : state.samplesIn;
  state.windowStart = state.samplesIn - samples;
  state.windowFill = window != 0 ? <i32>samples : 0;
  state.tickFill = <i32>(samples % state.tickSamples);
  const input = tensorAt(state.tensorsAt, 0);
  input.due = samples - state.tickFill;
  input.next = samples;
  for (let i = 0; i < state.headLayer; i++) {
    const output = tensorAt(state.tensorsAt, i + 1);
    output.due = dueRows(state, i);
    output.next = output.due;
  }
  for (let i = state.headLayer + 1; i <= state.layerCount; i++) resetTensor(tensorAt(state.tensorsAt, i));
  resumeHead(state);
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    tensor.total = ENDLESS;
    tensor.first = firstKept(state, i, tensor.due);
  }
}

/** Restores the head's counters: its first layer has taken every row, and each later layer has made one row per decision. */
function resumeHead(state: EngineState): void {
  const head = layerAt(state.layersAt, state.headLayer);
  // Not `next`: samples of the input that wait for a pass have not been taken.
  head.taken = tensorAt(state.tensorsAt, head.inputA).due;
  if (head.op == OP_WINDOW) tensorAt(state.tensorsAt, state.headLayer + 1).next = heldRows(head, head.taken);
  if (head.op == OP_DENSE) head.column = <i32>(head.taken % head.kernel);
  const decisions = decisionsMade(head);
  for (let i = state.poolLayer; i < state.layerCount; i++) {
    tensorAt(state.tensorsAt, i + 1).next = decisions;
    if (i > state.poolLayer) layerAt(state.layersAt, i).taken = decisions;
  }
}

function decisionsMade(head: Layer): i64 {
  if (head.op == OP_DENSE) return head.taken / head.kernel;
  const beyond = head.taken - (<i32>head.kernel - head.padLeft);
  return beyond < 0 ? 0 : beyond / head.stride + 1;
}
