import { addressOf, at, I16View } from "../../views";
import { flashRead } from "../../flash";
import { applyTable } from "../../kernels/apply-table";
import { applyTableSimd } from "../../kernels/apply-table.simd";
import { Product } from "../../kernels/product";
import { largestOf } from "../../numeric/saturate";
import { ACTIVATION_RELU, ACTIVATION_TABLE, OP_DEPTHWISE_CONV1D, TYPE_INT13, TYPE_INT16 } from "../../shared/ops";
import { ACTIVATION_TABLE_BYTES, TABLE_DOWN_INT13, TABLE_DOWN_INT16 } from "../../shared/layout";
import { TILE_CHANNELS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer, spanOf } from "../layer";
import { columnsTogether, multiply, prepareInput } from "../product/multiply";
import { isWide, rowAddress, Tensor, tensorAt } from "../tensor";
import { panelOf, rowsOf, tileEntry } from "../product/read-tile";
import { firstChannelOf, groupOf, groupsOf, lanesOf, rowOffset, tapSpanOf, tapsOf, tilesAcross } from "../product/tile";

/** A (grouped or depthwise) conv1d, as many columns at once as its kernel takes together. */
export function runConv1d(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  if (ASC_FEATURE_SIMD) {
    const together = columnsTogether(layer, columns);
    for (let first = 0; first < columns; first += together) {
      runColumns(state, layer, output, output.next + first, min(together, columns - first));
    }
  } else {
    runColumns(state, layer, output, output.next, columns);
  }
  activateByTable(state, layer, at<I16View>(rowAddress(output, output.next)), columns);
}

/** Columns from `first` on as products, one a tile of eight output channels. */
function runColumns(state: EngineState, layer: Layer, output: Tensor, first: i64, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const channels = <i32>layer.inChannels;
  const isDepthwise = layer.op == OP_DEPTHWISE_CONV1D;
  const product = at<Product>(state.productAt);
  product.columnStep = <i32>layer.stride * channels;
  product.taps = tapsOf(layer);
  product.tapStep = <i32>layer.dilation * channels;
  product.span = tapSpanOf(layer);
  product.columns = columns;
  product.shift = layer.shift;
  product.high = largestOf(layer.activation == ACTIVATION_TABLE ? TYPE_INT16 : layer.outType);
  product.low = layer.activation == ACTIVATION_RELU ? 0 : -product.high;
  product.outStep = layer.outChannels;
  product.wide = isWide(layer.outType) ? 1 : 0;
  product.input = rowAddress(input, first * layer.stride - layer.padLeft);
  const rows = (columns - 1) * layer.stride + spanOf(layer);
  prepareInput(state, layer, input.type, rows * channels);
  const from = product.input;
  const groupBytes = (channels / groupsOf(layer)) << (isWide(input.type) ? 1 : 0);
  const out = rowAddress(output, first);
  for (let across = 0, tiles = tilesAcross(layer); across < tiles; across++) {
    const entry = tileEntry(state, layer, across);
    product.panel = panelOf(entry);
    product.rows = addressOf(rowsOf(entry));
    product.lanes = lanesOf(layer, across);
    product.input = from + (isDepthwise ? across * TILE_CHANNELS : groupOf(layer, across) * groupBytes);
    product.out = out + (firstChannelOf(layer, across) << product.wide);
    multiply(state, layer, input.type);
  }
}

/** Turns a layer's new rows from pre-activations into outputs by its table, if it has one: it follows the channels' rows. */
export function activateByTable(state: EngineState, layer: Layer, rows: I16View, columns: i32): void {
  if (layer.activation != ACTIVATION_TABLE) return;
  const tableAt = rowOffset(state, layer, layer.outChannels);
  if (flashRead(tableAt, state.entryAt, ACTIVATION_TABLE_BYTES) != 0) state.faulty = 1;
  const down = layer.outType == TYPE_INT13 ? TABLE_DOWN_INT13 : TABLE_DOWN_INT16;
  const high = largestOf(layer.outType);
  const count = columns * layer.outChannels;
  if (ASC_FEATURE_SIMD) applyTableSimd(rows, count, at<I16View>(state.entryAt), layer.tableShift, down, high);
  else applyTable(rows, count, at<I16View>(state.entryAt), layer.tableShift, down, high);
}
