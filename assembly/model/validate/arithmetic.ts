import { at, I32View } from "../../views";
import * as layout from "../../shared/layout";
import { ACTIVATION_TABLE, OP_ATTENTION, OP_AVERAGE_POOL, OP_DENSE, TYPE_INT16 } from "../../shared/ops";
import { largestOf } from "../../numeric/saturate";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { tensorAt } from "../tensor";
import { readRows } from "../product/read-tile";
import { hasWeights, laneWeights, maxWeight, rowBytes, rowOffset } from "../product/tile";
import { fail, readPage, zeros } from "./file";

/** Proves that no sum and no requantised value of the layer leaves 32 bits, for any input. */
export function validateArithmetic(state: EngineState, layer: Layer): i32 {
  const isPool = layer.op == OP_AVERAGE_POOL;
  const isScored = layer.op == OP_ATTENTION;
  let rows = isPool ? <i32>layer.kernel : hasWeights(layer) ? <i32>layer.outChannels : 0;
  if (isScored) rows = 1;
  const products = isScored ? 0 : largestSum(state, layer);
  for (let row = 0; row < rows; row++) {
    const from = rowOffset(state, layer, row);
    const biasAt = from + rowBytes(layer) / 2;
    readRows(state, layer, row, 1, state.entryAt);
    if (state.faulty != 0) return fail(state, status.MODEL_FLASH_READ_FAILED, from);
    const multiplier = at<I32View>(state.entryAt)[0];
    const bias = <i64>at<I32View>(state.entryAt)[1];
    if ((isPool || isScored) && bias != 0) return fail(state, status.LAYER_BAD_BIAS, biasAt);
    const bound = products + (bias < 0 ? -bias : bias);
    if (bound > i32.MAX_VALUE) {
      return fail(state, status.LAYER_ACCUMULATOR_OVERFLOW, biasAt);
    }
    if (multiplier < 0 || (bound * <i64>multiplier) >> layer.shift >= i32.MAX_VALUE) {
      return fail(state, status.LAYER_BAD_MULTIPLIER, from);
    }
  }
  return layer.activation == ACTIVATION_TABLE ? validateTable(state, layer) : status.OK;
}

/** Largest magnitude of a sum of products. */
function largestSum(state: EngineState, layer: Layer): i64 {
  const type = tensorAt(state.tensorsAt, layer.inputA).type;
  // The record's int16 samples reach -32768.
  const maxInput: i64 = type == TYPE_INT16 ? 32768 : largestOf(type);
  if (layer.op == OP_AVERAGE_POOL) return <i64>layer.kernel * maxInput;
  if (!hasWeights(layer)) return 0;
  const columns: i64 = layer.op == OP_DENSE ? layer.kernel : 1;
  return <i64>laneWeights(layer) * columns * maxInput * maxWeight(layer);
}

/** Checks that the bytes after a table's last entry are zero. */
function validateTable(state: EngineState, layer: Layer): i32 {
  const used = 2 * layout.ACTIVATION_TABLE_ENTRIES;
  const behind = rowOffset(state, layer, layer.outChannels) + used;
  const bytes = layout.ACTIVATION_TABLE_BYTES - used;
  const code = readPage(state, behind, bytes);
  if (code != status.OK) return code;
  return zeros(state.entryAt, 0, bytes) ? status.OK : fail(state, status.MODEL_RESERVED_NOT_ZERO, behind);
}
