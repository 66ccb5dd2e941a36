import { at, I16View, I32View } from "../../views";
import { normalize } from "../../kernels/norm";
import { channelsScratchBytes, NORM_ROWS_BYTES, normalizeChannels, normalizeSimd } from "../../kernels/norm.simd";
import { largestOf } from "../../numeric/saturate";
import { REQUANTIZATION_BYTES } from "../../shared/layout";
import { ACTIVATION_TABLE, TYPE_INT13, TYPE_INT16 } from "../../shared/ops";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { activateByTable } from "./conv1d";
import { rowAddress, Tensor, tensorAt } from "../tensor";
import { readRows } from "../product/read-tile";

/** Whether a group norm takes eight channels at a time; the relaxed build has no room for it. */
const TURNS_CHANNELS = ASC_FEATURE_SIMD && !ASC_FEATURE_RELAXED_SIMD;

/** Bytes of a group norm's scratch, which follows the rows of its channels. */
export function groupNormScratchBytes(state: EngineState, layer: Layer): i32 {
  return TURNS_CHANNELS ? channelsScratchBytes(tensorAt(state.tensorsAt, layer.index + 1).capacity) : 0;
}

/** Each row over its channels. */
export function runLayerNorm(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const channels = <i32>layer.inChannels;
  let x = at<I16View>(rowAddress(tensorAt(state.tensorsAt, layer.inputA), output.next));
  let out = at<I16View>(rowAddress(output, output.next));
  const rows = rowsOfNorm(state, layer);
  const high = largestOf(TYPE_INT13);
  for (let column = 0; column < columns; column++) {
    if (ASC_FEATURE_SIMD && (channels & 7) == 0) {
      normalizeSimd(x, channels, layer.epsilon, rows, NORM_ROWS_BYTES, layer.shift, high, out);
    } else {
      normalize(x, channels, 1, layer.epsilon, rows, 1, layer.shift, high, out);
    }
    x = x.from(channels);
    out = out.from(channels);
  }
}

/** Each channel over the rows of the sequence. */
export function runGroupNorm(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const channels = <i32>layer.inChannels;
  const x = at<I16View>(rowAddress(tensorAt(state.tensorsAt, layer.inputA), output.next));
  const out = at<I16View>(rowAddress(output, output.next));
  const rows = rowsOfNorm(state, layer);
  const high = largestOf(layer.activation == ACTIVATION_TABLE ? TYPE_INT16 : TYPE_INT13);
  if (TURNS_CHANNELS && (channels & 7) == 0) {
    const scratch = state.entryAt + channels * REQUANTIZATION_BYTES;
    normalizeChannels(x, columns, channels, layer.epsilon, rows, layer.shift, high, out, scratch);
  } else {
    for (let channel = 0; channel < channels; channel++) {
      const own = rows.from(2 * channel);
      normalize(x.from(channel), columns, channels, layer.epsilon, own, 0, layer.shift, high, out.from(channel));
    }
  }
  activateByTable(state, layer, out, columns);
}

/** Gain and offset of every channel. */
function rowsOfNorm(state: EngineState, layer: Layer): I32View {
  readRows(state, layer, 0, layer.inChannels, state.entryAt);
  return at<I32View>(state.entryAt);
}
