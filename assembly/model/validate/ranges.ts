import * as layout from "../../shared/layout";
import * as ops from "../../shared/ops";
import * as status from "../../shared/status";
import { EngineState } from "../engine-state";
import { isNorm, Layer } from "../layer";
import { bytesAcross, hasWeights, laneWeights, planesOf, rowBytes, tilesAcross } from "../product/tile";
import { fail } from "./file";

/** Beginning of the next layer's requantisation rows, weights and tiles: everything is contiguous, in layer order. */
@unmanaged @final
export class Cursor {
  requantization: i32;
  weights: i32;
  tile: i32;
}

/** Requantisation rows, weights and tiles follow those of the layer before without a gap. */
export function validateRanges(state: EngineState, layer: Layer, from: i32, cursor: Cursor): i32 {
  const weighted = hasWeights(layer);
  const columns: i32 = layer.op == ops.OP_DENSE ? layer.kernel : 1;
  const requantization = requantizationBytes(layer);
  // In 64 bits: a hostile layer may claim 2^42 weights.
  const bits: i32 = layer.grid == ops.GRID_TERNARY ? 1 : max(layer.bits, layer.planes);
  const weightBits = weighted ? <i64>laneWeights(layer) * layer.outChannels * columns * bits : 0;
  const sectionBytes = state.sectionBytes(layout.SECTION_WEIGHTS);
  if (weightBits > <i64>sectionBytes * 8) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_LENGTH_AT);
  }
  const bytes = weighted ? columns * planesOf(layer) * bytesAcross(layer) : 0;
  const tiles = weighted ? columns * tilesAcross(layer) : 0;
  if (<i32>layer.requantizationAt != cursor.requantization) {
    return fail(state, status.LAYER_BAD_REQUANTIZATION_RANGE, from + layout.LAYER_REQUANTIZATION_AT);
  }
  if (<i32>layer.weightsAt != cursor.weights) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_AT);
  }
  if (<i32>layer.weightsBytes != bytes || bytes > sectionBytes - cursor.weights) {
    return fail(state, status.LAYER_BAD_WEIGHTS_RANGE, from + layout.LAYER_WEIGHTS_LENGTH_AT);
  }
  if (<i32>layer.firstTile != cursor.tile) {
    return fail(state, status.LAYER_BAD_TILE_RANGE, from + layout.LAYER_FIRST_TILE_AT);
  }
  if (<i32>layer.tileCount != tiles) {
    return fail(state, status.LAYER_BAD_TILE_RANGE, from + layout.LAYER_TILE_COUNT_AT);
  }
  if (requantization > state.sectionBytes(layout.SECTION_REQUANTIZATION) - cursor.requantization) {
    return fail(state, status.LAYER_BAD_REQUANTIZATION_RANGE, from + layout.LAYER_REQUANTIZATION_AT);
  }
  if (layer.op == ops.OP_ADD ? layer.multiplierA < 0 || layer.multiplierB < 0 : layer.multiplierA != 0 || layer.multiplierB != 0) {
    return fail(state, status.LAYER_BAD_MULTIPLIER, from + layout.LAYER_MULTIPLIER_A_AT);
  }
  cursor.requantization += requantization;
  cursor.weights += bytes;
  cursor.tile += tiles;
  return status.OK;
}

/** Bytes of a layer's requantisation rows: one per channel, then its table; one per count of a pool; one of an attention. */
function requantizationBytes(layer: Layer): i32 {
  if (layer.op == ops.OP_ATTENTION) return layout.REQUANTIZATION_BYTES;
  if (layer.op == ops.OP_AVERAGE_POOL) return <i32>layer.kernel * rowBytes(layer);
  if (!hasWeights(layer) && !isNorm(layer)) return 0;
  const table: i32 = layer.activation == ops.ACTIVATION_TABLE ? layout.ACTIVATION_TABLE_BYTES : 0;
  return <i32>layer.outChannels * rowBytes(layer) + table;
}
