import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import * as ops from "../../../../assembly/shared/ops.ts";
import type { ModelEditor } from "../model-editor.ts";
import { narrowModel, STREAMING_LAYERS } from "../models.ts";
import { type HostileCase, raise, u8, u16 } from "./hostile-case.ts";

const { stem, conv1, shortcut, add, averagePool } = STREAMING_LAYERS;

/** Files whose layers point to wrong requantisation rows, weights or tiles. */
export const CONTENT_CASES: readonly HostileCase[] = [
  ["LAYER_BAD_REQUANTIZATION_RANGE", "a gap", (m) => raise(m.layer(conv1), layout.LAYER_REQUANTIZATION_AT, 1)],
  [
    "LAYER_BAD_MULTIPLIER",
    "below 0",
    (m) => m.requantization(m.layer(stem)).setInt32(layout.REQUANTIZATION_MULTIPLIER_AT, -1, true),
  ],
  ["LAYER_BAD_MULTIPLIER", "an output above 32 bits", (m) => u8(m.layer(stem), layout.LAYER_SHIFT_AT, 1)],
  ["LAYER_BAD_MULTIPLIER", "an add's below 0", (m) => m.layer(add).setInt16(layout.LAYER_MULTIPLIER_B_AT, -1, true)],
  ["LAYER_BAD_MULTIPLIER", "a conv with an add's", (m) => u16(m.layer(stem), layout.LAYER_MULTIPLIER_A_AT, 1)],
  [
    "LAYER_BAD_BIAS",
    "an average pool with one",
    (m) => raise(m.requantization(m.layer(averagePool)), layout.REQUANTIZATION_BIAS_AT, 1),
  ],
  ["LAYER_BAD_WEIGHTS_RANGE", "a gap", (m) => raise(m.layer(conv1), layout.LAYER_WEIGHTS_AT, 1)],
  ["LAYER_BAD_WEIGHTS_RANGE", "another length", (m) => raise(m.layer(conv1), layout.LAYER_WEIGHTS_LENGTH_AT, 1)],
  [
    "LAYER_BAD_WEIGHTS_RANGE",
    "more weights than the section has",
    (m) => u16(m.layer(stem), layout.LAYER_KERNEL_AT, limits.MAX_KERNEL),
  ],
  ["LAYER_BAD_TILE_RANGE", "a gap", (m) => raise(m.layer(conv1), layout.LAYER_FIRST_TILE_AT, 1)],
  ["LAYER_BAD_TILE_RANGE", "a tile more", (m) => raise(m.layer(conv1), layout.LAYER_TILE_COUNT_AT, 1)],
  ["LAYER_BAD_TILE_CRC", "a changed weight", (m) => flip(m.weights(m.layer(stem)), 0, 1)],
  ["LAYER_BAD_WEIGHT", "-2^(bits-1) on the mid-tread grid", leastCode],
  ["LAYER_BAD_WEIGHT", "a ternary byte above 242", ternaryByte],
  ["LAYER_BAD_WEIGHT", "a bit behind the last weight", (m) => addToLastByte(m, m.layer(conv1), 0x80)],
  ["LAYER_BAD_WEIGHT", "a ternary digit behind the last weight", (m) => addToLastByte(m, m.layer(shortcut), 3 ** 4)],
  [
    "LAYER_ACCUMULATOR_OVERFLOW",
    "a bias of -2^31",
    (m) => m.requantization(m.layer(stem)).setInt32(layout.REQUANTIZATION_BIAS_AT, -(2 ** 31), true),
  ],
  [
    "LAYER_BAD_ROW_FORM",
    "above the limit",
    (m) => u8(m.layer(stem), layout.LAYER_ROW_FORM_AT, limits.MAX_ROW_FORM + 1),
  ],
  ["LAYER_BAD_ROW_FORM", "of a layer without rows", (m) => u8(m.layer(add), layout.LAYER_ROW_FORM_AT, 1)],
  ["LAYER_BAD_REQUANTIZATION_RANGE", "wide rows called narrow", (m) => u8(m.layer(stem), layout.LAYER_ROW_FORM_AT, 1)],
  [
    "LAYER_BAD_MULTIPLIER",
    "an output above 32 bits by a narrow row",
    (m) => u8(m.layer(stem), layout.LAYER_SHIFT_AT, 1),
    { from: narrowModel },
  ],
  [
    "LAYER_BAD_BIAS",
    "an average pool with a narrow one",
    (m) => u16(m.requantization(m.layer(averagePool)), layout.NARROW_ROW_BIAS_AT, 1),
    { from: narrowModel },
  ],
];

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

/** The last tiles of conv1 (7 bits) and the shortcut (ternary) end in bits that belong to no weight. */
function addToLastByte(model: ModelEditor, layer: DataView, value: number): void {
  const weights = model.weights(layer);
  const last = weights.byteLength - 1;
  u8(weights, last, weights.getUint8(last) + value);
  model.sealTiles(layer);
}
