import { i32At } from "../views";
import * as layout from "../shared/layout";
import { MAX_TENSOR_ROWS } from "../shared/limits";
import { OP_ATTENTION } from "../shared/ops";
import * as status from "../shared/status";
import { EngineState, reserve } from "./engine-state";
import { isHead, layerAt } from "./layer";
import { PLAN_TAKES_TOO_LONG, sequenceTooSmall, tensorTooSmall } from "./plan";
import { Tensor, tensorAt } from "./tensor";
import { fail, readPage, validateLength } from "./validate/file";
import { validateSequence } from "./validate/sequence";

/**
 * Takes the file's plan if every tensor has room for its rows whenever they are needed, and nobody else writes there
 * meanwhile (FORMAT.md, "Memory plan"). Tensors may take turns in one place.
 */
export function placeTensors(state: EngineState): i32 {
  const tensors = state.layerCount + 1;
  let code = validateLength(state, layout.SECTION_PLAN, <i64>tensors * layout.PLAN_ENTRY_BYTES);
  if (code != status.OK) return code;
  noteUses(state);
  let arenaBytes = 0;
  for (let i = 0; i < tensors && code == status.OK; i++) {
    code = readEntry(state, i);
    if (code == status.OK) code = checkOverlaps(state, i);
    const tensor = tensorAt(state.tensorsAt, i);
    arenaBytes = max(arenaBytes, max(rowsEnd(tensor), keptEnd(tensor)));
  }
  if (code == status.OK) code = checkCapacities(state);
  if (code != status.OK) return code;
  // The page that the plan was read to is free again.
  state.used = state.entryAt;
  const arenaAt = reserve(state, arenaBytes);
  for (let i = 0; i < tensors; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    tensor.rowsAt += arenaAt;
    tensor.keptAt += arenaAt;
  }
  state.arenaBytes = arenaBytes;
  return status.OK;
}

/** Rows that a tensor's consumers need, and its last consumer. */
function noteUses(state: EngineState): void {
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const input = tensorAt(state.tensorsAt, layer.inputA);
    if (!isHead(layer)) input.halo = max(input.halo, <i32>layer.padLeft);
    input.tail = max(input.tail, <i32>layer.padRight);
    input.lastUse = i;
    if (layer.inputB != layout.NO_TENSOR) tensorAt(state.tensorsAt, layer.inputB).lastUse = i;
    if (layer.op == OP_ATTENTION) tensorAt(state.tensorsAt, layer.inputC).lastUse = i;
    tensorAt(state.tensorsAt, i + 1).lastUse = i;
  }
  // The head goes through all its layers for each decision; those of a sequence make their tensors anew.
  const last = state.layerCount - 1;
  tensorAt(state.tensorsAt, layerAt(state.layersAt, state.headLayer).inputA).lastUse = last;
  for (let i = state.poolLayer; i < last; i++) tensorAt(state.tensorsAt, i + 1).lastUse = last;
}

function readEntry(state: EngineState, index: i32): i32 {
  const entry = entryOffset(state, index);
  const code = readPage(state, entry, layout.PLAN_ENTRY_BYTES);
  if (code != status.OK) return code;
  const tensor = tensorAt(state.tensorsAt, index);
  tensor.rowsAt = i32At(state.entryAt, layout.PLAN_OFFSET_AT);
  tensor.capacity = i32At(state.entryAt, layout.PLAN_CAPACITY_ROWS_AT);
  tensor.keptAt = i32At(state.entryAt, layout.PLAN_KEPT_OFFSET_AT);
  tensor.keptCapacity = i32At(state.entryAt, layout.PLAN_KEPT_ROWS_AT);
  if (tensor.capacity < 1 || tensor.capacity > MAX_TENSOR_ROWS) {
    return fail(state, status.PLAN_BAD_CAPACITY, entry + layout.PLAN_CAPACITY_ROWS_AT);
  }
  if (tensor.keptCapacity < 0 || tensor.keptCapacity > tensor.capacity) {
    return fail(state, status.PLAN_BAD_CAPACITY, entry + layout.PLAN_KEPT_ROWS_AT);
  }
  const bytes = tensor.capacity * tensor.rowBytes;
  if (!isPlace(tensor.rowsAt, bytes)) return fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_OFFSET_AT);
  // Samples come in while no pass is under way, and a sequence goes on from one decision to the next: their rows stay where they are.
  const isWindow = index == state.headLayer + 1 && state.poolLayer > state.headLayer;
  if (isWindow && tensor.keptCapacity != tensor.capacity) {
    return fail(state, status.PLAN_BAD_CAPACITY, entry + layout.PLAN_KEPT_ROWS_AT);
  }
  return isPlace(tensor.keptAt, bytes) && ((index > 0 && !isWindow) || tensor.keptAt == tensor.rowsAt)
    ? status.OK
    : fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_KEPT_OFFSET_AT);
}

// @ts-ignore: decorator
@inline
function entryOffset(state: EngineState, tensor: i32): i32 {
  return state.sectionAt(layout.SECTION_PLAN) + tensor * layout.PLAN_ENTRY_BYTES;
}

function isPlace(offset: i32, bytes: i32): bool {
  return offset >= 0 && (offset & 15) == 0 && offset <= i32.MAX_VALUE - 64 - bytes;
}

/** Compares a tensor's two places with each other and with those of the tensors before it. */
function checkOverlaps(state: EngineState, index: i32): i32 {
  const entry = entryOffset(state, index);
  const tensor = tensorAt(state.tensorsAt, index);
  let rowsClash = false;
  let keptClash = tensor.keptAt != tensor.rowsAt && keptMeetsRows(tensor, tensor);
  for (let i = 0; i < index; i++) {
    const other = tensorAt(state.tensorsAt, i);
    const together = i == 0 || other.lastUse >= index - 1;
    if (together && meet(tensor.rowsAt, rowsEnd(tensor), other.rowsAt, rowsEnd(other))) rowsClash = true;
    if (keptMeetsRows(other, tensor)) rowsClash = true;
    if (keptMeetsRows(tensor, other) || meet(tensor.keptAt, keptEnd(tensor), other.keptAt, keptEnd(other))) keptClash = true;
  }
  if (rowsClash) return fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_OFFSET_AT);
  return keptClash ? fail(state, status.PLAN_BAD_OFFSET, entry + layout.PLAN_KEPT_OFFSET_AT) : status.OK;
}

// @ts-ignore: decorator
@inline
function keptMeetsRows(kept: Tensor, rows: Tensor): bool {
  return meet(kept.keptAt, keptEnd(kept), rows.rowsAt, rowsEnd(rows));
}

/** Whether two stretches of memory share a byte; an empty one shares none. */
function meet(from: i32, to: i32, otherFrom: i32, otherTo: i32): bool {
  return max(from, otherFrom) < min(to, otherTo);
}

// @ts-ignore: decorator
@inline
function rowsEnd(tensor: Tensor): i32 {
  return tensor.rowsAt + tensor.capacity * tensor.rowBytes;
}

// @ts-ignore: decorator
@inline
function keptEnd(tensor: Tensor): i32 {
  return tensor.keptAt + tensor.keptCapacity * tensor.rowBytes;
}

function checkCapacities(state: EngineState): i32 {
  let small = tensorTooSmall(state);
  if (small == PLAN_TAKES_TOO_LONG) {
    return fail(state, status.MODEL_BAD_TICK, state.sectionAt(layout.SECTION_NETWORK) + layout.NETWORK_TICK_SAMPLES_AT);
  }
  if (small < 0) {
    const code = validateSequence(state);
    if (code != status.OK) return code;
    small = sequenceTooSmall(state);
  }
  if (small < 0) return status.OK;
  const tensors = state.layerCount + 1;
  const from = small < tensors
    ? entryOffset(state, small) + layout.PLAN_CAPACITY_ROWS_AT
    : entryOffset(state, small - tensors) + layout.PLAN_KEPT_ROWS_AT;
  return fail(state, status.PLAN_BAD_CAPACITY, from);
}
