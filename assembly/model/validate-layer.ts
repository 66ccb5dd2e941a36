import * as layout from "../shared/layout";
import {
  MAX_ADD_SHIFT, MAX_CHANNELS, MAX_DILATION, MAX_KERNEL, MAX_SHIFT, MAX_STRIDE, MAX_TOTAL_STRIDE, MAX_WINDOW_COLUMNS,
} from "../shared/limits";
import * as ops from "../shared/ops";
import * as status from "../shared/status";
import { EngineState } from "./engine-state";
import { isHead, Layer, spanOf } from "./layer";
import { Tensor, tensorAt } from "./tensor";
import { groupsOf, hasWeights, laneWeights, tileBytes } from "./tiles";
import { validateArithmetic } from "./validate-arithmetic";
import { fail } from "./validate-file";

/** Reach of a tensor in samples, either way: keeps every row number of a run far within 32 bits. */
const MAX_REACH_SAMPLES: i64 = 1 << 28;

/** Where the next layer's requantisation rows, weights and tiles begin: everything is contiguous, in layer order. */
@unmanaged @final
export class Cursor {
  requantizationRow: i32;
  weights: i32;
  tile: i32;
}

/** Checks one layer record against its inputs, and sets up the tensor that it makes. */
export function validateLayer(state: EngineState, index: i32, layer: Layer, from: i32, cursor: Cursor): i32 {
  state.statusLayer = index;
  let code = validateKind(state, layer, from);
  if (code == status.OK) code = validateInputs(state, index, layer, from);
  if (code == status.OK) code = validateWindow(state, layer, from);
  if (code == status.OK) code = validateOutput(state, index, layer, from);
  if (code == status.OK) code = validateRanges(state, layer, from, cursor);
  if (code == status.OK) code = validateArithmetic(state, layer);
  if (code == status.OK) state.statusLayer = -1;
  return code;
}

function validateKind(state: EngineState, layer: Layer, from: i32): i32 {
  const op = <i32>layer.op;
  const grid = <i32>layer.grid;
  if (op < ops.OP_CONV1D || op > ops.OP_DEPTHWISE_CONV1D) {
    return fail(state, status.LAYER_BAD_OP, from + layout.LAYER_OP_AT);
  }
  const isPool = op == ops.OP_MAX_POOL || op == ops.OP_AVERAGE_POOL;
  if (<i32>layer.activation > (isPool ? ops.ACTIVATION_NONE : ops.ACTIVATION_RELU)) {
    return fail(state, status.LAYER_BAD_ACTIVATION, from + layout.LAYER_ACTIVATION_AT);
  }
  if (hasWeights(layer) ? grid < ops.GRID_MID_TREAD || grid > ops.GRID_TERNARY : grid != ops.GRID_NONE) {
    return fail(state, status.LAYER_BAD_GRID, from + layout.LAYER_GRID_AT);
  }
  return bitsFitGrid(layer) ? status.OK : fail(state, status.LAYER_BAD_BITS, from + layout.LAYER_BITS_AT);
}

function bitsFitGrid(layer: Layer): bool {
  switch (<i32>layer.grid) {
    case ops.GRID_MID_TREAD: return layer.bits >= 2 && layer.bits <= 8;
    case ops.GRID_MID_RISE: return layer.bits >= 1 && layer.bits <= 3;
    case ops.GRID_TERNARY: return layer.bits == 2;
    default: return layer.bits == 0;
  }
}

function validateInputs(state: EngineState, index: i32, layer: Layer, from: i32): i32 {
  const isAdd = layer.op == ops.OP_ADD;
  if (<i32>layer.inputA > index) return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_A_AT);
  if (isAdd ? <i32>layer.inputB > index : layer.inputB != layout.NO_TENSOR) {
    return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_B_AT);
  }
  const a = tensorAt(state.tensorsAt, layer.inputA);
  // Only a conv and a max pool take the int16 input.
  if (a.type != ops.TYPE_INT8 && layer.op != ops.OP_CONV1D && layer.op != ops.OP_MAX_POOL) {
    return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_A_AT);
  }
  if (<i32>layer.inChannels != a.channels) {
    return fail(state, status.LAYER_BAD_CHANNELS, from + layout.LAYER_IN_CHANNELS_AT);
  }
  const outChannels = <i32>layer.outChannels;
  const mixes = layer.op == ops.OP_CONV1D || layer.op == ops.OP_DENSE;
  if (mixes ? outChannels < 1 || outChannels > MAX_CHANNELS : outChannels != a.channels) {
    return fail(state, status.LAYER_BAD_CHANNELS, from + layout.LAYER_OUT_CHANNELS_AT);
  }
  if (!isAdd) return status.OK;
  const b = tensorAt(state.tensorsAt, layer.inputB);
  if (b.type != ops.TYPE_INT8) return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_B_AT);
  if (b.channels != a.channels) return fail(state, status.LAYER_BAD_CHANNELS, from + layout.LAYER_INPUT_B_AT);
  return b.strideSamples == a.strideSamples
    ? status.OK
    : fail(state, status.LAYER_UNEQUAL_RATES, from + layout.LAYER_INPUT_B_AT);
}

function validateWindow(state: EngineState, layer: Layer, from: i32): i32 {
  const op = <i32>layer.op;
  const isConv = op == ops.OP_CONV1D || op == ops.OP_DEPTHWISE_CONV1D;
  const head = isHead(layer);
  const kernel = <i32>layer.kernel;
  if (kernel < 1 || kernel > (op == ops.OP_ADD ? 1 : head ? MAX_WINDOW_COLUMNS : MAX_KERNEL)) {
    return fail(state, status.LAYER_BAD_KERNEL, from + layout.LAYER_KERNEL_AT);
  }
  const stride = <i32>layer.stride;
  if (stride < 1 || stride > (op == ops.OP_ADD ? 1 : head ? MAX_WINDOW_COLUMNS : MAX_STRIDE) ||
    (op == ops.OP_DENSE && stride != kernel)) {
    return fail(state, status.LAYER_BAD_STRIDE, from + layout.LAYER_STRIDE_AT);
  }
  const dilation = <i32>layer.dilation;
  if (dilation < 1 || dilation > (isConv ? MAX_DILATION : 1)) {
    return fail(state, status.LAYER_BAD_DILATION, from + layout.LAYER_DILATION_AT);
  }
  const padLeftLimit = isConv || op == ops.OP_AVERAGE_POOL ? spanOf(layer) : 1;
  if (<i32>layer.padLeft >= padLeftLimit) {
    return fail(state, status.LAYER_BAD_PADDING, from + layout.LAYER_PAD_LEFT_AT);
  }
  if (<i32>layer.padRight >= (isConv ? spanOf(layer) : 1)) {
    return fail(state, status.LAYER_BAD_PADDING, from + layout.LAYER_PAD_RIGHT_AT);
  }
  return status.OK;
}

/** The output tensor's shape, and the output's type and shift. */
function validateOutput(state: EngineState, index: i32, layer: Layer, from: i32): i32 {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const output = tensorAt(state.tensorsAt, index + 1);
  const isLogits = index == state.layerCount - 1;
  const type = isLogits ? ops.TYPE_INT16 : layer.op == ops.OP_MAX_POOL ? input.type : ops.TYPE_INT8;
  if (<i32>layer.outType != type) return fail(state, status.LAYER_BAD_OUT_TYPE, from + layout.LAYER_OUT_TYPE_AT);
  const shift = <i32>layer.shift;
  const isMaxPool = layer.op == ops.OP_MAX_POOL;
  const maxShift = layer.op == ops.OP_ADD ? MAX_ADD_SHIFT : isMaxPool ? 0 : MAX_SHIFT;
  if (shift > maxShift || (shift == 0 && !isMaxPool)) {
    return fail(state, status.LAYER_BAD_SHIFT, from + layout.LAYER_SHIFT_AT);
  }
  const strideSamples = <i64>input.strideSamples * <i64>layer.stride;
  // The rows of a head are decisions: their rate matters to nobody, and a long window has a large one.
  if (strideSamples > MAX_TOTAL_STRIDE && !isHead(layer)) {
    return fail(state, status.LAYER_BAD_STRIDE, from + layout.LAYER_STRIDE_AT);
  }
  let reach = <i64>input.reachSamples + <i64>(spanOf(layer) - 1 - <i32>layer.padLeft) * input.strideSamples;
  if (layer.op == ops.OP_ADD) reach = max(reach, <i64>tensorAt(state.tensorsAt, layer.inputB).reachSamples);
  if (reach > MAX_REACH_SAMPLES || reach < -MAX_REACH_SAMPLES || strideSamples > MAX_REACH_SAMPLES) {
    return fail(state, status.LAYER_BAD_KERNEL, from + layout.LAYER_KERNEL_AT);
  }
  setShape(output, layer.outChannels, type, <i32>strideSamples, <i32>reach);
  output.nonNegative = isNonNegative(state, layer, input) ? 1 : 0;
  return status.OK;
}

/** Whether no element of a layer's output can be negative: after a relu, and where sums and maxima of such stay so. */
function isNonNegative(state: EngineState, layer: Layer, input: Tensor): bool {
  if (layer.activation == ops.ACTIVATION_RELU) return true;
  if (hasWeights(layer) || input.nonNegative == 0) return false;
  return layer.op != ops.OP_ADD || tensorAt(state.tensorsAt, layer.inputB).nonNegative != 0;
}

/** A tensor's shape; its place in the arena comes with the plan. */
export function setShape(tensor: Tensor, channels: i32, type: i32, strideSamples: i32, reachSamples: i32): void {
  tensor.channels = channels;
  tensor.type = type;
  tensor.rowBytes = type == ops.TYPE_INT16 ? 2 * channels : channels;
  tensor.strideSamples = strideSamples;
  tensor.reachSamples = reachSamples;
  tensor.halo = 0;
  tensor.tail = 0;
  tensor.nonNegative = 0;
}

/** Requantisation rows, weights and tiles follow those of the layer before without a gap. */
function validateRanges(state: EngineState, layer: Layer, from: i32, cursor: Cursor): i32 {
  const weighted = hasWeights(layer);
  const columns: i32 = layer.op == ops.OP_DENSE ? layer.kernel : 1;
  const rows: i32 = weighted ? layer.outChannels : layer.op == ops.OP_AVERAGE_POOL ? layer.kernel : 0;
  const groups = groupsOf(layer);
  // In 64 bits: a hostile layer may claim 2^42 weights.
  const bits: i32 = layer.grid == ops.GRID_TERNARY ? 1 : layer.bits;
  const weightBits = weighted ? <i64>laneWeights(layer) * layer.outChannels * columns * bits : 0;
  const sectionBytes = state.sectionBytes(layout.SECTION_WEIGHTS);
  if (weightBits > <i64>sectionBytes * 8) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_LENGTH_AT);
  }
  const bytes = weighted ? columns * ((groups - 1) * tileBytes(layer, 0) + tileBytes(layer, groups - 1)) : 0;
  const tiles = weighted ? columns * groups : 0;
  if (<i32>layer.requantizationRow != cursor.requantizationRow) {
    return fail(state, status.LAYER_BAD_REQUANTIZATION_RANGE, from + layout.LAYER_REQUANTIZATION_AT);
  }
  if (<i32>layer.weightsAt != cursor.weights) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_AT);
  }
  if (<i32>layer.weightsBytes != bytes || bytes > sectionBytes - cursor.weights) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_LENGTH_AT);
  }
  if (<i32>layer.firstTile != cursor.tile) {
    return fail(state, status.LAYER_BAD_TILE_RANGE, from + layout.LAYER_FIRST_TILE_AT);
  }
  if (<i32>layer.tileCount != tiles) {
    return fail(state, status.LAYER_BAD_TILE_RANGE, from + layout.LAYER_TILE_COUNT_AT);
  }
  if (rows * layout.REQUANTIZATION_BYTES >
    state.sectionBytes(layout.SECTION_REQUANTIZATION) - cursor.requantizationRow * layout.REQUANTIZATION_BYTES) {
    return fail(state, status.LAYER_BAD_REQUANTIZATION_RANGE, from + layout.LAYER_REQUANTIZATION_AT);
  }
  if (layer.op == ops.OP_ADD ? layer.multiplierA < 0 || layer.multiplierB < 0 : layer.multiplierA != 0 || layer.multiplierB != 0) {
    return fail(state, status.LAYER_BAD_MULTIPLIER, from + layout.LAYER_MULTIPLIER_A_AT);
  }
  cursor.requantizationRow += rows;
  cursor.weights += bytes;
  cursor.tile += tiles;
  return status.OK;
}
