import * as layout from "../../shared/layout";
import { MAX_ATTENTION_ROWS } from "../../shared/limits";
import * as ops from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { Layer, layerAt } from "../layer";
import { sequenceRows } from "../sequence";
import { tensorAt } from "../tensor";
import { failLayer } from "./head";

/**
 * The layers of a sequence read nothing but it, and a full one goes through them: in a stream, where a sequence may have any number
 * of rows up to the window's, each layer keeps them. Returns the status; the rows of a full sequence stay in each tensor's `next`.
 */
export function validateSequence(state: EngineState): i32 {
  for (let i = 0; i < state.headLayer; i++) {
    const op = <i32>layerAt(state.layersAt, i).op;
    if (op == ops.OP_GROUP_NORM || op == ops.OP_ATTENTION) return failSequence(state, i, layout.LAYER_OP_AT);
  }
  if (state.poolLayer == state.headLayer) return status.OK;
  const window = layerAt(state.layersAt, state.headLayer);
  if (state.windowSamples != 0 && !fillsWindow(state, window)) {
    return failSequence(state, state.headLayer, layout.LAYER_KERNEL_AT);
  }
  tensorAt(state.tensorsAt, state.headLayer + 1).next = window.kernel;
  for (let i = state.headLayer + 1; i < state.poolLayer; i++) {
    const code = validateSequenceLayer(state, i);
    if (code != status.OK) return code;
  }
  const pool = layerAt(state.layersAt, state.poolLayer);
  const isWhole = isInSequence(state, pool.inputA) && tensorAt(state.tensorsAt, pool.inputA).next == pool.kernel;
  return isWhole ? status.OK : failSequence(state, state.poolLayer, layout.LAYER_KERNEL_AT);
}

/** A one-window network has one decision a window, over all rows that the window's tensor has in it. */
function fillsWindow(state: EngineState, window: Layer): bool {
  return tensorAt(state.tensorsAt, window.inputA).total == window.kernel && window.stride == window.kernel && window.padLeft == 0;
}

function validateSequenceLayer(state: EngineState, index: i32): i32 {
  const layer = layerAt(state.layersAt, index);
  const op = <i32>layer.op;
  if (op == ops.OP_DEPTHWISE_CONV1D || op == ops.OP_MAX_POOL) return failSequence(state, index, layout.LAYER_OP_AT);
  const given = tensorAt(state.tensorsAt, layer.inputA).next;
  const readsB = op == ops.OP_ADD || op == ops.OP_ATTENTION;
  if (!isInSequence(state, layer.inputA)) return failSequence(state, index, layout.LAYER_INPUT_A_AT);
  if (readsB && !isLike(state, layer.inputB, given)) return failSequence(state, index, layout.LAYER_INPUT_B_AT);
  if (op == ops.OP_ATTENTION && !isLike(state, layer.inputC, given)) return failSequence(state, index, layout.LAYER_INPUT_C_AT);
  const rows = sequenceRows(state, layer);
  const keeps = rows == given && layer.stride == 1;
  const limit: i64 = op == ops.OP_ATTENTION ? MAX_ATTENTION_ROWS : i32.MAX_VALUE;
  if (rows < 1 || rows > limit || (state.windowSamples == 0 && !keeps)) return failSequence(state, index, layout.LAYER_KERNEL_AT);
  tensorAt(state.tensorsAt, index + 1).next = rows;
  return status.OK;
}

// @ts-ignore: decorator
@inline
function isInSequence(state: EngineState, tensor: i32): bool {
  return tensor > state.headLayer;
}

/** Whether a tensor belongs to the sequence and has so many rows. */
function isLike(state: EngineState, tensor: i32, rows: i64): bool {
  return isInSequence(state, tensor) && tensorAt(state.tensorsAt, tensor).next == rows;
}

function failSequence(state: EngineState, layer: i32, fieldAt: i32): i32 {
  return failLayer(state, status.LAYER_BAD_SEQUENCE, layer, fieldAt);
}
