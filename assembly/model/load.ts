import { addressOf, alignUp, at, i32At } from "../views";
import * as layout from "../shared/layout";
import { MAX_GOLDEN_SAMPLES, MAX_TENSOR_ROWS, TILE_CHANNELS } from "../shared/limits";
import * as ops from "../shared/ops";
import * as status from "../shared/status";
import { engine, EngineState, fits, reserve, reserveEvents } from "./engine-state";
import { Layer, layerAt, Tensor, tensorAt } from "./layer";
import { PLAN_TAKES_TOO_LONG, tensorTooSmall } from "./plan";
import { resetStream } from "./stream";
import { entryBytes, groupsOf, hasWeights, tileBytes } from "./tiles";
import { fail, PAGE_BYTES, readPage, validateFile, validateLength, validateNetwork, zeros } from "./validate-file";
import { Cursor, setShape, validateLayer } from "./validate-layer";
import { validateTiles } from "./validate-tiles";

/**
 * Loads a model: every check there is, once. After OK a run cannot fail. `cacheBytes` more memory may keep unpacked tiles.
 * On NOT_ENOUGH_RAM `used` tells how much memory it takes.
 */
export function load(fileBytes: i32, cacheBytes: i32): i32 {
  const state = engine();
  state.loaded = 0;
  state.fileBytes = fileBytes;
  state.statusOffset = -1;
  state.statusLayer = -1;
  reserveEvents(state, 0);
  state.entryAt = reserve(state, PAGE_BYTES);
  if (!fits(state)) return status.NOT_ENOUGH_RAM;
  let code = validateFile(state);
  if (code == status.OK) code = validateNetwork(state);
  if (code == status.OK) code = loadLayers(state);
  if (code == status.OK) code = validateHead(state);
  if (code == status.OK) code = placeTensors(state);
  if (code == status.OK) code = placeScratch(state);
  if (code == status.OK) code = validateTiles(state);
  if (code == status.OK) code = validateBudget(state);
  if (code == status.OK) code = validateGolden(state);
  if (code != status.OK) return code;
  placeCache(state, cacheBytes);
  state.loaded = 1;
  resetStream(state);
  return status.OK;
}

function loadLayers(state: EngineState): i32 {
  reserveEvents(state, state.classCount);
  state.layersAt = reserve(state, state.layerCount * <i32>offsetof<Layer>());
  state.tensorsAt = reserve(state, (state.layerCount + 1) * <i32>offsetof<Tensor>());
  const cursor = at<Cursor>(reserve(state, <i32>offsetof<Cursor>()));
  state.entryAt = reserve(state, PAGE_BYTES);
  if (!fits(state)) return status.NOT_ENOUGH_RAM;
  let code = validateLength(state, layout.SECTION_LAYERS, <i64>state.layerCount * layout.LAYER_BYTES);
  cursor.requantizationRow = 0;
  cursor.weights = 0;
  cursor.tile = 0;
  setShape(tensorAt(state.tensorsAt, 0), 1, ops.TYPE_INT16, 1, 0);
  for (let i = 0; i < state.layerCount && code == status.OK; i++) {
    const from = state.sectionAt(layout.SECTION_LAYERS) + i * layout.LAYER_BYTES;
    code = readLayer(state, layerAt(state.layersAt, i), from);
    if (code == status.OK) code = validateLayer(state, i, layerAt(state.layersAt, i), from, cursor);
  }
  if (code == status.OK) {
    code = validateLength(state, layout.SECTION_REQUANTIZATION, cursor.requantizationRow * layout.REQUANTIZATION_BYTES);
  }
  if (code == status.OK) code = validateLength(state, layout.SECTION_WEIGHTS, cursor.weights);
  if (code == status.OK) code = validateLength(state, layout.SECTION_TILE_CRCS, cursor.tile * layout.TILE_CRC_BYTES);
  return code == status.OK ? validateLength(state, layout.SECTION_SIGNATURE, 0) : code;
}

function readLayer(state: EngineState, layer: Layer, from: i32): i32 {
  const code = readPage(state, from, layout.LAYER_BYTES);
  if (code != status.OK) return code;
  memory.fill(changetype<usize>(layer), 0, offsetof<Layer>());
  memory.copy(changetype<usize>(layer), <usize>state.entryAt, layout.LAYER_BYTES);
  return zeros(addressOf(layer), layout.LAYER_RESERVED_AT, layout.LAYER_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, from + layout.LAYER_RESERVED_AT);
}

/** Stream layers, then an average pool or a dense layer, then dense layers alone, the last one giving a logit a class. */
function validateHead(state: EngineState): i32 {
  let head = 0;
  while (head < state.layerCount && !isHead(layerAt(state.layersAt, head))) head++;
  for (let i = head; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const follows = i == head || (layer.op == ops.OP_DENSE && layer.kernel == 1 && <i32>layer.inputA == i);
    if (!follows) return failLayer(state, status.LAYER_BAD_HEAD, i, layout.LAYER_OP_AT);
  }
  const last = state.layerCount - 1;
  const output = layerAt(state.layersAt, last);
  if (output.op != ops.OP_DENSE || output.activation != ops.ACTIVATION_NONE || <i32>output.outChannels != state.classCount) {
    return failLayer(state, status.LAYER_BAD_HEAD, last, layout.LAYER_OP_AT);
  }
  state.headLayer = head;
  const input = tensorAt(state.tensorsAt, layerAt(state.layersAt, head).inputA);
  const network = state.sectionAt(layout.SECTION_NETWORK);
  if (state.totalStride != input.strideSamples) {
    return fail(state, status.MODEL_BAD_TOTAL_STRIDE, network + layout.NETWORK_TOTAL_STRIDE_AT);
  }
  if (state.lookAheadSamples != max(0, input.reachSamples - (input.strideSamples - 1))) {
    return fail(state, status.MODEL_BAD_LOOK_AHEAD, network + layout.NETWORK_LOOK_AHEAD_SAMPLES_AT);
  }
  for (let i = 0; i <= state.layerCount; i++) {
    const stride = tensorAt(state.tensorsAt, i).strideSamples;
    if (i <= head && state.tickSamples % stride != 0) {
      return fail(state, status.MODEL_BAD_TICK, network + layout.NETWORK_TICK_SAMPLES_AT);
    }
  }
  return status.OK;
}

// @ts-ignore: decorator
@inline
function isHead(layer: Layer): bool {
  return layer.op == ops.OP_AVERAGE_POOL || layer.op == ops.OP_DENSE;
}

function failLayer(state: EngineState, code: i32, layer: i32, fieldAt: i32): i32 {
  state.statusLayer = layer;
  return fail(state, code, state.sectionAt(layout.SECTION_LAYERS) + layer * layout.LAYER_BYTES + fieldAt);
}

/** Takes the file's plan if its buffers do not overlap and hold the rows that the network needs at any time. */
function placeTensors(state: EngineState): i32 {
  const tensors = state.layerCount + 1;
  let code = validateLength(state, layout.SECTION_PLAN, <i64>tensors * layout.PLAN_ENTRY_BYTES);
  if (code != status.OK) return code;
  const plan = state.sectionAt(layout.SECTION_PLAN);
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const input = tensorAt(state.tensorsAt, layer.inputA);
    input.halo = max(input.halo, <i32>layer.padLeft);
    input.tail = max(input.tail, <i32>layer.padRight);
  }
  let end: i64 = 0;
  for (let i = 0; i < tensors; i++) {
    const entry = plan + i * layout.PLAN_ENTRY_BYTES;
    code = readPage(state, entry, layout.PLAN_ENTRY_BYTES);
    if (code != status.OK) return code;
    const tensor = tensorAt(state.tensorsAt, i);
    const offset = i32At(state.entryAt, layout.PLAN_OFFSET_AT);
    const capacity = i32At(state.entryAt, layout.PLAN_CAPACITY_ROWS_AT);
    if (<i64>offset < end || (offset & 15) != 0) return fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_OFFSET_AT);
    if (capacity < 1 || capacity > MAX_TENSOR_ROWS) {
      return fail(state, status.PLAN_BAD_CAPACITY, entry + layout.PLAN_CAPACITY_ROWS_AT);
    }
    tensor.rowsAt = offset;
    tensor.capacity = capacity;
    end = <i64>offset + <i64>capacity * tensor.rowBytes;
    if (end > i32.MAX_VALUE) return fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_OFFSET_AT);
  }
  const small = tensorTooSmall(state);
  if (small == PLAN_TAKES_TOO_LONG) {
    return fail(state, status.MODEL_BAD_TICK, state.sectionAt(layout.SECTION_NETWORK) + layout.NETWORK_TICK_SAMPLES_AT);
  }
  if (small >= 0) {
    return fail(state, status.PLAN_BAD_CAPACITY, plan + small * layout.PLAN_ENTRY_BYTES + layout.PLAN_CAPACITY_ROWS_AT);
  }
  const arenaAt = reserve(state, <i32>end);
  for (let i = 0; i < tensors; i++) tensorAt(state.tensorsAt, i).rowsAt += arenaAt;
  state.arenaBytes = <i32>end;
  return status.OK;
}

/** Room for one tile packed and unpacked, dense sums, and in the SIMD build a layer's widened input. */
function placeScratch(state: EngineState): i32 {
  let entry = PAGE_BYTES;
  let packed = 0;
  let wide = 0;
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (!hasWeights(layer)) continue;
    entry = max(entry, entryBytes(layer));
    packed = max(packed, tileBytes(layer, 0));
    if (layer.op == ops.OP_DENSE) layer.sumsAt = reserve(state, 4 * groupsOf(layer) * TILE_CHANNELS);
    const input = tensorAt(state.tensorsAt, layer.inputA);
    if (ASC_FEATURE_SIMD && layer.op == ops.OP_CONV1D) wide = max(wide, 2 * input.capacity * input.channels);
  }
  state.entryAt = reserve(state, entry);
  state.packedAt = reserve(state, packed);
  // The last pair of an odd span reads one element beyond the row.
  state.wideAt = reserve(state, ASC_FEATURE_SIMD ? wide + 16 : 0);
  return fits(state) ? status.OK : status.NOT_ENOUGH_RAM;
}

/** Layers whose unpacked tiles fit the granted memory keep them, in the order of the layers. */
function placeCache(state: EngineState, cacheBytes: i32): void {
  let left = min(cacheBytes, state.memoryBytes - alignUp(state.used, 16));
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const bytes = <i64>alignUp(entryBytes(layer), 16) * layer.tileCount;
    if (bytes == 0 || bytes > left) continue;
    layer.cacheAt = reserve(state, <i32>bytes);
    left -= <i32>bytes;
  }
}

function validateBudget(state: EngineState): i32 {
  let code = validateLength(state, layout.SECTION_BUDGET, layout.BUDGET_BYTES);
  if (code != status.OK) return code;
  const from = state.sectionAt(layout.SECTION_BUDGET);
  code = readPage(state, from, layout.BUDGET_BYTES);
  if (code != status.OK) return code;
  const page = state.entryAt;
  if (<u32>i32At(page, layout.BUDGET_RAM_BYTES_AT) < <u32>state.arenaBytes) {
    return fail(state, status.BUDGET_BAD_RAM, from + layout.BUDGET_RAM_BYTES_AT);
  }
  if (i32At(page, layout.BUDGET_FLASH_BYTES_AT) != state.fileBytes) {
    return fail(state, status.BUDGET_BAD_FLASH, from + layout.BUDGET_FLASH_BYTES_AT);
  }
  const head = layerAt(state.layersAt, state.headLayer);
  if (i32At(page, layout.BUDGET_HOP_SAMPLES_AT) != <i32>head.stride * state.totalStride) {
    return fail(state, status.BUDGET_BAD_HOP, from + layout.BUDGET_HOP_SAMPLES_AT);
  }
  return zeros(page, layout.BUDGET_RESERVED_AT, layout.BUDGET_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, from + layout.BUDGET_RESERVED_AT);
}

function validateGolden(state: EngineState): i32 {
  const from = state.sectionAt(layout.SECTION_GOLDEN);
  const bytes = state.sectionBytes(layout.SECTION_GOLDEN);
  const fixed = layout.GOLDEN_CRCS_AT + 4 * state.layerCount;
  if (bytes < fixed) return fail(state, status.GOLDEN_BAD_LENGTH, from);
  const code = readPage(state, from, layout.GOLDEN_CRCS_AT);
  if (code != status.OK) return code;
  state.goldenSamples = i32At(state.entryAt, layout.GOLDEN_SAMPLES_AT);
  if (state.goldenSamples < 0 || state.goldenSamples > MAX_GOLDEN_SAMPLES || bytes != fixed + 2 * state.goldenSamples) {
    return fail(state, status.GOLDEN_BAD_LENGTH, from + layout.GOLDEN_SAMPLES_AT);
  }
  return i32At(state.entryAt, layout.GOLDEN_LAYER_COUNT_AT) == state.layerCount
    ? status.OK
    : fail(state, status.GOLDEN_BAD_LENGTH, from + layout.GOLDEN_LAYER_COUNT_AT);
}
