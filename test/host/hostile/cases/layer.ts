import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import * as ops from "../../../../assembly/shared/ops.ts";
import type { ModelEditor } from "../model-editor.ts";
import { STREAMING_LAYERS } from "../models.ts";
import { type HostileCase, u8, u16 } from "./hostile-case.ts";

const { stem, pool, conv1, shortcut, add, dense } = STREAMING_LAYERS;

/** A layer record and how it fits its inputs. */
export const LAYER_CASES: readonly HostileCase[] = [
  ["LAYER_BAD_OP", "op 0", (m) => u8(m.layer(stem), layout.LAYER_OP_AT, 0)],
  ["LAYER_BAD_OP", "op 255", (m) => u8(m.layer(stem), layout.LAYER_OP_AT, 255)],
  ["LAYER_BAD_ACTIVATION", "activation 3", (m) => u8(m.layer(stem), layout.LAYER_ACTIVATION_AT, 3)],
  [
    "LAYER_BAD_ACTIVATION",
    "a pool with ReLU",
    (m) => u8(m.layer(pool), layout.LAYER_ACTIVATION_AT, ops.ACTIVATION_RELU),
  ],
  ["LAYER_BAD_BITS", "9 bits", (m) => u8(withGrid(m, ops.GRID_MID_TREAD), layout.LAYER_BITS_AT, 9)],
  ["LAYER_BAD_BITS", "8 bits on the mid-rise grid", (m) => u8(withGrid(m, ops.GRID_MID_RISE), layout.LAYER_BITS_AT, 8)],
  ["LAYER_BAD_BITS", "3 bits of ternary", (m) => u8(withGrid(m, ops.GRID_TERNARY), layout.LAYER_BITS_AT, 3)],
  ["LAYER_BAD_BITS", "a pool with weights' width", (m) => u8(m.layer(pool), layout.LAYER_BITS_AT, 8)],
  ["LAYER_BAD_GRID", "grid 4", (m) => u8(m.layer(stem), layout.LAYER_GRID_AT, 4)],
  ["LAYER_BAD_GRID", "a conv without a grid", (m) => u8(m.layer(stem), layout.LAYER_GRID_AT, ops.GRID_NONE)],
  ["LAYER_BAD_INPUT", "its own output", (m) => u16(m.layer(conv1), layout.LAYER_INPUT_A_AT, conv1 + 1)],
  ["LAYER_BAD_INPUT", "a conv with two inputs", (m) => u16(m.layer(conv1), layout.LAYER_INPUT_B_AT, 0)],
  ["LAYER_BAD_INPUT", "an add with one", (m) => u16(m.layer(add), layout.LAYER_INPUT_B_AT, layout.NO_TENSOR)],
  ["LAYER_BAD_INPUT", "an add of the int16 input", (m) => u16(m.layer(add), layout.LAYER_INPUT_A_AT, 0)],
  [
    "LAYER_BAD_CHANNELS",
    "input channels that are not there",
    (m) => u16(m.layer(conv1), layout.LAYER_IN_CHANNELS_AT, 10),
  ],
  ["LAYER_BAD_CHANNELS", "no output", (m) => u16(m.layer(conv1), layout.LAYER_OUT_CHANNELS_AT, 0)],
  ["LAYER_BAD_CHANNELS", "a pool that makes channels", (m) => u16(m.layer(pool), layout.LAYER_OUT_CHANNELS_AT, 12)],
  ["LAYER_BAD_CHANNELS", "an add of 12 channels and 11", (m) => u16(m.layer(add), layout.LAYER_INPUT_B_AT, pool + 1)],
  ["LAYER_BAD_KERNEL", "no tap", (m) => u16(m.layer(stem), layout.LAYER_KERNEL_AT, 0)],
  ["LAYER_BAD_KERNEL", "above the limit", (m) => u16(m.layer(stem), layout.LAYER_KERNEL_AT, limits.MAX_KERNEL + 1)],
  ["LAYER_BAD_STRIDE", "no step", (m) => u16(m.layer(stem), layout.LAYER_STRIDE_AT, 0)],
  ["LAYER_BAD_STRIDE", "above the limit", (m) => u16(m.layer(stem), layout.LAYER_STRIDE_AT, limits.MAX_STRIDE + 1)],
  ["LAYER_BAD_STRIDE", "a dense layer that overlaps", (m) => u16(m.layer(dense), layout.LAYER_STRIDE_AT, 2)],
  ["LAYER_BAD_DILATION", "0", (m) => u16(m.layer(stem), layout.LAYER_DILATION_AT, 0)],
  [
    "LAYER_BAD_DILATION",
    "above the limit",
    (m) => u16(m.layer(stem), layout.LAYER_DILATION_AT, limits.MAX_DILATION + 1),
  ],
  ["LAYER_BAD_PADDING", "columns of padding alone", (m) => u16(m.layer(stem), layout.LAYER_PAD_LEFT_AT, 5)],
  ["LAYER_BAD_PADDING", "a pool with padding", (m) => u16(m.layer(pool), layout.LAYER_PAD_RIGHT_AT, 1)],
  ["LAYER_BAD_SHIFT", "0", (m) => u8(m.layer(stem), layout.LAYER_SHIFT_AT, 0)],
  ["LAYER_BAD_SHIFT", "63", (m) => u8(m.layer(stem), layout.LAYER_SHIFT_AT, 63)],
  ["LAYER_BAD_SHIFT", "31 in an add", (m) => u8(m.layer(add), layout.LAYER_SHIFT_AT, 31)],
  ["LAYER_BAD_OUT_TYPE", "a hidden int16", (m) => u8(m.layer(conv1), layout.LAYER_OUT_TYPE_AT, ops.TYPE_INT16)],
  ["LAYER_BAD_OUT_TYPE", "int8 logits", (m) => u8(m.layer(dense), layout.LAYER_OUT_TYPE_AT, ops.TYPE_INT8)],
  ["LAYER_UNEQUAL_RATES", "an add over a stride", addOverStride],
  ["LAYER_BAD_HEAD", "a conv behind the average pool", (m) => u16(m.layer(dense), layout.LAYER_INPUT_A_AT, add + 1)],
  ["LAYER_BAD_HEAD", "a class without a logit", ({ network }) => u16(network, layout.NETWORK_CLASS_COUNT_AT, 4)],
];

/** The first layer with weights on that grid. */
function withGrid(model: ModelEditor, grid: number): DataView {
  return model.layerWith(layout.LAYER_GRID_AT, grid);
}

/** The shortcut's stride becomes 1: its rows come twice as often as those of the other branch. */
function addOverStride(model: ModelEditor): void {
  u16(model.layer(shortcut), layout.LAYER_STRIDE_AT, 1);
}
