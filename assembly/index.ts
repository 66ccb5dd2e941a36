/**
 * The engine's ABI, thin over model/. Addresses are byte offsets into the imported memory, numbers i32 unless a count may
 * outgrow it. Order of use: initialize, loadModel, configureInput, then push and read events, finish.
 */
import { alignUp, at, I16View, I32View } from "./views";
import {
  INPUT_CAPACITY_SAMPLES, MAX_SAMPLE_RATE_MILLIHZ, MIN_SAMPLE_RATE_MILLIHZ,
} from "./shared/limits";
import * as status from "./shared/status";
import { engine, initializeState } from "./model/engine-state";
import { layerAt } from "./model/layer";
import { load } from "./model/load";
import { runSelfTest } from "./model/self-test";
import * as snapshot from "./model/snapshot";
import { condition, feedDetector, finishRecord, isOpen, isWaiting, pushSamples, resetRecord } from "./model/stream";

/** Lays out the engine in `memoryBytes` of memory; call once, first. */
export function initialize(memoryBytes: i32): i32 {
  const code = initializeState(memoryBytes);
  if (code == status.OK) resetRecord(engine());
  return code;
}

/**
 * Loads and checks a rung of the model behind env.flashRead, 0 for the finest or only one; up to `cacheBytes` more memory keep
 * unpacked tiles.
 */
export function loadModel(fileBytes: i32, cacheBytes: i32, rung: i32): i32 {
  const code = load(fileBytes, cacheBytes, rung);
  if (code == status.OK) resetRecord(engine());
  return code;
}

/** Byte of the model file at which the last check failed, or -1. */
export function statusOffset(): i32 { return engine().statusOffset; }

/** Layer at which the last check failed, or -1. */
export function statusLayer(): i32 { return engine().statusLayer; }

/** Bytes of memory in use, static data included; after NOT_ENOUGH_RAM the bytes that it would take. */
export function ramBytes(): i32 { return engine().used; }

/** Sets the rate, scale and kind of the host's samples; starts a new record. */
export function configureInput(sampleRateMilliHz: i32, picovoltsPerCount: i32, conditioned: i32): i32 {
  if (sampleRateMilliHz < MIN_SAMPLE_RATE_MILLIHZ || sampleRateMilliHz > MAX_SAMPLE_RATE_MILLIHZ) {
    return status.INPUT_BAD_SAMPLE_RATE;
  }
  if (picovoltsPerCount < 1 || picovoltsPerCount > 2000000000) return status.INPUT_BAD_SCALE;
  const state = engine();
  state.sampleRateMilliHz = sampleRateMilliHz;
  state.picovoltsPerCount = picovoltsPerCount;
  state.conditioned = conditioned;
  resetRecord(state);
  return status.OK;
}

/** Starts a new record with the same settings. */
export function reset(): void { resetRecord(engine()); }

/** Address of the input area: i32[INPUT_CAPACITY_SAMPLES]. */
export function inputAt(): i32 { return engine().inputAt; }

/** Takes up to `count` samples from the input area; returns how many, or a negative status. Drain the events, push the rest. */
export function push(count: i32): i32 {
  const state = engine();
  if (count < 0 || count > INPUT_CAPACITY_SAMPLES) return -status.INPUT_TOO_LONG;
  if (!isOpen(state)) return -status.INPUT_FINISHED;
  const taken = pushSamples(state, count);
  return state.faulty == 0 ? taken : -status.MODEL_FLASH_READ_FAILED;
}

/** Whether work waits for room in the event queue: drain it and push nothing, or finish again. */
export function waiting(): i32 { return isWaiting(engine()) ? 1 : 0; }

/** Ends the record: 0 when it is over, 1 to drain the events and call again, or a negative status. */
export function finish(): i32 {
  const state = engine();
  const done = finishRecord(state);
  if (state.faulty != 0) return -status.MODEL_FLASH_READ_FAILED;
  return done ? 0 : 1;
}

/** Event queue: shared/events.ts has the record, `eventBytes` its size. */
export function eventsAt(): i32 { return engine().eventsAt; }
export function eventBytes(): i32 { return engine().eventBytes; }
export function eventCount(): i32 { return engine().eventCount; }
export function clearEvents(): void { engine().eventCount = 0; }

/**
 * The signal chain alone, for an engine without a model: conditions `count` samples of the input area into i16 samples at
 * conditionedAt(), and queues their beats: at most 15, since the area holds 1.024 s at 125 Hz and the detector's first 2 s
 * come out together, beats at least 0.2 s apart; and one verdict on the signal at most, since those come 1.024 s apart.
 * Returns how many samples, or a negative status. pushSamples keeps no sample and stops while the event queue is full; this
 * loop needs every sample, and its queue cannot fill.
 */
export function conditionSamples(count: i32): i32 {
  const state = engine();
  if (count < 0 || count > INPUT_CAPACITY_SAMPLES) return -status.INPUT_TOO_LONG;
  const input = at<I32View>(state.inputAt);
  let out = at<I16View>(conditionedAt());
  let total = 0;
  for (let i = 0; i < count; i++) {
    const made = condition(state, input[i], out);
    for (let j = 0; j < made; j++) feedDetector(state, out[j]);
    out = out.from(made);
    total += made;
  }
  return total;
}

export function conditionedAt(): i32 { return alignUp(engine().used, 16); }

/** Runs the golden vectors of the loaded model. The record under way is lost. */
export function selfTest(): i32 {
  const state = engine();
  return state.loaded != 0 ? runSelfTest(state) : status.NO_MODEL;
}

/** A snapshot's parts (model/snapshot.ts): first prepareSnapshot, then each part until there is none (-1 bytes). */
export function prepareSnapshot(): i32 { return snapshot.prepareSnapshot(engine()); }
export function snapshotPartAt(part: i32): i32 { return snapshot.snapshotPartAt(engine(), part); }
export function snapshotPartBytes(part: i32): i32 { return snapshot.snapshotPartBytes(engine(), part); }

/** Takes up the record whose parts have been copied in; SNAPSHOT_BAD begins a new one. */
export function restoreSnapshot(): i32 { return snapshot.restoreSnapshot(engine()); }

/** In check mode every layer's output rows go into its CRC-32. */
export function setChecking(on: i32): void { engine().checking = on; }
export function layerCrc(layer: i32): i32 { return layerAt(engine().layersAt, layer).crc; }

/** While profiling the import `trace` is told what the engine does. */
export function setProfiling(on: i32): void { engine().profiling = on; }

/** Counters since clearProfile: a layer's rows, its work (Layer.profileWork), passes of the network. */
export function layerRows(layer: i32): i64 { return layerAt(engine().layersAt, layer).profileRows; }
export function layerWork(layer: i32): i64 { return layerAt(engine().layersAt, layer).profileWork; }
export function ticks(): i64 { return engine().ticks; }
export function samplesIn(): i64 { return engine().samplesIn; }

export function clearProfile(): void {
  const state = engine();
  state.ticks = 0;
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    layer.profileRows = 0;
    layer.profileWork = 0;
  }
}
