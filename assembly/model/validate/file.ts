import { alignUp, at, i32At, U8View, u16At } from "../../views";
import { flashRead } from "../../flash";
import { crc32 } from "../../numeric/crc32";
import * as layout from "../../shared/layout";
import {
  MAX_CLASSES, MAX_FILE_BYTES, MAX_LAYERS, MAX_LOGIT_FRACTION_BITS, MAX_RUNGS, MAX_TICK_SAMPLES, MAX_WINDOW_SAMPLES,
  MODEL_SAMPLE_RATE_HZ,
} from "../../shared/limits";
import { TYPE_INT16 } from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";

/** Bytes of the file looked at in one go; the buffer is `state.entryAt`. */
export const PAGE_BYTES = 256;

/** Notes where a check failed and hands its status on. */
export function fail(state: EngineState, code: i32, offset: i32): i32 {
  state.statusOffset = offset;
  return code;
}

/** Reads up to a page of the file to `state.entryAt`. */
export function readPage(state: EngineState, offset: i32, bytes: i32): i32 {
  return flashRead(offset, state.entryAt, bytes) == 0 ? status.OK : fail(state, status.MODEL_FLASH_READ_FAILED, offset);
}

/** Checks header, CRC, section table and network record; fills in where things are. */
export function validateFile(state: EngineState): i32 {
  let code = validateHeader(state);
  if (code == status.OK) code = validateCrc(state);
  if (code == status.OK) code = validateSections(state);
  return code;
}

function validateHeader(state: EngineState): i32 {
  const page = state.entryAt;
  const bytes = state.fileBytes;
  if (bytes < layout.HEADER_BYTES + layout.SECTION_COUNT * layout.SECTION_ENTRY_BYTES) {
    return fail(state, status.MODEL_TOO_SHORT, bytes);
  }
  if (bytes > MAX_FILE_BYTES) return fail(state, status.MODEL_TOO_LONG, bytes);
  const code = readPage(state, 0, layout.HEADER_BYTES);
  if (code != status.OK) return code;
  if (i32At(page, layout.HEADER_MAGIC_AT) != layout.MAGIC) {
    return fail(state, status.MODEL_BAD_MAGIC, layout.HEADER_MAGIC_AT);
  }
  if (u16At(page, layout.HEADER_FORMAT_VERSION_AT) != layout.FORMAT_VERSION) {
    return fail(state, status.MODEL_BAD_FORMAT_VERSION, layout.HEADER_FORMAT_VERSION_AT);
  }
  if (u16At(page, layout.HEADER_OP_SET_VERSION_AT) != layout.OP_SET_VERSION) {
    return fail(state, status.MODEL_BAD_OP_SET_VERSION, layout.HEADER_OP_SET_VERSION_AT);
  }
  if (i32At(page, layout.HEADER_FILE_BYTES_AT) != bytes) {
    return fail(state, status.MODEL_BAD_LENGTH, layout.HEADER_FILE_BYTES_AT);
  }
  state.sectionCount = i32At(page, layout.HEADER_SECTION_COUNT_AT);
  // Unsigned: fewer sections than a rung has are as wrong as too many.
  const ofRungs: u32 = state.sectionCount - layout.SECTION_COUNT;
  const lastRung = ofRungs / layout.RUNG_SECTION_COUNT;
  if (ofRungs % layout.RUNG_SECTION_COUNT != 0 || lastRung >= <u32>MAX_RUNGS) {
    return fail(state, status.MODEL_BAD_SECTION_COUNT, layout.HEADER_SECTION_COUNT_AT);
  }
  if (<u32>state.rung > lastRung) return fail(state, status.NO_SUCH_RUNG, layout.HEADER_SECTION_COUNT_AT);
  return zeros(page, layout.HEADER_RESERVED_AT, layout.HEADER_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, layout.HEADER_RESERVED_AT);
}

function validateCrc(state: EngineState): i32 {
  const stored = i32At(state.entryAt, layout.HEADER_CRC_AT);
  let crc = 0;
  for (let offset = layout.HEADER_CRC_FROM; offset < state.fileBytes; offset += PAGE_BYTES) {
    const bytes = min(PAGE_BYTES, state.fileBytes - offset);
    const code = readPage(state, offset, bytes);
    if (code != status.OK) return code;
    crc = crc32(crc, at<U8View>(state.entryAt), bytes);
  }
  return crc == stored ? status.OK : fail(state, status.MODEL_BAD_CRC, layout.HEADER_CRC_AT);
}

/**
 * Sections stand in the order of their kinds, those of further rungs after the first's, each at the next multiple of 16, zeros
 * between, nothing after the last.
 */
function validateSections(state: EngineState): i32 {
  let end = layout.HEADER_BYTES + state.sectionCount * layout.SECTION_ENTRY_BYTES;
  for (let i = 0; i < state.sectionCount; i++) {
    const rung = max(i - layout.SECTION_COUNT + layout.RUNG_SECTION_COUNT, 0) / layout.RUNG_SECTION_COUNT;
    const kind = rung == 0 ? i + 1 : rungSectionKind(i % layout.RUNG_SECTION_COUNT);
    const entry = layout.HEADER_BYTES + i * layout.SECTION_ENTRY_BYTES;
    let code = readPage(state, entry, layout.SECTION_ENTRY_BYTES);
    if (code != status.OK) return code;
    const offset = i32At(state.entryAt, layout.SECTION_OFFSET_AT);
    const length = i32At(state.entryAt, layout.SECTION_LENGTH_AT);
    if (i32At(state.entryAt, layout.SECTION_KIND_AT) != kind) {
      return fail(state, status.MODEL_BAD_SECTION_KIND, entry + layout.SECTION_KIND_AT);
    }
    if (offset != alignUp(end, layout.SECTION_ALIGNMENT) || offset > state.fileBytes) {
      return fail(state, status.MODEL_BAD_SECTION_OFFSET, entry + layout.SECTION_OFFSET_AT);
    }
    if (<u32>length > <u32>(state.fileBytes - offset)) {
      return fail(state, status.MODEL_BAD_SECTION_LENGTH, entry + layout.SECTION_LENGTH_AT);
    }
    if (i32At(state.entryAt, layout.SECTION_RESERVED_AT) != 0) {
      return fail(state, status.MODEL_RESERVED_NOT_ZERO, entry + layout.SECTION_RESERVED_AT);
    }
    code = validatePadding(state, end, offset);
    if (code != status.OK) return code;
    if (rung == 0 || rung == state.rung) state.setSection(kind, offset, length);
    end = offset + length;
  }
  return end == state.fileBytes ? status.OK : fail(state, status.MODEL_BAD_LENGTH, end);
}

/** Layers, requantisation, tile CRCs, budget, golden vectors: 2, 3, 5, 7, 9. */
function rungSectionKind(index: i32): i32 {
  return max(2 * index + 1, layout.SECTION_LAYERS);
}

function validatePadding(state: EngineState, from: i32, to: i32): i32 {
  if (from == to) return status.OK;
  const code = readPage(state, from, to - from);
  if (code != status.OK) return code;
  return zeros(state.entryAt, 0, to - from) ? status.OK : fail(state, status.MODEL_PADDING_NOT_ZERO, from);
}


/** Whether bytes from..to-1 of a record are zero. */
export function zeros(record: i32, from: i32, to: i32): bool {
  const bytes = at<U8View>(record);
  let any = 0;
  for (let i = from; i < to; i++) any |= bytes[i];
  return any == 0;
}

/** Checks a section's length against what its content needs. */
export function validateLength(state: EngineState, kind: i32, bytes: i64): i32 {
  if (<i64>state.sectionBytes(kind) == bytes) return status.OK;
  return fail(state, status.MODEL_BAD_SECTION_LENGTH, state.sectionAt(kind));
}

/** Checks the network record as far as it stands alone, and fills in the state. */
export function validateNetwork(state: EngineState): i32 {
  let code = validateLength(state, layout.SECTION_NETWORK, layout.NETWORK_BYTES);
  if (code != status.OK) return code;
  const from = state.sectionAt(layout.SECTION_NETWORK);
  code = readPage(state, from, layout.NETWORK_BYTES);
  if (code != status.OK) return code;
  const page = state.entryAt;
  state.layerCount = u16At(page, layout.NETWORK_LAYER_COUNT_AT);
  state.classCount = u16At(page, layout.NETWORK_CLASS_COUNT_AT);
  state.tickSamples = i32At(page, layout.NETWORK_TICK_SAMPLES_AT);
  state.windowSamples = i32At(page, layout.NETWORK_WINDOW_SAMPLES_AT);
  state.lookAheadSamples = i32At(page, layout.NETWORK_LOOK_AHEAD_SAMPLES_AT);
  state.logitFractionBits = i32At(page, layout.NETWORK_LOGIT_FRACTION_BITS_AT);
  state.totalStride = i32At(page, layout.NETWORK_TOTAL_STRIDE_AT);
  if (state.layerCount < 1 || state.layerCount > MAX_LAYERS) {
    return fail(state, status.MODEL_BAD_LAYER_COUNT, from + layout.NETWORK_LAYER_COUNT_AT);
  }
  if (state.classCount < 2 || state.classCount > MAX_CLASSES) {
    return fail(state, status.MODEL_BAD_CLASS_COUNT, from + layout.NETWORK_CLASS_COUNT_AT);
  }
  if (u16At(page, layout.NETWORK_INPUT_CHANNELS_AT) != 1) {
    return fail(state, status.MODEL_BAD_INPUT_CHANNELS, from + layout.NETWORK_INPUT_CHANNELS_AT);
  }
  if (u16At(page, layout.NETWORK_INPUT_TYPE_AT) != TYPE_INT16) {
    return fail(state, status.MODEL_BAD_INPUT_TYPE, from + layout.NETWORK_INPUT_TYPE_AT);
  }
  if (i32At(page, layout.NETWORK_SAMPLE_RATE_HZ_AT) != MODEL_SAMPLE_RATE_HZ) {
    return fail(state, status.MODEL_BAD_SAMPLE_RATE, from + layout.NETWORK_SAMPLE_RATE_HZ_AT);
  }
  if (state.tickSamples < 1 || state.tickSamples > MAX_TICK_SAMPLES) {
    return fail(state, status.MODEL_BAD_TICK, from + layout.NETWORK_TICK_SAMPLES_AT);
  }
  if (state.windowSamples < 0 || state.windowSamples > MAX_WINDOW_SAMPLES || state.windowSamples % state.tickSamples != 0) {
    return fail(state, status.MODEL_BAD_WINDOW, from + layout.NETWORK_WINDOW_SAMPLES_AT);
  }
  if (state.logitFractionBits < 0 || state.logitFractionBits > MAX_LOGIT_FRACTION_BITS) {
    return fail(state, status.MODEL_BAD_LOGIT_BITS, from + layout.NETWORK_LOGIT_FRACTION_BITS_AT);
  }
  return zeros(page, layout.NETWORK_RESERVED_AT, layout.NETWORK_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, from + layout.NETWORK_RESERVED_AT);
}
