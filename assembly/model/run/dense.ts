import { at, I8View, I16View, I32View } from "../../views";
import { clamp } from "../../numeric/saturate";
import { requantize } from "../../numeric/requantize";
import { Product } from "../../kernels/product";
import { ACTIVATION_RELU, TYPE_INT8, TYPE_INT16 } from "../../shared/ops";
import { TILE_CHANNELS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { accumulateRow, prepareInput } from "../product/multiply";
import { runConv1d } from "./conv1d";
import { isWide, rowAddress, Tensor } from "../tensor";
import { panelOf, readMultiplier, rowsOf, tileEntry } from "../product/read-tile";
import { lanesOf, tilesAcross } from "../product/tile";

/**
 * Takes rows of the input until they fill a window of `kernel` columns, and makes its row. The window is summed column by
 * column, so that none has to be kept. False: the window is not full yet.
 */
export function takeDense(state: EngineState, layer: Layer, input: Tensor, output: Tensor): bool {
  const end = min(input.next, input.total);
  if (isWide(input.type)) return takeWideRow(state, layer, end, output);
  while (layer.taken < end) {
    accumulateColumn(state, layer, rowAddress(input, layer.taken));
    layer.taken += 1;
    layer.column += 1;
    if (layer.column < <i32>layer.kernel) continue;
    layer.column = 0;
    storeSums(state, layer, output);
    return true;
  }
  return false;
}

/** A window of one wide row is a conv of one column. */
function takeWideRow(state: EngineState, layer: Layer, end: i64, output: Tensor): bool {
  if (layer.taken == end) return false;
  runConv1d(state, layer, output, 1);
  layer.taken += 1;
  return true;
}

function accumulateColumn(state: EngineState, layer: Layer, row: i32): void {
  at<Product>(state.productAt).input = row;
  prepareInput(state, layer, TYPE_INT8, layer.inChannels);
  const tiles = tilesAcross(layer);
  for (let across = 0; across < tiles; across++) {
    const entry = tileEntry(state, layer, layer.column * tiles + across);
    const sums = at<I32View>(layer.sumsAt + 4 * across * TILE_CHANNELS);
    if (layer.column == 0) {
      for (let lane = 0, lanes = lanesOf(layer, across); lane < lanes; lane++) sums[lane] = rowsOf(entry)[2 * lane + 1];
    }
    accumulateRow(state, layer, panelOf(entry), sums);
  }
}

function storeSums(state: EngineState, layer: Layer, output: Tensor): void {
  const sums = at<I32View>(layer.sumsAt);
  const to = output.rowsAt;
  const low = layer.activation == ACTIVATION_RELU ? 0 : layer.outType == TYPE_INT16 ? -32767 : -127;
  for (let channel = 0; channel < <i32>layer.outChannels; channel++) {
    const multiplier = readMultiplier(state, layer, channel);
    const value = requantize(sums[channel], multiplier, layer.shift);
    if (layer.outType == TYPE_INT16) at<I16View>(to)[channel] = clamp(value, low, 32767);
    else at<I8View>(to)[channel] = clamp(value, low, 127);
  }
}
