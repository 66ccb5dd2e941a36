import { alignUp, at, I16View, I32View, u16At } from "../../views";
import { flashRead } from "../../flash";
import { traceLayer, traceUnpack } from "../../trace";
import { NARROW_MULTIPLIER_SHIFT, NARROW_ROW_BYTES, REQUANTIZATION_BYTES } from "../../shared/layout";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { makePanel } from "./arrange";
import {
  entryBytes, firstChannelOf, lanesOf, packedTileBytes, planesOf, rowBytes, rowOffset, ROWS_BYTES, tileAt, tileBytes,
  tilesAcross,
} from "./tile";

/** Reads a tile to `packedAt`, its planes one after the other; returns another number than 0 where the flash fails. */
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

/**
 * Returns the address of an unpacked tile. A tile is read from flash and unpacked once per pass into one scratch entry, or
 * once for ever where the host grants a cache.
 */
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
  layer.profileWork += 1;
  makePanel(state, layer, lanes, panelOf(entry));
  traceLayer(state.profiling, layer.index);
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
