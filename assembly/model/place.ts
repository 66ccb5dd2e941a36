import { alignUp, i32At } from "../views";
import * as layout from "../shared/layout";
import { MAX_TENSOR_ROWS, TILE_CHANNELS } from "../shared/limits";
import { OP_CONV1D, OP_DENSE } from "../shared/ops";
import * as status from "../shared/status";
import { EngineState, fits, reserve } from "./engine-state";
import { layerAt, tensorAt } from "./layer";
import { PLAN_TAKES_TOO_LONG, tensorTooSmall } from "./plan";
import { entryBytes, groupsOf, hasWeights, tileBytes } from "./tiles";
import { fail, PAGE_BYTES, readPage, validateLength } from "./validate-file";

/** Takes the file's plan if its buffers do not overlap and hold the rows that the network needs at any time. */
export function placeTensors(state: EngineState): i32 {
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
export function placeScratch(state: EngineState): i32 {
  let entry = PAGE_BYTES;
  let packed = 0;
  let wide = 0;
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (!hasWeights(layer)) continue;
    entry = max(entry, entryBytes(layer));
    packed = max(packed, tileBytes(layer, 0));
    if (layer.op == OP_DENSE) layer.sumsAt = reserve(state, 4 * groupsOf(layer) * TILE_CHANNELS);
    const input = tensorAt(state.tensorsAt, layer.inputA);
    if (ASC_FEATURE_SIMD && layer.op == OP_CONV1D) wide = max(wide, 2 * input.capacity * input.channels);
  }
  state.entryAt = reserve(state, entry);
  state.packedAt = reserve(state, packed);
  // The last pair of an odd span reads one element beyond the row.
  state.wideAt = reserve(state, ASC_FEATURE_SIMD ? wide + 16 : 0);
  return fits(state) ? status.OK : status.NOT_ENOUGH_RAM;
}

/** Layers whose unpacked tiles fit the granted memory keep them, in the order of the layers. */
export function placeCache(state: EngineState, cacheBytes: i32): void {
  let left = min(cacheBytes, state.memoryBytes - alignUp(state.used, 16));
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const bytes = <i64>alignUp(entryBytes(layer), 16) * layer.tileCount;
    if (bytes == 0 || bytes > left) continue;
    layer.cacheAt = reserve(state, <i32>bytes);
    left -= <i32>bytes;
  }
}
