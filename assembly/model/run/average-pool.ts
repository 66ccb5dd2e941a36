import { at, clearBytes, I8View, I16View } from "../../views";
import { averageBlocks } from "../../kernels/average-pool";
import { averageRows } from "../../kernels/average-rows";
import { addRows } from "../../kernels/row-sums";
import { addRowsSimd } from "../../kernels/row-sums.simd";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { rowAddress, Tensor } from "../tensor";
import { readMultiplier } from "../product/read-tile";

/** Rows whose sum fits an i16: 256 * 127 < 2^15. */
const MAX_BLOCK_ROWS = 256;

/**
 * Decisions begin and end at whole blocks of rows, counted from the warm-up; so the pool keeps one sum a block and channel,
 * i16[blocks][channels] in a ring, and no rows. The first block may have fewer rows.
 */
export function planBlocks(layer: Layer): void {
  const window = <i32>layer.kernel;
  const hop = <i32>layer.stride;
  let rows = min(MAX_BLOCK_ROWS, min(window, hop));
  while (window % rows != 0 || hop % rows != 0) rows--;
  layer.blockRows = rows;
  layer.blocks = window / rows;
  layer.sumsBytes = 2 * layer.blocks * layer.inChannels;
}

/** Takes rows up to the next decision and makes its row: the mean of the last `kernel` rows, of all where there are fewer. */
export function takeAveragePool(state: EngineState, layer: Layer, input: Tensor, output: Tensor): bool {
  const end = min(input.next, input.total);
  const warmup = <i32>layer.kernel - layer.padLeft;
  let due = false;
  while (!due && layer.taken < end) {
    takeBlock(layer, input, end, warmup);
    const beyond = layer.taken - warmup;
    due = beyond >= 0 && beyond % layer.stride == 0;
  }
  // A record that ends before the warm-up still gives one decision over what there is.
  if (!due && (layer.taken < input.total || output.next > 0)) return false;
  const rows = <i32>min<i64>(layer.taken, layer.kernel);
  const multiplier = readMultiplier(state, layer, rows - 1);
  const sums = at<I16View>(layer.sumsAt);
  averageBlocks(sums, layer.inChannels, layer.blocks, multiplier, layer.shift, at<I8View>(output.rowsAt));
  return true;
}

/** The mean of a whole sequence. */
export function averageSequence(state: EngineState, layer: Layer, input: Tensor, output: Tensor): void {
  const rows = <i32>input.next;
  const multiplier = readMultiplier(state, layer, rows - 1);
  const x = at<I16View>(rowAddress(input, 0));
  averageRows(x, layer.inChannels, rows, multiplier, layer.shift, at<I16View>(output.rowsAt));
}

/** Adds the rows at hand to the sums of the block under way, as far as it reaches. */
function takeBlock(layer: Layer, input: Tensor, end: i64, warmup: i32): void {
  const from = layer.taken + (layer.blockRows - warmup % layer.blockRows) % layer.blockRows;
  const within = <i32>(from % layer.blockRows);
  const rows = <i32>min<i64>(layer.blockRows - within, end - layer.taken);
  const sumsAt = layer.sumsAt + <i32>(from / layer.blockRows % layer.blocks) * 2 * layer.inChannels;
  if (within == 0) clearBytes(sumsAt, 2 * layer.inChannels);
  const taken = at<I8View>(rowAddress(input, layer.taken));
  if (ASC_FEATURE_SIMD) addRowsSimd(taken, layer.inChannels, rows, at<I16View>(sumsAt));
  else addRows(taken, layer.inChannels, rows, at<I16View>(sumsAt));
  layer.taken += rows;
}
