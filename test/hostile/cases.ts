import * as layout from "../../assembly/shared/layout.ts";
import * as limits from "../../assembly/shared/limits.ts";
import * as ops from "../../assembly/shared/ops.ts";
import * as status from "../../assembly/shared/status.ts";
import type { ModelEditor } from "./model-editor.ts";
import { oneWindowModel, STREAMING_LAYERS, streamingModel } from "./models.ts";

/** One thing wrong with a sound model, and the status that says so. */
export interface HostileCase {
  readonly code: keyof typeof status;
  readonly what: string;
  readonly edit: (model: ModelEditor) => void;
  /** Default: the streaming model. */
  readonly from?: Uint8Array;
  /** The file CRC stays as it was. */
  readonly unsealed?: boolean;
}

const { stem, pool, conv1, add, averagePool, dense } = STREAMING_LAYERS;

const u8 = (record: DataView, at: number, value: number): void => record.setUint8(at, value);
const u16 = (record: DataView, at: number, value: number): void => record.setUint16(at, value, true);
const u32 = (record: DataView, at: number, value: number): void => record.setUint32(at, value, true);
const raise = (record: DataView, at: number, by: number): void => u32(record, at, record.getUint32(at, true) + by);

const FILE: readonly HostileCase[] = [
  { code: "MODEL_TOO_SHORT", what: "half a section table", edit: (model) => model.resize(100) },
  { code: "MODEL_TOO_LONG", what: "one byte above the limit", edit: (model) => model.resize(limits.MAX_FILE_BYTES + 1), unsealed: true },
  { code: "MODEL_BAD_MAGIC", what: "another magic", edit: ({ header }) => u32(header, layout.HEADER_MAGIC_AT, 0x464c457f) },
  { code: "MODEL_BAD_FORMAT_VERSION", what: "a later format", edit: ({ header }) => u16(header, layout.HEADER_FORMAT_VERSION_AT, 2) },
  { code: "MODEL_BAD_OP_SET_VERSION", what: "later ops", edit: ({ header }) => u16(header, layout.HEADER_OP_SET_VERSION_AT, 2) },
  { code: "MODEL_BAD_LENGTH", what: "a length that is not the file's", edit: ({ header }) => raise(header, layout.HEADER_FILE_BYTES_AT, 1) },
  { code: "MODEL_BAD_LENGTH", what: "a byte behind the last section", edit: (model) => model.resize(streamingModel.length + 1) },
  { code: "MODEL_BAD_CRC", what: "a flipped weight", edit: ({ network }) => u8(network, layout.NETWORK_RESERVED_AT, 1), unsealed: true },
  { code: "MODEL_RESERVED_NOT_ZERO", what: "header", edit: ({ header }) => u8(header, layout.HEADER_BYTES - 1, 1) },
  { code: "MODEL_RESERVED_NOT_ZERO", what: "section table", edit: (model) => u8(model.entry(3), layout.SECTION_RESERVED_AT, 1) },
  { code: "MODEL_RESERVED_NOT_ZERO", what: "network", edit: ({ network }) => u8(network, layout.NETWORK_BYTES - 1, 1) },
  { code: "MODEL_RESERVED_NOT_ZERO", what: "layer", edit: (model) => u8(model.layer(add), layout.LAYER_BYTES - 1, 1) },
  { code: "MODEL_RESERVED_NOT_ZERO", what: "budget", edit: ({ budget }) => u8(budget, layout.BUDGET_RESERVED_AT, 1) },
  { code: "MODEL_BAD_SECTION_COUNT", what: "nine sections", edit: ({ header }) => u32(header, layout.HEADER_SECTION_COUNT_AT, 9) },
  { code: "MODEL_BAD_SECTION_KIND", what: "two networks", edit: (model) => u32(model.entry(layout.SECTION_LAYERS), layout.SECTION_KIND_AT, 1) },
  { code: "MODEL_BAD_SECTION_OFFSET", what: "overlapping sections", edit: (model) => raise(model.entry(layout.SECTION_LAYERS), layout.SECTION_OFFSET_AT, -16) },
  { code: "MODEL_BAD_SECTION_OFFSET", what: "an offset of 2^32 - 16", edit: (model) => u32(model.entry(layout.SECTION_PLAN), layout.SECTION_OFFSET_AT, 2 ** 32 - 16) },
  { code: "MODEL_BAD_SECTION_LENGTH", what: "a section past the end", edit: (model) => u32(model.entry(layout.SECTION_GOLDEN), layout.SECTION_LENGTH_AT, 2 ** 32 - 1) },
  { code: "MODEL_BAD_SECTION_LENGTH", what: "a network one byte long", edit: (model) => shrinkNetwork(model) },
  { code: "MODEL_PADDING_NOT_ZERO", what: "a byte between two sections", edit: (model) => u8(model.bytes(paddingAt(model), 1), 0, 1) },
];

/** The last byte before the network's 16-byte boundary is its own, so the section may lose it and all else stays aligned. */
function shrinkNetwork(model: ModelEditor): void {
  u8(model.network, layout.NETWORK_BYTES - 1, 0);
  u32(model.entry(layout.SECTION_NETWORK), layout.SECTION_LENGTH_AT, layout.NETWORK_BYTES - 1);
}

/** The first byte that belongs to no section. */
function paddingAt(model: ModelEditor): number {
  for (let kind = 1; kind < layout.SECTION_COUNT; kind++) {
    const { byteOffset, byteLength } = model.section(kind);
    if (byteOffset + byteLength < model.section(kind + 1).byteOffset) return byteOffset + byteLength;
  }
  throw new RangeError("every section of the model ends at a multiple of 16");
}

const NETWORK: readonly HostileCase[] = [
  { code: "MODEL_BAD_LAYER_COUNT", what: "no layer", edit: ({ network }) => u16(network, layout.NETWORK_LAYER_COUNT_AT, 0) },
  { code: "MODEL_BAD_LAYER_COUNT", what: "a layer above the limit", edit: ({ network }) => u16(network, layout.NETWORK_LAYER_COUNT_AT, limits.MAX_LAYERS + 1) },
  { code: "MODEL_BAD_CLASS_COUNT", what: "one class", edit: ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, 1) },
  { code: "MODEL_BAD_CLASS_COUNT", what: "a class above the limit", edit: ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, limits.MAX_CLASSES + 1) },
  { code: "MODEL_BAD_INPUT_CHANNELS", what: "two leads", edit: ({ network }) => u16(network, layout.NETWORK_INPUT_CHANNELS_AT, 2) },
  { code: "MODEL_BAD_INPUT_TYPE", what: "int8 input", edit: ({ network }) => u16(network, layout.NETWORK_INPUT_TYPE_AT, ops.TYPE_INT8) },
  { code: "MODEL_BAD_SAMPLE_RATE", what: "250 Hz", edit: ({ network }) => u32(network, layout.NETWORK_SAMPLE_RATE_HZ_AT, 250) },
  { code: "MODEL_BAD_TICK", what: "no sample", edit: ({ network }) => u32(network, layout.NETWORK_TICK_SAMPLES_AT, 0) },
  { code: "MODEL_BAD_TICK", what: "above the limit", edit: ({ network }) => u32(network, layout.NETWORK_TICK_SAMPLES_AT, limits.MAX_TICK_SAMPLES + 8) },
  { code: "MODEL_BAD_TICK", what: "no multiple of the stride", edit: ({ network }) => raise(network, layout.NETWORK_TICK_SAMPLES_AT, 1) },
  { code: "MODEL_BAD_WINDOW", what: "no multiple of the tick", edit: ({ network }) => raise(network, layout.NETWORK_WINDOW_SAMPLES_AT, 1), from: oneWindowModel },
  { code: "MODEL_BAD_WINDOW", what: "2^31 samples", edit: ({ network }) => u32(network, layout.NETWORK_WINDOW_SAMPLES_AT, 2 ** 31), from: oneWindowModel },
  { code: "MODEL_BAD_LOOK_AHEAD", what: "a sample more", edit: ({ network }) => raise(network, layout.NETWORK_LOOK_AHEAD_SAMPLES_AT, 1) },
  { code: "MODEL_BAD_LOGIT_BITS", what: "above the limit", edit: ({ network }) => u32(network, layout.NETWORK_LOGIT_FRACTION_BITS_AT, limits.MAX_LOGIT_FRACTION_BITS + 1) },
  { code: "MODEL_BAD_TOTAL_STRIDE", what: "twice as long", edit: ({ network }) => u32(network, layout.NETWORK_TOTAL_STRIDE_AT, 16) },
];

const LAYER: readonly HostileCase[] = [
  { code: "LAYER_BAD_OP", what: "op 0", edit: (model) => u8(model.layer(stem), layout.LAYER_OP_AT, 0) },
  { code: "LAYER_BAD_OP", what: "op 255", edit: (model) => u8(model.layer(stem), layout.LAYER_OP_AT, 255) },
  { code: "LAYER_BAD_ACTIVATION", what: "activation 2", edit: (model) => u8(model.layer(stem), layout.LAYER_ACTIVATION_AT, 2) },
  { code: "LAYER_BAD_ACTIVATION", what: "a pool with ReLU", edit: (model) => u8(model.layer(pool), layout.LAYER_ACTIVATION_AT, ops.ACTIVATION_RELU) },
  { code: "LAYER_BAD_BITS", what: "9 bits", edit: (model) => u8(model.layerWith(layout.LAYER_GRID_AT, ops.GRID_MID_TREAD), layout.LAYER_BITS_AT, 9) },
  { code: "LAYER_BAD_BITS", what: "4 bits on the mid-rise grid", edit: (model) => u8(model.layerWith(layout.LAYER_GRID_AT, ops.GRID_MID_RISE), layout.LAYER_BITS_AT, 4) },
  { code: "LAYER_BAD_BITS", what: "3 bits of ternary", edit: (model) => u8(model.layerWith(layout.LAYER_GRID_AT, ops.GRID_TERNARY), layout.LAYER_BITS_AT, 3) },
  { code: "LAYER_BAD_BITS", what: "a pool with weights' width", edit: (model) => u8(model.layer(pool), layout.LAYER_BITS_AT, 8) },
  { code: "LAYER_BAD_GRID", what: "grid 4", edit: (model) => u8(model.layer(stem), layout.LAYER_GRID_AT, 4) },
  { code: "LAYER_BAD_GRID", what: "a conv without a grid", edit: (model) => u8(model.layer(stem), layout.LAYER_GRID_AT, ops.GRID_NONE) },
  { code: "LAYER_BAD_INPUT", what: "its own output", edit: (model) => u16(model.layer(conv1), layout.LAYER_INPUT_A_AT, conv1 + 1) },
  { code: "LAYER_BAD_INPUT", what: "a conv with two inputs", edit: (model) => u16(model.layer(conv1), layout.LAYER_INPUT_B_AT, 0) },
  { code: "LAYER_BAD_INPUT", what: "an add with one", edit: (model) => u16(model.layer(add), layout.LAYER_INPUT_B_AT, layout.NO_TENSOR) },
  { code: "LAYER_BAD_INPUT", what: "an add of the int16 input", edit: (model) => u16(model.layer(add), layout.LAYER_INPUT_A_AT, 0) },
  { code: "LAYER_BAD_CHANNELS", what: "input channels that are not there", edit: (model) => u16(model.layer(conv1), layout.LAYER_IN_CHANNELS_AT, 11) },
  { code: "LAYER_BAD_CHANNELS", what: "no output", edit: (model) => u16(model.layer(conv1), layout.LAYER_OUT_CHANNELS_AT, 0) },
  { code: "LAYER_BAD_CHANNELS", what: "a pool that makes channels", edit: (model) => u16(model.layer(pool), layout.LAYER_OUT_CHANNELS_AT, 11) },
  { code: "LAYER_BAD_CHANNELS", what: "an add of 12 channels and 10", edit: (model) => u16(model.layer(add), layout.LAYER_INPUT_B_AT, pool + 1) },
  { code: "LAYER_BAD_KERNEL", what: "no tap", edit: (model) => u16(model.layer(stem), layout.LAYER_KERNEL_AT, 0) },
  { code: "LAYER_BAD_KERNEL", what: "above the limit", edit: (model) => u16(model.layer(stem), layout.LAYER_KERNEL_AT, limits.MAX_KERNEL + 1) },
  { code: "LAYER_BAD_STRIDE", what: "no step", edit: (model) => u16(model.layer(stem), layout.LAYER_STRIDE_AT, 0) },
  { code: "LAYER_BAD_STRIDE", what: "above the limit", edit: (model) => u16(model.layer(stem), layout.LAYER_STRIDE_AT, limits.MAX_STRIDE + 1) },
  { code: "LAYER_BAD_STRIDE", what: "a dense layer that overlaps", edit: (model) => u16(model.layer(dense), layout.LAYER_STRIDE_AT, 2) },
  { code: "LAYER_BAD_DILATION", what: "0", edit: (model) => u16(model.layer(stem), layout.LAYER_DILATION_AT, 0) },
  { code: "LAYER_BAD_DILATION", what: "above the limit", edit: (model) => u16(model.layer(stem), layout.LAYER_DILATION_AT, limits.MAX_DILATION + 1) },
  { code: "LAYER_BAD_PADDING", what: "columns of padding alone", edit: (model) => u16(model.layer(stem), layout.LAYER_PAD_LEFT_AT, 5) },
  { code: "LAYER_BAD_PADDING", what: "a pool with padding", edit: (model) => u16(model.layer(pool), layout.LAYER_PAD_RIGHT_AT, 1) },
  { code: "LAYER_BAD_SHIFT", what: "0", edit: (model) => u8(model.layer(stem), layout.LAYER_SHIFT_AT, 0) },
  { code: "LAYER_BAD_SHIFT", what: "63", edit: (model) => u8(model.layer(stem), layout.LAYER_SHIFT_AT, 63) },
  { code: "LAYER_BAD_SHIFT", what: "31 in an add", edit: (model) => u8(model.layer(add), layout.LAYER_SHIFT_AT, 31) },
  { code: "LAYER_BAD_OUT_TYPE", what: "a hidden int16", edit: (model) => u8(model.layer(conv1), layout.LAYER_OUT_TYPE_AT, ops.TYPE_INT16) },
  { code: "LAYER_BAD_OUT_TYPE", what: "int8 logits", edit: (model) => u8(model.layer(dense), layout.LAYER_OUT_TYPE_AT, ops.TYPE_INT8) },
  { code: "LAYER_UNEQUAL_RATES", what: "an add over a stride", edit: (model) => addOverStride(model) },
  { code: "LAYER_BAD_HEAD", what: "a conv behind the average pool", edit: (model) => u16(model.layer(dense), layout.LAYER_INPUT_A_AT, add + 1) },
  { code: "LAYER_BAD_HEAD", what: "a class without a logit", edit: ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, 4) },
];

/** The shortcut's stride becomes 1: its rows come twice as often as those of the other branch. */
function addOverStride(model: ModelEditor): void {
  u16(model.layer(STREAMING_LAYERS.shortcut), layout.LAYER_STRIDE_AT, 1);
}

const CONTENT: readonly HostileCase[] = [
  { code: "LAYER_BAD_REQUANTIZATION_RANGE", what: "a gap", edit: (model) => raise(model.layer(conv1), layout.LAYER_REQUANTIZATION_AT, 1) },
  { code: "LAYER_BAD_MULTIPLIER", what: "below 0", edit: (model) => model.requantization(0).setInt32(layout.REQUANTIZATION_MULTIPLIER_AT, -1, true) },
  { code: "LAYER_BAD_MULTIPLIER", what: "an output above 32 bits", edit: (model) => u8(model.layer(stem), layout.LAYER_SHIFT_AT, 1) },
  { code: "LAYER_BAD_MULTIPLIER", what: "an add's below 0", edit: (model) => model.layer(add).setInt16(layout.LAYER_MULTIPLIER_B_AT, -1, true) },
  { code: "LAYER_BAD_MULTIPLIER", what: "a conv with an add's", edit: (model) => u16(model.layer(stem), layout.LAYER_MULTIPLIER_A_AT, 1) },
  { code: "LAYER_BAD_BIAS", what: "an average pool with one", edit: (model) => raise(model.requantization(poolRow(model)), layout.REQUANTIZATION_BIAS_AT, 1) },
  { code: "LAYER_BAD_WEIGHTS_RANGE", what: "a gap", edit: (model) => raise(model.layer(conv1), layout.LAYER_WEIGHTS_AT, 1) },
  { code: "LAYER_BAD_WEIGHTS_RANGE", what: "another length", edit: (model) => raise(model.layer(conv1), layout.LAYER_WEIGHTS_LENGTH_AT, 1) },
  { code: "LAYER_BAD_WEIGHTS_RANGE", what: "2^32 weights", edit: (model) => u16(model.layer(stem), layout.LAYER_KERNEL_AT, limits.MAX_KERNEL) },
  { code: "LAYER_BAD_TILE_RANGE", what: "a gap", edit: (model) => raise(model.layer(conv1), layout.LAYER_FIRST_TILE_AT, 1) },
  { code: "LAYER_BAD_TILE_RANGE", what: "a tile more", edit: (model) => raise(model.layer(conv1), layout.LAYER_TILE_COUNT_AT, 1) },
  { code: "LAYER_BAD_TILE_CRC", what: "a changed weight", edit: (model) => flip(model.weights(model.layer(stem)), 0, 1) },
  { code: "LAYER_BAD_WEIGHT", what: "-2^(bits-1) on the mid-tread grid", edit: (model) => leastCode(model) },
  { code: "LAYER_BAD_WEIGHT", what: "a ternary byte above 242", edit: (model) => ternaryByte(model) },
  { code: "LAYER_ACCUMULATOR_OVERFLOW", what: "a bias of -2^31", edit: (model) => model.requantization(0).setInt32(layout.REQUANTIZATION_BIAS_AT, -(2 ** 31), true) },
];

const REST: readonly HostileCase[] = [
  { code: "PLAN_BAD_OFFSET", what: "overlapping tensors", edit: (model) => u32(model.plan(1), layout.PLAN_OFFSET_AT, 0) },
  { code: "PLAN_BAD_OFFSET", what: "no multiple of 16", edit: (model) => raise(model.plan(1), layout.PLAN_OFFSET_AT, 8) },
  { code: "PLAN_BAD_OFFSET", what: "2^32 - 16", edit: (model) => u32(model.plan(1), layout.PLAN_OFFSET_AT, 2 ** 32 - 16) },
  { code: "PLAN_BAD_CAPACITY", what: "no row", edit: (model) => u32(model.plan(1), layout.PLAN_CAPACITY_ROWS_AT, 0) },
  { code: "PLAN_BAD_CAPACITY", what: "above the limit", edit: (model) => u32(model.plan(8), layout.PLAN_CAPACITY_ROWS_AT, limits.MAX_TENSOR_ROWS + 1) },
  { code: "BUDGET_BAD_RAM", what: "less than the arena", edit: ({ budget }) => u32(budget, layout.BUDGET_RAM_BYTES_AT, 16) },
  { code: "BUDGET_BAD_FLASH", what: "not the file's length", edit: ({ budget }) => raise(budget, layout.BUDGET_FLASH_BYTES_AT, 1) },
  { code: "BUDGET_BAD_HOP", what: "not the decisions' distance", edit: ({ budget }) => raise(budget, layout.BUDGET_HOP_SAMPLES_AT, 1) },
  { code: "GOLDEN_BAD_LENGTH", what: "2^31 samples", edit: ({ golden }) => u32(golden, layout.GOLDEN_SAMPLES_AT, 2 ** 31) },
  { code: "GOLDEN_BAD_LENGTH", what: "a sample more than there are", edit: ({ golden }) => raise(golden, layout.GOLDEN_SAMPLES_AT, 1) },
  { code: "GOLDEN_BAD_LENGTH", what: "CRCs of fewer layers", edit: ({ golden }) => raise(golden, layout.GOLDEN_LAYER_COUNT_AT, -1) },
];

function poolRow(model: ModelEditor): number {
  return model.layer(averagePool).getUint32(layout.LAYER_REQUANTIZATION_AT, true);
}

function flip(bytes: DataView, at: number, mask: number): void {
  u8(bytes, at, bytes.getUint8(at) ^ mask);
}

/** The first weight of the first mid-tread layer becomes the code that the grid does not have. */
function leastCode(model: ModelEditor): void {
  const layer = model.layerWith(layout.LAYER_GRID_AT, ops.GRID_MID_TREAD);
  const bits = layer.getUint8(layout.LAYER_BITS_AT);
  const weights = model.weights(layer);
  u8(weights, 0, (weights.getUint8(0) & ~((1 << bits) - 1)) | (1 << (bits - 1)));
  model.sealTiles(layer);
}

function ternaryByte(model: ModelEditor): void {
  const layer = model.layerWith(layout.LAYER_GRID_AT, ops.GRID_TERNARY);
  u8(model.weights(layer), 0, 243);
  model.sealTiles(layer);
}

export const HOSTILE_CASES: readonly HostileCase[] = [...FILE, ...NETWORK, ...LAYER, ...CONTENT, ...REST];
