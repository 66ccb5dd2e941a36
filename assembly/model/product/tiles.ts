import { alignUp, at, I16View, I32View, u16At } from "../../views";
import { flashRead } from "../../flash";
import { traceLayer, traceUnpack } from "../../trace";
import { packedBytes } from "../../kernels/unpack";
import { wordBytes } from "../../kernels/gemm.swar";
import { PANEL_WINOGRAD, PANEL_WINOGRAD_QUADS, PANEL_WORDS, panelBytes } from "../../kernels/panel";
import { winogradQuadsPanelBytes } from "../../kernels/winograd-quads.relaxed";
import { winogradPanelBytes } from "../../kernels/winograd.simd";
import { GRID_MID_RISE, GRID_TERNARY, OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D } from "../../shared/ops";
import {
  NARROW_MULTIPLIER_SHIFT, NARROW_ROW_BYTES, REQUANTIZATION_BYTES, SECTION_REQUANTIZATION, SECTION_WEIGHTS,
} from "../../shared/layout";
import { TILE_CHANNELS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { makePanel } from "./arrange";

/**
 * A tile is what eight output channels need for one pass: their requantisation rows, then their panel of weights. It is
 * read from flash and unpacked once per pass into one scratch entry, or once for ever where the host grants a cache.
 */
const ROWS_BYTES = TILE_CHANNELS * REQUANTIZATION_BYTES;

/** Whether a column's input rows are no one run of elements: what it takes of each lies apart from what it takes of the next. */
function hasGaps(layer: Layer): bool {
  return layer.op == OP_DEPTHWISE_CONV1D || (layer.op == OP_CONV1D && (layer.dilation > 1 || layer.groups > 1));
}

/** Runs of consecutive input elements to a column: a conv with gaps has one per tap, any other layer one. */
export function tapsOf(layer: Layer): i32 {
  return hasGaps(layer) ? <i32>layer.kernel : 1;
}

/** Elements of a run: of a depthwise conv each lane's own. */
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
function tileBytes(layer: Layer, across: i32): i32 {
  return layer.planes != 0
    ? laneWeights(layer)
    : packedBytes(laneWeights(layer), lanesOf(layer, across), layer.bits, layer.grid);
}

/** Bytes of a tile as it is read: of a layer in planes the upper ones, as many as its weights have bits. */
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

/** Reads a tile to `packedAt`, its planes one behind the other; not 0 where the flash fails. */
export function readPacked(state: EngineState, layer: Layer, tile: i32): i32 {
  const across = tile % tilesAcross(layer);
  const bytes = tileBytes(layer, across);
  const planeBytes = <i32>layer.weightsBytes / planesOf(layer);
  const end = state.packedAt + packedTileBytes(layer, across);
  let from = tileAt(state, layer, tile);
  let failed = 0;
  for (let to = state.packedAt; to < end; to += bytes, from += planeBytes) failed |= flashRead(from, to, bytes);
  return failed;
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
  const across = tile % tilesAcross(layer);
  const lanes = lanesOf(layer, across);
  readRows(state, layer, firstChannelOf(layer, across), lanes, entry);
  if (readPacked(state, layer, tile) != 0) state.faulty = 1;
  layer.profileTiles += 1;
  makePanel(state, layer, lanes, panelOf(entry));
  traceLayer(state.profiling, layer.index);
}

/** Bytes of a layer's requantisation row in the file. */
export function rowBytes(layer: Layer): i32 {
  return layer.rowForm == 0 ? REQUANTIZATION_BYTES : NARROW_ROW_BYTES;
}

/** Byte of the file at which a layer's requantisation row stands, or, behind the last, its table. */
export function rowOffset(state: EngineState, layer: Layer, row: i32): i32 {
  return state.sectionAt(SECTION_REQUANTIZATION) + layer.requantizationAt + row * rowBytes(layer);
}

/** Reads `count` of a layer's requantisation rows to i32[count][2]: kernels know the wide form alone. */
export function readRows(state: EngineState, layer: Layer, first: i32, count: i32, to: i32): void {
  const bytes = count * rowBytes(layer);
  // Narrow rows lie at the end of their room and are made wide from the first on: none is overwritten before it is read.
  const packed = to + count * REQUANTIZATION_BYTES - bytes;
  if (flashRead(rowOffset(state, layer, first), packed, bytes) != 0) state.faulty = 1;
  if (layer.rowForm == 0) return;
  const rows = at<I32View>(to);
  for (let row = 0; row < count; row++) {
    const multiplier = u16At(packed, NARROW_ROW_BYTES * row) << NARROW_MULTIPLIER_SHIFT;
    rows[2 * row + 1] = at<I16View>(packed)[2 * row + 1] << (layer.rowForm - 1);
    rows[2 * row] = multiplier;
  }
}

/** Reads one requantisation row's multiplier. */
export function readMultiplier(state: EngineState, layer: Layer, row: i32): i32 {
  readRows(state, layer, row, 1, state.entryAt);
  return at<I32View>(state.entryAt)[0];
}
