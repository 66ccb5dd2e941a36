import * as layout from "../../../../assembly/shared/layout.ts";
import * as limits from "../../../../assembly/shared/limits.ts";
import * as ops from "../../../../assembly/shared/ops.ts";
import type { ModelEditor } from "../model-editor.ts";
import { ladderModel, STREAMING_LAYERS } from "../models.ts";
import { type HostileCase, raise, u8, u32 } from "./hostile-case.ts";

const { stem, pool, conv1 } = STREAMING_LAYERS;
const first = { from: ladderModel };
const last = { from: ladderModel, rung: 2 };

/** A file of several rungs, and layers in bit planes. */
export const LADDER_CASES: readonly HostileCase[] = [
  ["MODEL_BAD_SECTION_COUNT", "half a rung", (m) => raise(m.header, layout.HEADER_SECTION_COUNT_AT, -2), first],
  ["MODEL_BAD_SECTION_COUNT", "a rung above the limit", (m) => countRungs(m, limits.MAX_RUNGS + 1), first],
  ["MODEL_BAD_SECTION_COUNT", "2^32 - 5", (m) => u32(m.header, layout.HEADER_SECTION_COUNT_AT, -5), first],
  ["MODEL_BAD_SECTION_OFFSET", "a rung more than there is", (m) => countRungs(m, 4), first],
  ["MODEL_BAD_SECTION_OFFSET", "a table longer than the file", tableBeyondEnd],
  [
    "MODEL_BAD_SECTION_KIND",
    "layers twice",
    (m) => u32(m.entry(layout.SECTION_GOLDEN), layout.SECTION_KIND_AT, 2),
    last,
  ],
  ["MODEL_BAD_SECTION_LENGTH", "a lower rung's budget a byte short", shrinkBudget, last],
  ["MODEL_RESERVED_NOT_ZERO", "a lower rung's layer", (m) => u8(m.layer(0), layout.LAYER_RESERVED_AT, 1), last],
  ["LAYER_BAD_PLANES", "above the limit", (m) => u8(m.layer(conv1), layout.LAYER_PLANES_AT, 8), first],
  ["LAYER_BAD_PLANES", "fewer than the weights have bits", (m) => u8(m.layer(conv1), layout.LAYER_PLANES_AT, 6), first],
  ["LAYER_BAD_PLANES", "of a mid-tread grid", (m) => midTread(m), first],
  ["LAYER_BAD_PLANES", "of a layer without weights", (m) => u8(m.layer(pool), layout.LAYER_PLANES_AT, 1), first],
  ["LAYER_BAD_WEIGHTS_RANGE", "a stream called planes", (m) => streamInPlanes(m), first],
  ["LAYER_BAD_TILE_CRC", "a rung of other bits", (m) => raiseBits(m), last],
  ["LAYER_BAD_TILE_CRC", "a changed plane", (m) => flipPlane(m), last],
  ["LAYER_BAD_WEIGHT", "a bit behind the last lane", (m) => bitBehindLanes(m), last],
  ["BUDGET_BAD_FLASH", "a lower rung's", (m) => raise(m.budget, layout.BUDGET_FLASH_BYTES_AT, 1), last],
  ["GOLDEN_BAD_LENGTH", "a lower rung's", (m) => raise(m.golden, layout.GOLDEN_SAMPLES_AT, 1), last],
];

function countRungs({ header }: ModelEditor, rungs: number): void {
  const sections = layout.SECTION_COUNT + (rungs - 1) * layout.RUNG_SECTION_COUNT;
  u32(header, layout.HEADER_SECTION_COUNT_AT, sections);
}

/** Header and ten entries, as every file has, but seven rungs. */
function tableBeyondEnd(model: ModelEditor): void {
  model.resize(layout.HEADER_BYTES + layout.SECTION_COUNT * layout.SECTION_ENTRY_BYTES);
  countRungs(model, limits.MAX_RUNGS);
}

function midTread(model: ModelEditor): void {
  u8(model.layer(conv1), layout.LAYER_GRID_AT, ops.GRID_MID_TREAD);
}

function streamInPlanes(model: ModelEditor): void {
  const layer = model.layer(stem);
  u8(layer, layout.LAYER_GRID_AT, ops.GRID_MID_RISE);
  u8(layer, layout.LAYER_BITS_AT, 1);
  u8(layer, layout.LAYER_PLANES_AT, limits.MAX_PLANES);
}

/** Its tiles then have one plane more than the CRCs were made of. */
function raiseBits(model: ModelEditor): void {
  const layer = model.layer(conv1);
  u8(layer, layout.LAYER_BITS_AT, layer.getUint8(layout.LAYER_BITS_AT) + 1);
}

/** The first byte of the second plane. */
function flipPlane(model: ModelEditor): void {
  const weights = model.weights(model.layer(conv1));
  const at = weights.byteLength / limits.MAX_PLANES;
  u8(weights, at, weights.getUint8(at) ^ 1);
}

/** The last tile has four lanes; the last byte of the first plane is its. */
function bitBehindLanes(model: ModelEditor): void {
  const layer = model.layer(conv1);
  const weights = model.weights(layer);
  const at = weights.byteLength / limits.MAX_PLANES - 1;
  u8(weights, at, weights.getUint8(at) | 0x80);
  model.sealTiles(layer);
}

function shrinkBudget(model: ModelEditor): void {
  raise(model.entry(layout.SECTION_BUDGET), layout.SECTION_LENGTH_AT, -1);
}
