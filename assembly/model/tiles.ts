import { alignUp, at, I32View } from "../views";
import { flashRead } from "../flash";
import { traceLayer, traceUnpack } from "../trace";
import { packedBytes } from "../kernels/unpack";
import { wordBytes } from "../kernels/gemm.swar";
import { PANEL_WINOGRAD, PANEL_WINOGRAD_QUADS, PANEL_WORDS, panelBytes } from "../kernels/panel";
import { winogradQuadsPanelBytes } from "../kernels/winograd-quads.relaxed";
import { winogradPanelBytes } from "../kernels/winograd.simd";
import { GRID_MID_RISE, GRID_TERNARY, OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D } from "../shared/ops";
import { REQUANTIZATION_BYTES, SECTION_REQUANTIZATION, SECTION_WEIGHTS } from "../shared/layout";
import { TILE_CHANNELS } from "../shared/limits";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";
import { makePanel } from "./arrange";

/**
 * A tile is what eight output channels need for one pass: their requantisation rows, then their panel of weights. It is
 * read from flash and unpacked once per pass into one scratch entry, or once for ever where the host grants a cache.
 */
const ROWS_BYTES = TILE_CHANNELS * REQUANTIZATION_BYTES;

/** Runs of consecutive input elements to a column: a dilated or depthwise conv has one per tap, any other layer one. */
// @ts-ignore: decorator
@inline
export function tapsOf(layer: Layer): i32 {
  const apart = layer.op == OP_DEPTHWISE_CONV1D || (layer.op == OP_CONV1D && layer.dilation > 1);
  return apart ? <i32>layer.kernel : 1;
}

/** Elements of a run: of a depthwise conv each lane's own. */
// @ts-ignore: decorator
@inline
export function tapSpanOf(layer: Layer): i32 {
  if (layer.op == OP_DEPTHWISE_CONV1D) return 1;
  return layer.op == OP_CONV1D && layer.dilation == 1 ? <i32>layer.kernel * layer.inChannels : layer.inChannels;
}

// @ts-ignore: decorator
@inline
export function hasWeights(layer: Layer): bool {
  return layer.op == OP_CONV1D || layer.op == OP_DEPTHWISE_CONV1D || layer.op == OP_DENSE;
}

/** Tiles across the output channels. */
// @ts-ignore: decorator
@inline
export function groupsOf(layer: Layer): i32 {
  return (<i32>layer.outChannels + TILE_CHANNELS - 1) / TILE_CHANNELS;
}

// @ts-ignore: decorator
@inline
export function lanesOf(layer: Layer, group: i32): i32 {
  return min(TILE_CHANNELS, <i32>layer.outChannels - group * TILE_CHANNELS);
}

/** Weights of one lane of a tile. */
// @ts-ignore: decorator
@inline
export function laneWeights(layer: Layer): i32 {
  return tapsOf(layer) * tapSpanOf(layer);
}

/** Largest magnitude of a weight. */
export function maxWeight(layer: Layer): i32 {
  if (layer.grid == GRID_TERNARY) return 1;
  return layer.grid == GRID_MID_RISE ? (1 << layer.bits) - 1 : (1 << (layer.bits - 1)) - 1;
}

/** Packed bytes of the tile of a group. */
export function tileBytes(layer: Layer, group: i32): i32 {
  return packedBytes(laneWeights(layer), lanesOf(layer, group), layer.bits, layer.grid);
}

/** Bytes of an unpacked tile. */
export function entryBytes(layer: Layer): i32 {
  return ROWS_BYTES + panelBytesOf(layer);
}

export function panelBytesOf(layer: Layer): i32 {
  const columnStep = <i32>layer.stride * layer.inChannels;
  if (layer.panelKind == PANEL_WINOGRAD) return winogradPanelBytes(columnStep, tapSpanOf(layer));
  if (layer.panelKind == PANEL_WINOGRAD_QUADS) return winogradQuadsPanelBytes(columnStep, tapSpanOf(layer));
  if (layer.panelKind == PANEL_WORDS) return wordBytes(tapsOf(layer), tapSpanOf(layer));
  return panelBytes(layer.panelKind, tapsOf(layer), tapSpanOf(layer));
}

/** Offset of a tile from the start of its layer's weights. */
export function tileOffset(layer: Layer, tile: i32): i32 {
  const groups = groupsOf(layer);
  const full = tileBytes(layer, 0);
  const columns = tile / groups;
  return columns * ((groups - 1) * full + tileBytes(layer, groups - 1)) + (tile - columns * groups) * full;
}

/** The requantisation rows of an unpacked tile: i32[8][2]. */
// @ts-ignore: decorator
@inline
export function rowsOf(entry: i32): I32View {
  return at<I32View>(entry);
}

/** Address of the panel of an unpacked tile. */
// @ts-ignore: decorator
@inline
export function panelOf(entry: i32): i32 {
  return entry + ROWS_BYTES;
}

/** The address of a tile, unpacked. */
export function tileEntry(state: EngineState, layer: Layer, tile: i32): i32 {
  if (layer.cacheAt == 0) {
    readTile(state, layer, tile, state.entryAt);
    return state.entryAt;
  }
  const bytes = alignUp(entryBytes(layer), 16);
  if (layer.cached == 0) {
    for (let i = 0; i < <i32>layer.tileCount; i++) readTile(state, layer, i, layer.cacheAt + i * bytes);
    layer.cached = 1;
  }
  return layer.cacheAt + tile * bytes;
}

function readTile(state: EngineState, layer: Layer, tile: i32, entry: i32): void {
  traceUnpack(state.profiling, layer.index);
  const group = tile % groupsOf(layer);
  const lanes = lanesOf(layer, group);
  const row = layer.requantizationRow + group * TILE_CHANNELS;
  const failed =
    flashRead(state.sectionAt(SECTION_REQUANTIZATION) + row * REQUANTIZATION_BYTES, entry, lanes * REQUANTIZATION_BYTES) |
    flashRead(state.sectionAt(SECTION_WEIGHTS) + layer.weightsAt + tileOffset(layer, tile), state.packedAt, tileBytes(layer, group));
  if (failed != 0) state.faulty = 1;
  layer.profileTiles += 1;
  makePanel(state, layer, lanes, panelOf(entry));
  traceLayer(state.profiling, layer.index);
}

/** Reads one requantisation row's multiplier. */
export function readMultiplier(state: EngineState, row: i32): i32 {
  if (flashRead(state.sectionAt(SECTION_REQUANTIZATION) + row * REQUANTIZATION_BYTES, state.entryAt, 4) != 0) state.faulty = 1;
  return at<I32View>(state.entryAt)[0];
}
