import { at, I32View } from "../views";
import * as layout from "../shared/layout";
import { OP_AVERAGE_POOL, OP_DENSE, TYPE_INT16 } from "../shared/ops";
import * as status from "../shared/status";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";
import { tensorAt } from "./tensor";
import { hasWeights, laneWeights, maxWeight } from "./tiles";
import { fail, readPage } from "./validate-file";

/** No sum and no requantised value of the layer leaves 32 bits, whatever the input. */
export function validateArithmetic(state: EngineState, layer: Layer): i32 {
  const isPool = layer.op == OP_AVERAGE_POOL;
  if (!isPool && !hasWeights(layer)) return status.OK;
  const columns: i32 = layer.op == OP_DENSE ? layer.kernel : 1;
  const maxInput: i64 = tensorAt(state.tensorsAt, layer.inputA).type == TYPE_INT16 ? 32768 : 127;
  const terms: i64 = isPool ? layer.kernel : <i64>laneWeights(layer) * columns;
  const products = terms * maxInput * (isPool ? 1 : maxWeight(layer));
  const rows = isPool ? <i32>layer.kernel : <i32>layer.outChannels;
  for (let row = 0; row < rows; row++) {
    const index = layer.requantizationRow + row;
    const from = state.sectionAt(layout.SECTION_REQUANTIZATION) + index * layout.REQUANTIZATION_BYTES;
    const code = readPage(state, from, layout.REQUANTIZATION_BYTES);
    if (code != status.OK) return code;
    const multiplier = at<I32View>(state.entryAt)[0];
    const bias = <i64>at<I32View>(state.entryAt)[1];
    if (isPool && bias != 0) return fail(state, status.LAYER_BAD_BIAS, from + layout.REQUANTIZATION_BIAS_AT);
    const bound = products + (bias < 0 ? -bias : bias);
    if (bound > i32.MAX_VALUE) {
      return fail(state, status.LAYER_ACCUMULATOR_OVERFLOW, from + layout.REQUANTIZATION_BIAS_AT);
    }
    if (multiplier < 0 || (bound * <i64>multiplier) >> layer.shift >= i32.MAX_VALUE) {
      return fail(state, status.LAYER_BAD_MULTIPLIER, from + layout.REQUANTIZATION_MULTIPLIER_AT);
    }
  }
  return status.OK;
}
