import { at, I8View, I16View, U8View } from "../views";
import { crc32 } from "../numeric/crc32";
import { add } from "../kernels/add";
import { addSimd } from "../kernels/add.simd";
import { maxPool } from "../kernels/max-pool";
import { maxPoolSimd } from "../kernels/max-pool.simd";
import {
  ACTIVATION_RELU, OP_ADD, OP_CONV1D, OP_DEPTHWISE_CONV1D, OP_MAX_POOL, TYPE_INT16,
} from "../shared/ops";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";
import { runConv1d } from "./run-conv1d";
import { rowAddress, Tensor, tensorAt } from "./tensor";

/** The one switch over the ops of the stream (head.ts has those of the head): makes the next `columns` rows. */
export function runStreamLayer(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  switch (<i32>layer.op) {
    case OP_CONV1D:
    case OP_DEPTHWISE_CONV1D: runConv1d(state, layer, output, columns); break;
    case OP_ADD: runAdd(state, layer, output, columns); break;
    case OP_MAX_POOL: runMaxPool(state, layer, output, columns); break;
    default: unreachable();
  }
  countRows(state, layer, output, columns);
}

/** Counts `rows` rows that have been written behind those of a tensor. */
export function countRows(state: EngineState, layer: Layer, output: Tensor, rows: i32): void {
  layer.profileRows += rows;
  if (state.checking != 0) {
    const bytes = at<U8View>(rowAddress(output, output.next));
    layer.crc = crc32(layer.crc, bytes, rows * output.rowBytes);
  }
  output.next += rows;
}

function runAdd(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const a = at<I8View>(rowAddress(tensorAt(state.tensorsAt, layer.inputA), output.next));
  const b = at<I8View>(rowAddress(tensorAt(state.tensorsAt, layer.inputB), output.next));
  const low = layer.activation == ACTIVATION_RELU ? 0 : -127;
  const out = at<I8View>(rowAddress(output, output.next));
  const count = columns * layer.outChannels;
  if (ASC_FEATURE_SIMD) addSimd(a, layer.multiplierA, b, layer.multiplierB, layer.shift, low, 127, out, count);
  else add(a, layer.multiplierA, b, layer.multiplierB, layer.shift, low, 127, out, count);
}

function runMaxPool(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const from = rowAddress(input, output.next * layer.stride);
  const to = rowAddress(output, output.next);
  if (input.type == TYPE_INT16) maxPoolRows<I16View, i16>(layer, from, to, columns);
  else maxPoolRows<I8View, i8>(layer, from, to, columns);
}

function maxPoolRows<T, E>(layer: Layer, from: i32, to: i32, columns: i32): void {
  if (ASC_FEATURE_SIMD) maxPoolSimd<T, E>(at<T>(from), layer.inChannels, layer.kernel, layer.stride, at<T>(to), columns);
  else maxPool<T>(at<T>(from), layer.inChannels, layer.kernel, layer.stride, at<T>(to), columns);
}
