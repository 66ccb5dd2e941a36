import { at, I8View, I16View, U8View } from "../../views";
import { crc32 } from "../../numeric/crc32";
import { largestOf } from "../../numeric/saturate";
import { add } from "../../kernels/add";
import { addSimd } from "../../kernels/add.simd";
import { maxPool } from "../../kernels/max-pool";
import { maxPoolSimd } from "../../kernels/max-pool.simd";
import {
  ACTIVATION_RELU, OP_ADD, OP_ATTENTION, OP_CONV1D, OP_DEPTHWISE_CONV1D, OP_GROUP_NORM, OP_LAYER_NORM, OP_MAX_POOL,
} from "../../shared/ops";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { runAttention } from "./attention";
import { runConv1d } from "./conv1d";
import { runGroupNorm, runLayerNorm } from "./norm";
import { isWide, rowAddress, Tensor, tensorAt } from "../tensor";

/** The one switch over the ops of stream and sequence (head.ts has those of the head): makes the next `columns` rows. */
export function runLayer(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  switch (<i32>layer.op) {
    case OP_CONV1D:
    case OP_DEPTHWISE_CONV1D: runConv1d(state, layer, output, columns); break;
    case OP_ADD: runAdd(state, layer, output, columns); break;
    case OP_MAX_POOL: runMaxPool(state, layer, output, columns); break;
    case OP_LAYER_NORM: runLayerNorm(state, layer, output, columns); break;
    case OP_GROUP_NORM: runGroupNorm(state, layer, output, columns); break;
    case OP_ATTENTION: runAttention(state, layer, output, columns); break;
    default: unreachable();
  }
  countRows(state, layer, output, columns);
}

/** Counts `rows` new rows at the end of a tensor. */
export function countRows(state: EngineState, layer: Layer, output: Tensor, rows: i32): void {
  layer.profileRows += rows;
  if (state.checking != 0) {
    const bytes = at<U8View>(rowAddress(output, output.next));
    layer.crc = crc32(layer.crc, bytes, rows * output.rowBytes);
  }
  output.next += rows;
}

function runAdd(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const a = rowAddress(tensorAt(state.tensorsAt, layer.inputA), output.next);
  const b = rowAddress(tensorAt(state.tensorsAt, layer.inputB), output.next);
  const high = largestOf(layer.outType);
  const low = layer.activation == ACTIVATION_RELU ? 0 : -high;
  const out = rowAddress(output, output.next);
  const count = columns * layer.outChannels;
  if (isWide(layer.outType)) addRows<I16View>(layer, a, b, low, high, out, count);
  else if (ASC_FEATURE_SIMD) addSimd(at<I8View>(a), layer.multiplierA, at<I8View>(b), layer.multiplierB, layer.shift, low, high, at<I8View>(out), count);
  else addRows<I8View>(layer, a, b, low, high, out, count);
}

function addRows<T>(layer: Layer, a: i32, b: i32, low: i32, high: i32, out: i32, count: i32): void {
  add<T>(at<T>(a), layer.multiplierA, at<T>(b), layer.multiplierB, layer.shift, low, high, at<T>(out), count);
}

function runMaxPool(state: EngineState, layer: Layer, output: Tensor, columns: i32): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const from = rowAddress(input, output.next * layer.stride);
  const to = rowAddress(output, output.next);
  if (isWide(input.type)) maxPoolRows<I16View, i16>(layer, from, to, columns);
  else maxPoolRows<I8View, i8>(layer, from, to, columns);
}

function maxPoolRows<T, E>(layer: Layer, from: i32, to: i32, columns: i32): void {
  if (ASC_FEATURE_SIMD) maxPoolSimd<T, E>(at<T>(from), layer.inChannels, layer.kernel, layer.stride, at<T>(to), columns);
  else maxPool<T>(at<T>(from), layer.inChannels, layer.kernel, layer.stride, at<T>(to), columns);
}
