import * as layout from "../shared/layout";
import * as ops from "../shared/ops";
import * as status from "../shared/status";
import { EngineState } from "./engine-state";
import { isHead, layerAt } from "./layer";
import { tensorAt } from "./tensor";
import { fail } from "./validate-file";

/** Stream layers, then an average pool or a dense layer, then dense layers alone, the last one giving a logit a class. */
export function validateHead(state: EngineState): i32 {
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

function failLayer(state: EngineState, code: i32, layer: i32, fieldAt: i32): i32 {
  state.statusLayer = layer;
  return fail(state, code, state.sectionAt(layout.SECTION_LAYERS) + layer * layout.LAYER_BYTES + fieldAt);
}
