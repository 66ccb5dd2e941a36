import { addressOf, alignUp, at, clearBytes, I32View } from "../views";
import { frontEndBytes } from "../signal/front-end";
import { rPeakBytes } from "../signal/r-peak";
import { EVENT_LOGITS_AT } from "../shared/events";
import { SECTION_COUNT } from "../shared/layout";
import { EVENT_CAPACITY, INPUT_CAPACITY_SAMPLES, MODEL_SAMPLE_RATE_HZ } from "../shared/limits";
import { NOT_ENOUGH_RAM, OK } from "../shared/status";

/** Everything that the engine remembers, at one fixed address after the static data. */
@unmanaged @final
export class EngineState {
  /** Bytes of memory that the host grants. */
  memoryBytes: i32;
  /** First free byte: what has been reserved so far ends here. */
  used: i32;
  /** `used` without a model. */
  fixedUsed: i32;

  /** Byte of the file, and layer, at which the last check failed (-1: none). */
  statusOffset: i32;
  statusLayer: i32;

  frontEndAt: i32;
  rPeakAt: i32;
  inputAt: i32;
  eventsAt: i32;
  eventBytes: i32;
  eventCount: i32;

  /** Conditioned samples of the record, and the last one. */
  samplesIn: i64;
  lastSample: i32;
  /** Samples arrive as the model takes them: no front end. */
  conditioned: i32;
  sampleRateMilliHz: i32;
  picovoltsPerCount: i32;

  /** Conditioned samples of the last raw sample that wait for the network. */
  waitingAt: i32;
  waitingCount: i32;
  waitingNext: i32;

  /** The model. */
  loaded: i32;
  layersAt: i32;
  layerCount: i32;
  tensorsAt: i32;
  classCount: i32;
  tickSamples: i32;
  windowSamples: i32;
  logitFractionBits: i32;
  /** First layer of the head: it pools the columns of a decision, flattens them, or makes a sequence of them. */
  headLayer: i32;
  /** Layer that pools a decision's sequence; headLayer where there are none. */
  poolLayer: i32;
  lookAheadSamples: i32;
  totalStride: i32;
  fileBytes: i32;
  /** The network of the file that runs, 0 for the finest, and sections of the file. */
  rung: i32;
  sectionCount: i32;
  /** Bytes of all tensors by the plan. */
  arenaBytes: i32;
  goldenSamples: i32;
  /** Offset and length of each section of the rung, by kind: i32[SECTION_COUNT][2]. */
  sectionsAt: i32;
  /** Scratch: an unpacked tile (or a page of the file), a packed tile, the lanes between, a layer's input as its kernel
   * takes it, a product. */
  entryAt: i32;
  packedAt: i32;
  lanesAt: i32;
  inputScratchAt: i32;
  productAt: i32;

  /** Progress. */
  tickFill: i32;
  windowFill: i32;
  /** A pass of the network is under way; the layer that it has come to. */
  running: i32;
  passLayer: i32;
  /** No sample follows in the window or record: passes go on until every layer has made its last row. */
  inputEnded: i32;
  /** Stage of the record's end (stream.ts). */
  finishing: i32;
  /** Number of times that the record's last sample was repeated at its end. */
  held: i32;
  /** A flash read failed while running. */
  faulty: i32;
  /** Every layer's output goes into its CRC. */
  checking: i32;
  /** The host is told which layer runs (trace.ts). */
  profiling: i32;
  /** Conditioned samples in closed windows, and passes of the network. */
  windowStart: i64;
  ticks: i64;

  setSection(kind: i32, offset: i32, length: i32): void {
    const sections = at<I32View>(this.sectionsAt);
    sections[2 * (kind - 1)] = offset;
    sections[2 * (kind - 1) + 1] = length;
  }

  sectionAt(kind: i32): i32 { return at<I32View>(this.sectionsAt)[2 * (kind - 1)]; }

  sectionBytes(kind: i32): i32 { return at<I32View>(this.sectionsAt)[2 * (kind - 1) + 1]; }
}

// @ts-ignore: decorator
@inline
export function engine(): EngineState {
  return at<EngineState>(alignUp(<i32>__heap_base, 16));
}

/** More than any memory: what `used` becomes once it would leave 32 bits. */
const BEYOND_MEMORY: i32 = i32.MAX_VALUE - 15;

/** Takes the next `bytes` of memory, 16-byte aligned; what does not fit shows in `used` > `memoryBytes`. */
export function reserve(state: EngineState, bytes: i32): i32 {
  const from = alignUp(min(state.used, BEYOND_MEMORY), 16);
  state.used = bytes < 0 || from > BEYOND_MEMORY - bytes ? BEYOND_MEMORY : from + bytes;
  return from;
}

// @ts-ignore: decorator
@inline
export function fits(state: EngineState): bool {
  return state.used <= state.memoryBytes;
}

/** Lays out what every use needs: state, front end, detector, input area. */
export function initializeState(memoryBytes: i32): i32 {
  const state = engine();
  const stateEnd = alignUp(<i32>__heap_base, 16) + <i32>offsetof<EngineState>();
  if (memoryBytes < stateEnd) return NOT_ENOUGH_RAM;
  clearBytes(addressOf(state), <i32>offsetof<EngineState>());
  state.memoryBytes = memoryBytes;
  state.used = stateEnd;
  state.waitingAt = reserve(state, 8);
  state.inputAt = reserve(state, INPUT_CAPACITY_SAMPLES * 4);
  state.frontEndAt = reserve(state, frontEndBytes());
  state.rPeakAt = reserve(state, rPeakBytes());
  state.sectionsAt = reserve(state, SECTION_COUNT * 8);
  state.fixedUsed = state.used;
  state.statusOffset = -1;
  state.statusLayer = -1;
  useConditionedInput(state);
  reserveEvents(state, 0);
  return fits(state) ? OK : NOT_ENOUGH_RAM;
}

/** The model's own input: conditioned samples of 1 microvolt. */
export function useConditionedInput(state: EngineState): void {
  state.conditioned = 1;
  state.sampleRateMilliHz = 1000 * MODEL_SAMPLE_RATE_HZ;
  state.picovoltsPerCount = 1000000;
}

/** (Re)places the event queue after the fixed part: an event's size depends on the model's classes. */
export function reserveEvents(state: EngineState, classCount: i32): void {
  state.used = state.fixedUsed;
  state.eventBytes = alignUp(EVENT_LOGITS_AT + 2 * classCount, 8);
  state.eventsAt = reserve(state, EVENT_CAPACITY * state.eventBytes);
  state.eventCount = 0;
}
