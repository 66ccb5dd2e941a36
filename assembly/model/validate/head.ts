import * as layout from "../../shared/layout";
import * as ops from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { isHead, layerAt } from "../layer";
import { isWide, tensorAt } from "../tensor";
import { fail } from "./file";

/**
 * Stream layers, then an average pool, a dense layer, or a window with the layers of its sequence and their average pool; then
 * dense layers alone, the last one giving a logit a class.
 */
export function validateHead(state: EngineState): i32 {
  let head = 0;
  while (head < state.layerCount && !isHead(layerAt(state.layersAt, head))) head++;
  let pool = head;
  if (head < state.layerCount && layerAt(state.layersAt, head).op == ops.OP_WINDOW) {
    do pool++; while (pool < state.layerCount && !isHead(layerAt(state.layersAt, pool)));
  }
  for (let i = pool; i < state.layerCount; i++) {
    if (!standsInHead(state, i, head, pool)) return failLayer(state, status.LAYER_BAD_HEAD, i, layout.LAYER_OP_AT);
  }
  const last = state.layerCount - 1;
  if (pool > last) return failLayer(state, status.LAYER_BAD_HEAD, last, layout.LAYER_OP_AT);
  const output = layerAt(state.layersAt, last);
  if (output.op != ops.OP_DENSE || output.activation != ops.ACTIVATION_NONE || <i32>output.outChannels != state.classCount) {
    return failLayer(state, status.LAYER_BAD_HEAD, last, layout.LAYER_OP_AT);
  }
  state.headLayer = head;
  state.poolLayer = pool;
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

/**
 * Tells whether layer `index` may stand in the head. The head's first layer sums int8 rows, or int13 rows after a sequence; each
 * later layer is a dense layer on one column that reads the layer before it.
 */
function standsInHead(state: EngineState, index: i32, head: i32, pool: i32): bool {
  const layer = layerAt(state.layersAt, index);
  if (index > pool) return layer.op == ops.OP_DENSE && layer.kernel == 1 && <i32>layer.inputA == index;
  const isPool = layer.op == ops.OP_AVERAGE_POOL;
  const wide = isWide(tensorAt(state.tensorsAt, layer.inputA).type);
  return head == pool ? !isPool || !wide : isPool && wide && layer.stride == layer.kernel && layer.padLeft == 0;
}

export function failLayer(state: EngineState, code: i32, layer: i32, fieldAt: i32): i32 {
  state.statusLayer = layer;
  return fail(state, code, state.sectionAt(layout.SECTION_LAYERS) + layer * layout.LAYER_BYTES + fieldAt);
}
