import { addressOf, at } from "../views";
import { Product } from "../kernels/product";
import { ACTIVATION_RELU, OP_DEPTHWISE_CONV1D } from "../shared/ops";
import { TILE_CHANNELS } from "../shared/limits";
import { EngineState } from "./engine-state";
import { Layer, spanOf } from "./layer";
import { multiply, prepareInput } from "./multiply";
import { rowAddress, Tensor, tensorAt } from "./tensor";
import { groupsOf, lanesOf, panelOf, rowsOf, tapSpanOf, tapsOf, tileEntry } from "./tiles";

/** A (depthwise) conv1d as products, one a tile of eight output channels. */
export function runConv1d(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
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
  product.low = layer.activation == ACTIVATION_RELU ? 0 : -127;
  product.high = 127;
  product.outStep = layer.outChannels;
  product.input = rowAddress(input, output.next * layer.stride - layer.padLeft);
  const rows = (columns - 1) * layer.stride + spanOf(layer);
  prepareInput(state, layer, input.type, rows * channels);
  const out = rowAddress(output, output.next);
  for (let group = 0, groups = groupsOf(layer); group < groups; group++) {
    const entry = tileEntry(state, layer, group);
    product.panel = panelOf(entry);
    product.rows = addressOf(rowsOf(entry));
    product.lanes = lanesOf(layer, group);
    product.out = out + group * TILE_CHANNELS;
    multiply(state, layer, input.type);
    if (isDepthwise) product.input += TILE_CHANNELS;
  }
}
