import { addressOf, at, clearBytes, moveBytes } from "../views";
import * as layout from "../shared/layout";
import { TYPE_INT16 } from "../shared/ops";
import * as status from "../shared/status";
import { engine, EngineState, fits, reserve, reserveEvents } from "./engine-state";
import { Layer, layerAt } from "./layer";
import { placeCache, placeScratch } from "./place-scratch";
import { placeTensors } from "./place-tensors";
import { resetStream } from "./stream";
import { Tensor, tensorAt } from "./tensor";
import { validateBudget, validateGolden } from "./validate/contract";
import { fail, PAGE_BYTES, readPage, validateFile, validateLength, validateNetwork, zeros } from "./validate/file";
import { validateHead } from "./validate/head";
import { setShape, validateLayer } from "./validate/layer";
import { Cursor } from "./validate/ranges";
import { validateTiles } from "./validate/tiles";

/**
 * Loads a rung of a model: every check of it there is, once. After OK a run cannot fail. `cacheBytes` more memory may keep unpacked tiles.
 * On NOT_ENOUGH_RAM `used` tells how much memory it takes.
 */
export function load(fileBytes: i32, cacheBytes: i32, rung: i32): i32 {
  const state = engine();
  state.loaded = 0;
  state.fileBytes = fileBytes;
  state.rung = rung;
  state.statusOffset = -1;
  state.statusLayer = -1;
  state.faulty = 0;
  reserveEvents(state, 0);
  state.entryAt = reserve(state, PAGE_BYTES);
  if (!fits(state)) return status.NOT_ENOUGH_RAM;
  let code = validateFile(state);
  if (code == status.OK) code = validateNetwork(state);
  if (code == status.OK) code = loadLayers(state);
  if (code == status.OK) code = validateHead(state);
  if (code == status.OK) code = placeTensors(state);
  if (code == status.OK) code = placeScratch(state);
  if (code == status.OK) code = validateTiles(state);
  if (code == status.OK) code = validateBudget(state);
  if (code == status.OK) code = validateGolden(state);
  if (code != status.OK) return code;
  placeCache(state, cacheBytes);
  state.loaded = 1;
  resetStream(state);
  return status.OK;
}

function loadLayers(state: EngineState): i32 {
  reserveEvents(state, state.classCount);
  state.layersAt = reserve(state, state.layerCount * <i32>offsetof<Layer>());
  state.tensorsAt = reserve(state, (state.layerCount + 1) * <i32>offsetof<Tensor>());
  const cursor = at<Cursor>(reserve(state, <i32>offsetof<Cursor>()));
  state.entryAt = reserve(state, PAGE_BYTES);
  if (!fits(state)) return status.NOT_ENOUGH_RAM;
  let code = validateLength(state, layout.SECTION_LAYERS, <i64>state.layerCount * layout.LAYER_BYTES);
  cursor.requantization = 0;
  cursor.weights = 0;
  cursor.tile = 0;
  setShape(tensorAt(state.tensorsAt, 0), 1, TYPE_INT16, 1, 0);
  for (let i = 0; i < state.layerCount && code == status.OK; i++) {
    const from = state.sectionAt(layout.SECTION_LAYERS) + i * layout.LAYER_BYTES;
    code = readLayer(state, layerAt(state.layersAt, i), from);
    layerAt(state.layersAt, i).index = i;
    if (code == status.OK) code = validateLayer(state, i, layerAt(state.layersAt, i), from, cursor);
  }
  if (code == status.OK) {
    code = validateLength(state, layout.SECTION_REQUANTIZATION, cursor.requantization);
  }
  if (code == status.OK) code = validateLength(state, layout.SECTION_WEIGHTS, cursor.weights);
  if (code == status.OK) code = validateLength(state, layout.SECTION_TILE_CRCS, cursor.tile * layout.TILE_CRC_BYTES);
  return code == status.OK ? validateLength(state, layout.SECTION_SIGNATURE, 0) : code;
}

function readLayer(state: EngineState, layer: Layer, from: i32): i32 {
  const code = readPage(state, from, layout.LAYER_BYTES);
  if (code != status.OK) return code;
  clearBytes(addressOf(layer), <i32>offsetof<Layer>());
  moveBytes(addressOf(layer), state.entryAt, layout.LAYER_BYTES);
  return zeros(addressOf(layer), layout.LAYER_RESERVED_AT, layout.LAYER_BYTES)
    ? status.OK
    : fail(state, status.MODEL_RESERVED_NOT_ZERO, from + layout.LAYER_RESERVED_AT);
}
