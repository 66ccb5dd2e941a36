import { packedBytes } from "../../kernels/unpack";
import { wordBytes } from "../../kernels/gemm.swar";
import { PANEL_WINOGRAD, PANEL_WINOGRAD_QUADS, PANEL_WORDS, panelBytes } from "../../kernels/panel";
import { winogradQuadsPanelBytes } from "../../kernels/winograd-quads.relaxed";
import { winogradPanelBytes } from "../../kernels/winograd.simd";
import { GRID_MID_RISE, GRID_TERNARY, OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D } from "../../shared/ops";
import { NARROW_ROW_BYTES, REQUANTIZATION_BYTES, SECTION_REQUANTIZATION, SECTION_WEIGHTS } from "../../shared/layout";
import { TILE_CHANNELS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";

/**
 * Bytes of an unpacked tile's requantisation rows. A tile is what eight output channels need for one pass: their
 * requantisation rows, then their panel of weights. This file has a tile's shape and its place in the model file;
 * read-tile.ts reads it.
 */
export const ROWS_BYTES = TILE_CHANNELS * REQUANTIZATION_BYTES;

/** Tells whether a column reads its input as one run per tap: dilation or groups put a gap between the taps' elements. */
function hasGaps(layer: Layer): bool {
  return layer.op == OP_DEPTHWISE_CONV1D || (layer.op == OP_CONV1D && (layer.dilation > 1 || layer.groups > 1));
}

/** Runs of consecutive input elements to a column: a conv with gaps has one per tap, any other layer one. */
export function tapsOf(layer: Layer): i32 {
  return hasGaps(layer) ? <i32>layer.kernel : 1;
}

/** Elements of a run. Each lane of a depthwise conv has a run of its own. */
export function tapSpanOf(layer: Layer): i32 {
  if (layer.op == OP_DEPTHWISE_CONV1D) return 1;
  const channels = <i32>layer.inChannels / groupsOf(layer);
  return layer.op == OP_CONV1D && !hasGaps(layer) ? <i32>layer.kernel * channels : channels;
}

/** Groups of channels that a layer with weights keeps apart. */
export function groupsOf(layer: Layer): i32 {
  return max<i32>(layer.groups, 1);
}

/** Tiles of one such group. */
function tilesPerGroup(layer: Layer): i32 {
  return (<i32>layer.outChannels / groupsOf(layer) + TILE_CHANNELS - 1) / TILE_CHANNELS;
}

export function hasWeights(layer: Layer): bool {
  return layer.op == OP_CONV1D || layer.op == OP_DEPTHWISE_CONV1D || layer.op == OP_DENSE;
}

/** Tiles across the output channels. */
export function tilesAcross(layer: Layer): i32 {
  return groupsOf(layer) * tilesPerGroup(layer);
}

/** The group of channels that tile `across` belongs to. */
export function groupOf(layer: Layer, across: i32): i32 {
  return across / tilesPerGroup(layer);
}

/** First output channel of a tile. */
export function firstChannelOf(layer: Layer, across: i32): i32 {
  const group = groupOf(layer, across);
  return group * (<i32>layer.outChannels / groupsOf(layer)) + (across - group * tilesPerGroup(layer)) * TILE_CHANNELS;
}

/** Output channels of a tile: eight, fewer in the last of a group. */
export function lanesOf(layer: Layer, across: i32): i32 {
  const channels = <i32>layer.outChannels / groupsOf(layer);
  return min(TILE_CHANNELS, channels - across % tilesPerGroup(layer) * TILE_CHANNELS);
}

/** Weights of one lane of a tile. */
export function laneWeights(layer: Layer): i32 {
  return tapsOf(layer) * tapSpanOf(layer);
}

/** Largest magnitude of a weight. */
export function maxWeight(layer: Layer): i32 {
  if (layer.grid == GRID_TERNARY) return 1;
  return layer.grid == GRID_MID_RISE ? (1 << layer.bits) - 1 : (1 << (layer.bits - 1)) - 1;
}

/** Planes of a layer's weights in the file. A bit stream counts as one, whatever its width. */
export function planesOf(layer: Layer): i32 {
  return max<i32>(layer.planes, 1);
}

/** Bytes of a tile in one plane. */
export function tileBytes(layer: Layer, across: i32): i32 {
  return layer.planes != 0
    ? laneWeights(layer)
    : packedBytes(laneWeights(layer), lanesOf(layer, across), layer.bits, layer.grid);
}

/** Bytes of a tile as it is read: a layer in planes is read in its upper ones, one for each bit of its weights. */
export function packedTileBytes(layer: Layer, across: i32): i32 {
  return tileBytes(layer, across) * (layer.planes != 0 ? <i32>layer.bits : 1);
}

/** Bytes of all tiles across the output channels in one plane. */
export function bytesAcross(layer: Layer): i32 {
  return groupsOf(layer) * groupBytes(layer);
}

/** Bytes of the tiles of one group in one plane: full ones, then one that may have fewer lanes. */
function groupBytes(layer: Layer): i32 {
  const last = tilesPerGroup(layer) - 1;
  return last * tileBytes(layer, 0) + tileBytes(layer, last);
}

/** Bytes of an unpacked tile. */
export function entryBytes(layer: Layer): i32 {
  return ROWS_BYTES + panelBytesOf(layer);
}

export function panelBytesOf(layer: Layer): i32 {
  const columnStep = <i32>layer.stride * layer.inChannels;
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (layer.panelKind == PANEL_WINOGRAD_QUADS) return winogradQuadsPanelBytes(columnStep, tapSpanOf(layer));
  } else if (ASC_FEATURE_SIMD) {
    if (layer.panelKind == PANEL_WINOGRAD) return winogradPanelBytes(columnStep, tapSpanOf(layer));
  } else if (layer.panelKind == PANEL_WORDS) {
    return wordBytes(tapsOf(layer), tapSpanOf(layer));
  }
  return panelBytes(layer.panelKind, tapsOf(layer), tapSpanOf(layer));
}

/** Byte of the file at which a tile begins, in the first plane. */
export function tileAt(state: EngineState, layer: Layer, tile: i32): i32 {
  const tiles = tilesPerGroup(layer);
  const groups = tile / tiles;
  const offset = groups * groupBytes(layer) + (tile - groups * tiles) * tileBytes(layer, 0);
  return state.sectionAt(SECTION_WEIGHTS) + layer.weightsAt + offset;
}

/** Bytes of a layer's requantisation row in the file. */
export function rowBytes(layer: Layer): i32 {
  return layer.rowForm == 0 ? REQUANTIZATION_BYTES : NARROW_ROW_BYTES;
}

/** Byte of the file at which a layer's requantisation row stands, or, after the last row, its table. */
export function rowOffset(state: EngineState, layer: Layer, row: i32): i32 {
  return state.sectionAt(SECTION_REQUANTIZATION) + layer.requantizationAt + row * rowBytes(layer);
}
