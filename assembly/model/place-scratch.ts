import { alignUp } from "../views";
import { Product } from "../kernels/product";
import { TILE_CHANNELS } from "../shared/limits";
import { ACTIVATION_TABLE_BYTES, REQUANTIZATION_BYTES } from "../shared/layout";
import { OP_ATTENTION, OP_AVERAGE_POOL, OP_DENSE, OP_LAYER_NORM } from "../shared/ops";
import { NOT_ENOUGH_RAM, OK } from "../shared/status";
import { lanesBytes } from "./product/arrange";
import { chooseKernel, inputScratchBytes } from "./product/choose-kernel";
import { EngineState, fits, reserve } from "./engine-state";
import { isNorm, Layer, layerAt } from "./layer";
import { ATTENTION_BYTES } from "./run/attention";
import { planBlocks } from "./run/average-pool";
import { groupNormScratchBytes } from "./run/norm";
import { entryBytes, hasWeights, packedTileBytes, tilesAcross } from "./product/tile";
import { PAGE_BYTES } from "./validate/file";

/** Bytes that kernels may read past the end of their data. */
const SLACK_BYTES = 16;

/** Chooses every layer's kernel and sets aside what they work in: sums, one tile packed and unpacked, prepared input. */
export function placeScratch(state: EngineState): i32 {
  let entry = PAGE_BYTES;
  let packed = 0;
  let lanes = 0;
  let input = 0;
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    placeSums(state, layer);
    entry = max(entry, constantBytes(state, layer));
    if (!hasWeights(layer)) continue;
    chooseKernel(state, layer);
    entry = max(entry, entryBytes(layer));
    packed = max(packed, packedTileBytes(layer, 0));
    input = max(input, inputScratchBytes(state, layer));
    lanes = max(lanes, lanesBytes(layer));
  }
  state.productAt = reserve(state, <i32>offsetof<Product>());
  state.entryAt = reserve(state, entry);
  state.packedAt = reserve(state, packed + SLACK_BYTES);
  state.lanesAt = reserve(state, lanes);
  state.inputScratchAt = reserve(state, input + SLACK_BYTES);
  return fits(state) ? OK : NOT_ENOUGH_RAM;
}

/** Bytes that a layer needs in the entry's place besides tiles: an attention's scratch, a norm's rows, or an activation table. */
function constantBytes(state: EngineState, layer: Layer): i32 {
  if (layer.op == OP_ATTENTION) return ATTENTION_BYTES;
  if (isNorm(layer)) {
    const rows = <i32>layer.inChannels * REQUANTIZATION_BYTES;
    return layer.op == OP_LAYER_NORM ? rows : rows + groupNormScratchBytes(state, layer);
  }
  return ACTIVATION_TABLE_BYTES;
}

/** Sums that a head layer keeps from one column to the next. */
function placeSums(state: EngineState, layer: Layer): void {
  if (layer.op == OP_DENSE) layer.sumsBytes = 4 * tilesAcross(layer) * TILE_CHANNELS;
  if (layer.op == OP_AVERAGE_POOL && layer.index == state.headLayer) planBlocks(layer);
  layer.sumsAt = reserve(state, layer.sumsBytes);
}

/** Layers whose unpacked tiles fit the granted memory keep them, in the order of the layers. */
export function placeCache(state: EngineState, cacheBytes: i32): void {
  let left = min(cacheBytes, state.memoryBytes - alignUp(state.used, 16));
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (!hasWeights(layer)) continue;
    const bytes = <i64>alignUp(entryBytes(layer), 16) * layer.tileCount;
    if (bytes > left) continue;
    layer.cacheAt = reserve(state, <i32>bytes);
    left -= <i32>bytes;
  }
}
