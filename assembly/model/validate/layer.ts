import * as layout from "../../shared/layout";
import {
  MAX_ADD_SHIFT, MAX_CHANNELS, MAX_DILATION, MAX_HEAD_CHANNELS, MAX_KERNEL, MAX_NORM_SHIFT, MAX_PLANES, MAX_ROW_FORM, MAX_SHIFT, MAX_STRIDE,
  MAX_TABLE_SHIFT, MAX_TOTAL_STRIDE, MAX_WINDOW_COLUMNS, MIN_NORM_SHIFT,
} from "../../shared/limits";
import * as ops from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { isHead, isNorm, Layer, spanOf } from "../layer";
import { isWide, Tensor, tensorAt } from "../tensor";
import { hasWeights } from "../product/tile";
import { validateArithmetic } from "./arithmetic";
import { fail } from "./file";
import { Cursor, validateRanges } from "./ranges";

/** Reach of a tensor in samples, either way: keeps every row number of a run far within 32 bits. */
const MAX_REACH_SAMPLES: i64 = 1 << 28;

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
  if (op < ops.OP_CONV1D || op > ops.OP_ATTENTION) {
    return fail(state, status.LAYER_BAD_OP, from + layout.LAYER_OP_AT);
  }
  if (!hasActivation(layer)) {
    return fail(state, status.LAYER_BAD_ACTIVATION, from + layout.LAYER_ACTIVATION_AT);
  }
  if (<i32>layer.tableShift > (layer.activation == ops.ACTIVATION_TABLE ? MAX_TABLE_SHIFT : 0)) {
    return fail(state, status.LAYER_BAD_ACTIVATION, from + layout.LAYER_TABLE_SHIFT_AT);
  }
  if (hasWeights(layer) ? grid < ops.GRID_MID_TREAD || grid > ops.GRID_TERNARY : grid != ops.GRID_NONE) {
    return fail(state, status.LAYER_BAD_GRID, from + layout.LAYER_GRID_AT);
  }
  if (!bitsFitGrid(layer)) return fail(state, status.LAYER_BAD_BITS, from + layout.LAYER_BITS_AT);
  const planes = <i32>layer.planes;
  if (planes != 0 && (grid != ops.GRID_MID_RISE || planes < <i32>layer.bits || planes > MAX_PLANES)) {
    return fail(state, status.LAYER_BAD_PLANES, from + layout.LAYER_PLANES_AT);
  }
  const canBeNarrow = hasWeights(layer) || op == ops.OP_AVERAGE_POOL;
  return <i32>layer.rowForm <= (canBeNarrow ? MAX_ROW_FORM : 0)
    ? status.OK
    : fail(state, status.LAYER_BAD_ROW_FORM, from + layout.LAYER_ROW_FORM_AT);
}

function hasActivation(layer: Layer): bool {
  switch (<i32>layer.activation) {
    case ops.ACTIVATION_NONE: return true;
    case ops.ACTIVATION_RELU: return hasWeights(layer) || layer.op == ops.OP_ADD;
    case ops.ACTIVATION_TABLE: return layer.op == ops.OP_CONV1D || layer.op == ops.OP_GROUP_NORM;
    default: return false;
  }
}

function bitsFitGrid(layer: Layer): bool {
  switch (<i32>layer.grid) {
    case ops.GRID_MID_TREAD: return layer.bits >= 2 && layer.bits <= 8;
    case ops.GRID_MID_RISE: return layer.bits >= 1 && <i32>layer.bits <= MAX_PLANES;
    case ops.GRID_TERNARY: return layer.bits == 2;
    default: return layer.bits == 0;
  }
}

function validateInputs(state: EngineState, index: i32, layer: Layer, from: i32): i32 {
  const isAttention = layer.op == ops.OP_ATTENTION;
  const hasB = layer.op == ops.OP_ADD || isAttention;
  if (<i32>layer.inputA > index) return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_A_AT);
  if (hasB ? <i32>layer.inputB > index : layer.inputB != layout.NO_TENSOR) {
    return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_B_AT);
  }
  if (<i32>layer.inputC > (isAttention ? index : 0)) {
    return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_C_AT);
  }
  const a = tensorAt(state.tensorsAt, layer.inputA);
  if (!takesType(layer, a.type)) return fail(state, status.LAYER_BAD_INPUT, from + layout.LAYER_INPUT_A_AT);
  if (<i32>layer.inChannels != a.channels) {
    return fail(state, status.LAYER_BAD_CHANNELS, from + layout.LAYER_IN_CHANNELS_AT);
  }
  const outChannels = <i32>layer.outChannels;
  const mixes = layer.op == ops.OP_CONV1D || layer.op == ops.OP_DENSE;
  if (mixes ? outChannels < 1 || outChannels > MAX_CHANNELS : outChannels != a.channels) {
    return fail(state, status.LAYER_BAD_CHANNELS, from + layout.LAYER_OUT_CHANNELS_AT);
  }
  let code = status.OK;
  if (hasB) code = validatePeer(state, a, layer.inputB, from + layout.LAYER_INPUT_B_AT);
  if (isAttention && code == status.OK) code = validatePeer(state, a, layer.inputC, from + layout.LAYER_INPUT_C_AT);
  return code == status.OK ? validateGroups(state, layer, a, from) : code;
}

/** Whether a layer has a kernel for rows of that type. */
function takesType(layer: Layer, type: i32): bool {
  switch (<i32>layer.op) {
    case ops.OP_CONV1D: return layer.activation != ops.ACTIVATION_TABLE || isWide(type);
    case ops.OP_MAX_POOL: return true;
    case ops.OP_DEPTHWISE_CONV1D: return type == ops.TYPE_INT8;
    case ops.OP_DENSE: return type == ops.TYPE_INT8 || (type == ops.TYPE_INT13 && layer.kernel == 1);
    case ops.OP_ADD:
    case ops.OP_AVERAGE_POOL: return type != ops.TYPE_INT16;
    case ops.OP_ATTENTION: return type == ops.TYPE_INT13;
    default: return isWide(type);
  }
}

/** Another input than the first is like it. */
function validatePeer(state: EngineState, a: Tensor, index: i32, from: i32): i32 {
  const peer = tensorAt(state.tensorsAt, index);
  if (peer.type != a.type) return fail(state, status.LAYER_BAD_INPUT, from);
  if (peer.channels != a.channels) return fail(state, status.LAYER_BAD_CHANNELS, from);
  return peer.strideSamples == a.strideSamples ? status.OK : fail(state, status.LAYER_UNEQUAL_RATES, from);
}

/** A conv's groups, an attention's heads, a norm's epsilon; nothing of any other layer. */
function validateGroups(state: EngineState, layer: Layer, input: Tensor, from: i32): i32 {
  const groups = <i32>layer.groups;
  let fits = groups == 0;
  if (layer.op == ops.OP_CONV1D && !fits) {
    fits = groups > 1 && isWide(input.type) && input.channels % groups == 0 && <i32>layer.outChannels % groups == 0;
  } else if (layer.op == ops.OP_ATTENTION) {
    fits = groups > 0 && input.channels % groups == 0 && input.channels / groups <= MAX_HEAD_CHANNELS;
  }
  if (!fits) return fail(state, status.LAYER_BAD_GROUPS, from + layout.LAYER_GROUPS_AT);
  const isSound = isNorm(layer) ? <i32>layer.epsilon > 0 : layer.epsilon == 0;
  return isSound
    ? status.OK
    : fail(state, status.LAYER_BAD_EPSILON, from + layout.LAYER_EPSILON_AT);
}

function validateWindow(state: EngineState, layer: Layer, from: i32): i32 {
  const op = <i32>layer.op;
  const isConv = op == ops.OP_CONV1D || op == ops.OP_DEPTHWISE_CONV1D;
  const head = isHead(layer);
  const isRowByRow = op == ops.OP_ADD || isNorm(layer) || op == ops.OP_ATTENTION;
  const kernel = <i32>layer.kernel;
  if (kernel < 1 || kernel > (isRowByRow ? 1 : head ? MAX_WINDOW_COLUMNS : MAX_KERNEL)) {
    return fail(state, status.LAYER_BAD_KERNEL, from + layout.LAYER_KERNEL_AT);
  }
  const stride = <i32>layer.stride;
  if (stride < 1 || stride > (isRowByRow ? 1 : head ? MAX_WINDOW_COLUMNS : MAX_STRIDE) ||
    (op == ops.OP_DENSE && stride != kernel)) {
    return fail(state, status.LAYER_BAD_STRIDE, from + layout.LAYER_STRIDE_AT);
  }
  const dilation = <i32>layer.dilation;
  if (dilation < 1 || dilation > (isConv ? MAX_DILATION : 1)) {
    return fail(state, status.LAYER_BAD_DILATION, from + layout.LAYER_DILATION_AT);
  }
  const isPooled = op == ops.OP_AVERAGE_POOL || op == ops.OP_WINDOW;
  const padLeftLimit = isConv || isPooled ? spanOf(layer) : 1;
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
  const type = <i32>layer.outType;
  if (isLogits ? type != ops.TYPE_INT16 : !givesType(layer, input.type, type)) {
    return fail(state, status.LAYER_BAD_OUT_TYPE, from + layout.LAYER_OUT_TYPE_AT);
  }
  if (<i32>layer.shift < leastShift(layer) || <i32>layer.shift > mostShift(layer)) {
    return fail(state, status.LAYER_BAD_SHIFT, from + layout.LAYER_SHIFT_AT);
  }
  // The rows of a sequence have the rate of those that it was cut from.
  const stride: i64 = layer.op == ops.OP_WINDOW ? 1 : layer.stride;
  const strideSamples = <i64>input.strideSamples * stride;
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

/** Whether a layer makes rows of that type of rows of the other, logits apart. */
function givesType(layer: Layer, input: i32, type: i32): bool {
  switch (<i32>layer.op) {
    case ops.OP_MAX_POOL:
    case ops.OP_WINDOW: return type == input;
    case ops.OP_CONV1D:
    case ops.OP_DENSE:
      if (layer.activation == ops.ACTIVATION_TABLE) return type == ops.TYPE_INT13 || type == ops.TYPE_INT16;
      return type == ops.TYPE_INT8 || (isWide(input) && type <= ops.TYPE_INT13);
    case ops.OP_ADD: return input == ops.TYPE_INT8 ? type == input : type == ops.TYPE_INT13 || type == ops.TYPE_INT16;
    default: return type == (isWide(input) ? ops.TYPE_INT13 : ops.TYPE_INT8);
  }
}

/** Whether a layer copies what it takes. */
function copies(layer: Layer): bool {
  return layer.op == ops.OP_MAX_POOL || layer.op == ops.OP_WINDOW;
}

function leastShift(layer: Layer): i32 {
  return copies(layer) ? 0 : isNorm(layer) ? MIN_NORM_SHIFT : 1;
}

function mostShift(layer: Layer): i32 {
  if (copies(layer)) return 0;
  return layer.op == ops.OP_ADD ? MAX_ADD_SHIFT : isNorm(layer) ? MAX_NORM_SHIFT : MAX_SHIFT;
}

/** Whether no element of a layer's output can be negative: after a relu, and where sums and maxima of such stay so. */
function isNonNegative(state: EngineState, layer: Layer, input: Tensor): bool {
  if (layer.activation == ops.ACTIVATION_RELU) return true;
  if (input.nonNegative == 0) return false;
  if (layer.op == ops.OP_ADD) return tensorAt(state.tensorsAt, layer.inputB).nonNegative != 0;
  return copies(layer) || layer.op == ops.OP_AVERAGE_POOL;
}

/** A tensor's shape; its place in the arena comes with the plan. */
export function setShape(tensor: Tensor, channels: i32, type: i32, strideSamples: i32, reachSamples: i32): void {
  tensor.channels = channels;
  tensor.type = type;
  tensor.rowBytes = isWide(type) ? 2 * channels : channels;
  tensor.strideSamples = strideSamples;
  tensor.reachSamples = reachSamples;
  tensor.halo = 0;
  tensor.tail = 0;
  tensor.nonNegative = 0;
}
