import { at, I8View, I16View, I32View, U8View } from "../views";
import { crc32 } from "../numeric/crc32";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";
import { add } from "../kernels/add";
import { averagePool } from "../kernels/average-pool";
import { accumulate } from "../kernels/dense";
import { gemm } from "../kernels/gemm";
import { gemmSimd, widen } from "../kernels/gemm.simd";
import { maxPool } from "../kernels/max-pool";
import { TILE_CHANNELS } from "../shared/limits";
import {
  ACTIVATION_RELU, OP_ADD, OP_AVERAGE_POOL, OP_CONV1D, OP_DENSE, OP_MAX_POOL, TYPE_INT16, TYPE_INT8,
} from "../shared/ops";
import { EngineState } from "./engine-state";
import { emitDecision, freeEvents } from "./events";
import { Layer, layerAt, rowAddress, Tensor, tensorAt, visibleRows } from "./layer";
import { spanOf } from "./plan";
import { groupsOf, lanesOf, panelOf, readMultiplier, rowsOf, tapSpanOf, tapsOf, tileEntry } from "./tiles";

/** The one switch: of `ready` rows that the inputs allow, makes as many as there is room for. Returns whether any. */
export function runLayer(state: EngineState, index: i32, layer: Layer, output: Tensor, ready: i32): bool {
  const columns = layer.op == OP_DENSE ? ready : min(ready, output.capacity - output.held);
  if (columns <= 0) return false;
  const from = output.held;
  switch (<i32>layer.op) {
    case OP_CONV1D: runConv1d(state, layer, output, columns); break;
    case OP_ADD: runAdd(state, layer, output, columns); break;
    case OP_MAX_POOL: runMaxPool(state, layer, output, columns); break;
    case OP_AVERAGE_POOL: runAveragePool(state, layer, output, columns); break;
    case OP_DENSE: return runDense(state, index, layer, output, columns);
    default: unreachable();
  }
  madeRows(state, layer, output, from, columns);
  return true;
}

function madeRows(state: EngineState, layer: Layer, output: Tensor, from: i32, rows: i32): void {
  output.held = from + rows;
  layer.rows += rows;
  layer.profileRows += rows;
  if (state.checking != 0) {
    const bytes = at<U8View>(output.rowsAt + from * output.rowBytes);
    layer.crc = crc32(layer.crc, bytes, rows * output.rowBytes);
  }
}

function runConv1d(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const channels = <i32>layer.inChannels;
  const columnStep = <i32>layer.stride * channels;
  const tapStep = <i32>layer.dilation * channels;
  const taps = tapsOf(layer);
  const span = tapSpanOf(layer);
  const low = layer.activation == ACTIVATION_RELU ? 0 : -127;
  const outChannels = <i32>layer.outChannels;
  const out = rowAddress(output, output.held);
  const shift = <i32>layer.shift;
  let rows = rowAddress(input, layer.nextA);
  if (ASC_FEATURE_SIMD && input.type == TYPE_INT8) {
    const count = ((columns - 1) * layer.stride + spanOf(layer)) * channels;
    widen(at<I8View>(rows), at<I16View>(state.wideAt), count);
    rows = state.wideAt;
  }
  for (let group = 0, groups = groupsOf(layer); group < groups; group++) {
    const entry = tileEntry(state, layer, group);
    const to = at<I8View>(out + group * TILE_CHANNELS);
    const lanes = lanesOf(layer, group);
    if (ASC_FEATURE_SIMD) {
      gemmSimd(at<I16View>(rows), columnStep, taps, tapStep, span, panelOf(entry), rowsOf(entry), lanes, shift, low, 127,
        to, outChannels, columns);
    } else if (input.type == TYPE_INT16) {
      gemm<I16View>(at<I16View>(rows), columnStep, taps, tapStep, span, panelOf(entry), rowsOf(entry), lanes, shift, low,
        127, to, outChannels, columns);
    } else {
      gemm<I8View>(at<I8View>(rows), columnStep, taps, tapStep, span, panelOf(entry), rowsOf(entry), lanes, shift, low,
        127, to, outChannels, columns);
    }
  }
  layer.nextA += columns * layer.stride;
}

function runAdd(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const a = at<I8View>(rowAddress(tensorAt(state.tensorsAt, layer.inputA), layer.nextA));
  const b = at<I8View>(rowAddress(tensorAt(state.tensorsAt, layer.inputB), layer.nextB));
  const low = layer.activation == ACTIVATION_RELU ? 0 : -127;
  const out = at<I8View>(rowAddress(output, output.held));
  add(a, layer.multiplierA, b, layer.multiplierB, layer.shift, low, 127, out, columns * layer.outChannels);
  layer.nextA += columns;
  layer.nextB += columns;
}

function runMaxPool(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const from = rowAddress(input, layer.nextA);
  const to = rowAddress(output, output.held);
  if (input.type == TYPE_INT16) {
    maxPool<I16View>(at<I16View>(from), layer.inChannels, layer.kernel, layer.stride, at<I16View>(to), columns);
  } else {
    maxPool<I8View>(at<I8View>(from), layer.inChannels, layer.kernel, layer.stride, at<I8View>(to), columns);
  }
  layer.nextA += columns * layer.stride;
}

function runAveragePool(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const window = <i32>layer.kernel;
  const warmup = window - layer.padLeft;
  for (let column = 0; column < columns; column++) {
    const rows = min(window, visibleRows(input, 0) - layer.nextA);
    // Rows of the record among them; a record shorter than the warm-up has fewer than the first window would.
    const decision = layer.rows + column;
    const seen = decision > window ? window : min(window, warmup + <i32>decision * layer.stride);
    const count = rows < window ? rows - layer.padLeft : seen;
    if (rows < window) layer.column = count;
    const multiplier = readMultiplier(state, layer.requantizationRow + count - 1);
    const from = at<I8View>(rowAddress(input, layer.nextA));
    const to = at<I8View>(rowAddress(output, output.held + column));
    averagePool(from, layer.inChannels, rows, multiplier, layer.shift, to);
    layer.nextA += layer.stride;
  }
}

/** Takes row after row; a row of logits is a decision and needs a free event. */
function runDense(state: EngineState, index: i32, layer: Layer, output: Tensor, ready: i32): bool {
  const isLast = index == state.layerCount - 1;
  let done = 0;
  for (; done < ready; done++) {
    const closes = layer.column + 1 == layer.kernel;
    if (closes && (output.held == output.capacity || (isLast && freeEvents(state) == 0))) break;
    accumulateColumn(state, layer);
    if (!closes) continue;
    storeSums(state, layer, output);
    madeRows(state, layer, output, output.held, 1);
    if (isLast) {
      emitDecision(state, decisionEnd(state, layer.rows - 1), at<I16View>(rowAddress(output, output.held - 1)));
      output.held -= 1;
    }
  }
  return done > 0;
}

function accumulateColumn(state: EngineState, layer: Layer): void {
  const input = at<I8View>(rowAddress(tensorAt(state.tensorsAt, layer.inputA), layer.nextA));
  const groups = groupsOf(layer);
  for (let group = 0; group < groups; group++) {
    const entry = tileEntry(state, layer, layer.column * groups + group);
    const sums = at<I32View>(layer.sumsAt + 4 * group * TILE_CHANNELS);
    const lanes = lanesOf(layer, group);
    if (layer.column == 0) for (let lane = 0; lane < lanes; lane++) sums[lane] = rowsOf(entry)[2 * lane + 1];
    accumulate(input, layer.inChannels, panelOf(entry), lanes, sums);
  }
  layer.nextA += 1;
  layer.column = layer.column + 1 == layer.kernel ? 0 : layer.column + 1;
}

function storeSums(state: EngineState, layer: Layer, output: Tensor): void {
  const sums = at<I32View>(layer.sumsAt);
  const to = rowAddress(output, output.held);
  const low = layer.activation == ACTIVATION_RELU ? 0 : layer.outType == TYPE_INT16 ? -32767 : -127;
  for (let channel = 0; channel < <i32>layer.outChannels; channel++) {
    const multiplier = readMultiplier(state, layer.requantizationRow + channel);
    const value = requantize(sums[channel], multiplier, layer.shift);
    if (layer.outType == TYPE_INT16) at<I16View>(to)[channel] = clamp(value, low, 32767);
    else at<I8View>(to)[channel] = clamp(value, low, 127);
  }
}

/** Conditioned samples of the record up to which decision `row` reaches. */
function decisionEnd(state: EngineState, row: i64): i64 {
  if (state.windowSamples != 0) return min(state.windowStart + state.windowSamples, state.samplesIn);
  const head = layerAt(state.layersAt, state.headLayer);
  const input = tensorAt(state.tensorsAt, head.inputA);
  if (head.op == OP_DENSE) return min((row + 1) * <i64>head.kernel * input.strideSamples, state.samplesIn);
  // An average pool notes the columns of a record that ended before its first window was full.
  const columns: i64 = head.column != 0 ? head.column : <i64>head.kernel - head.padLeft + row * head.stride;
  return min(columns * input.strideSamples, state.samplesIn);
}
