import { at, i32At, U8View } from "../../views";
import { crc32 } from "../../numeric/crc32";
import { SECTION_TILE_CRCS, TILE_CRC_BYTES } from "../../shared/layout";
import { GRID_MID_RISE, GRID_TERNARY } from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { Layer, layerAt } from "../layer";
import { readPacked } from "../product/read-tile";
import { hasWeights, laneWeights, lanesOf, packedTileBytes, tileAt, tilesAcross } from "../product/tile";
import { fail, readPage } from "./file";

/** Checks every tile: its CRC, that each code is a weight of the layer's grid, and that the rest of its last byte is 0. */
export function validateTiles(state: EngineState): i32 {
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (!hasWeights(layer)) continue;
    state.statusLayer = i;
    for (let tile = 0; tile < <i32>layer.tileCount; tile++) {
      const code = validateTile(state, layer, tile);
      if (code != status.OK) return code;
    }
  }
  state.statusLayer = -1;
  return status.OK;
}

function validateTile(state: EngineState, layer: Layer, tile: i32): i32 {
  const crcAt = state.sectionAt(SECTION_TILE_CRCS) + (layer.firstTile + tile) * TILE_CRC_BYTES;
  const code = readPage(state, crcAt, TILE_CRC_BYTES);
  if (code != status.OK) return code;
  const across = tile % tilesAcross(layer);
  const bytes = packedTileBytes(layer, across);
  const from = tileAt(state, layer, tile);
  if (readPacked(state, layer, tile) != 0) return fail(state, status.MODEL_FLASH_READ_FAILED, from);
  const packed = at<U8View>(state.packedAt);
  if (crc32(0, packed, bytes) != i32At(state.entryAt, 0)) return fail(state, status.LAYER_BAD_TILE_CRC, from);
  const lanes = lanesOf(layer, across);
  if (layer.planes != 0) {
    return planesEndIn(packed, bytes, lanes) ? status.OK : fail(state, status.LAYER_BAD_WEIGHT, from);
  }
  const bad = layer.grid == GRID_TERNARY
    ? badTernaryByte(packed, laneWeights(layer), lanes, bytes)
    : badCodeByte(packed, laneWeights(layer) * lanes, layer.bits, layer.grid == GRID_MID_RISE);
  return bad < 0 ? status.OK : fail(state, status.LAYER_BAD_WEIGHT, from + bad);
}

/** The byte that holds a code outside the grid, or -1. Mid-tread has no -2^(bits-1): the grid is symmetric. */
function badCodeByte(packed: U8View, weights: i32, bits: i32, midRise: bool): i32 {
  const mask = (1 << bits) - 1;
  const illegal = midRise ? -1 : 1 << (bits - 1);
  let buffer = 0;
  let held = 0;
  let next = 0;
  for (let i = 0; i < weights; i++) {
    if (held < bits) {
      buffer |= packed[next++] << held;
      held += 8;
    }
    if ((buffer & mask) == illegal) return next - 1;
    buffer >>>= bits;
    held -= bits;
  }
  return buffer == 0 ? -1 : next - 1;
}

/** Tells whether every bit after a plane's last lane is zero. */
function planesEndIn(packed: U8View, bytes: i32, lanes: i32): bool {
  let any = 0;
  for (let i = 0; i < bytes; i++) any |= packed[i];
  return any >> lanes == 0;
}

/** A byte is at most 242; in the last byte of a lane the digits after its last weight are those of zero weights. */
function badTernaryByte(packed: U8View, count: i32, lanes: i32, bytes: i32): i32 {
  for (let i = 0; i < bytes; i++) if (packed[i] >= 243) return i;
  let unit = 1;
  for (let digit = (count - 1) % 5; digit >= 0; digit--) unit *= 3;
  const zeros = 121 / unit;
  for (let i = bytes - lanes; i < bytes; i++) if (packed[i] / unit != zeros) return i;
  return -1;
}
