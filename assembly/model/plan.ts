import { OP_ADD, OP_DENSE } from "../shared/ops";
import { NO_TENSOR } from "../shared/layout";
import { MAX_PLAN_TICKS } from "../shared/limits";
import { EngineState } from "./engine-state";
import { Layer, layerAt, tensorAt } from "./layer";

/**
 * How many rows each tensor's buffer must hold (FORMAT.md, "Memory plan"). Row counts are simulated tick by tick: within
 * a tick a tensor gets all its new rows before any consumer runs, so it holds at most
 *   rows after tick m+1  -  the first row that some consumer still needs after tick m.
 * Once every layer has made a row the counts repeat with the tick, which is a multiple of every stride; a one-window
 * network starts anew with each window, and its last tick brings the rows of the look-ahead too. `padRight` zero rows join
 * at the end.
 */

/** Rows that a layer has made when its inputs have `a` and `b` rows, and have ended or not. */
function rowsFrom(layer: Layer, a: i32, b: i32, ended: bool): i32 {
  if (layer.op == OP_ADD) return min(a, b);
  const reach = a + layer.padLeft + (ended ? <i32>layer.padRight : 0) - spanOf(layer);
  return reach < 0 ? 0 : reach / layer.stride + 1;
}

/** Input rows from a column's first to its last. */
// @ts-ignore: decorator
@inline
export function spanOf(layer: Layer): i32 {
  return (<i32>layer.kernel - 1) * layer.dilation + 1;
}

export const PLAN_HOLDS = -1;
export const PLAN_TAKES_TOO_LONG = -2;

/** The tensor whose planned capacity is too small, or one of the above. */
export function tensorTooSmall(state: EngineState): i32 {
  for (let i = 0; i <= state.layerCount; i++) tensorAt(state.tensorsAt, i).rowsNow = 0;
  let samples = 0;
  let steady = false;
  let ticks = 0;
  while (!steady && (state.windowSamples == 0 || samples < state.windowSamples)) {
    if (ticks == MAX_PLAN_TICKS) return PLAN_TAKES_TOO_LONG;
    ticks += 1;
    steady = started(state);
    samples += state.tickSamples;
    countRows(state, samples, samples == state.windowSamples);
    for (let i = 0; i <= state.layerCount; i++) {
      const tensor = tensorAt(state.tensorsAt, i);
      if (tensor.rowsNext - firstNeeded(state, i) + tensor.tail > tensor.capacity) return i;
    }
    for (let i = 0; i <= state.layerCount; i++) {
      const tensor = tensorAt(state.tensorsAt, i);
      tensor.rowsNow = tensor.rowsNext;
    }
  }
  return PLAN_HOLDS;
}

function countRows(state: EngineState, samples: i32, ended: bool): void {
  tensorAt(state.tensorsAt, 0).rowsNext = samples;
  for (let i = 0; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const b: i32 = layer.inputB == NO_TENSOR ? 0 : tensorAt(state.tensorsAt, layer.inputB).rowsNext;
    tensorAt(state.tensorsAt, i + 1).rowsNext = rowsFrom(layer, tensorAt(state.tensorsAt, layer.inputA).rowsNext, b, ended);
  }
}

/** The first row of a tensor that a consumer still needs: negative while the halo counts. */
function firstNeeded(state: EngineState, index: i32): i32 {
  let first = tensorAt(state.tensorsAt, index).rowsNow;
  for (let i = index; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    const made = tensorAt(state.tensorsAt, i + 1).rowsNow;
    // A dense layer takes each row as it comes.
    if (layer.inputA == index && layer.op != OP_DENSE) first = min(first, made * layer.stride - layer.padLeft);
    if (layer.inputB == index) first = min(first, made);
  }
  return first;
}

function started(state: EngineState): bool {
  for (let i = 1; i <= state.layerCount; i++) {
    if (tensorAt(state.tensorsAt, i).rowsNow == 0) return false;
  }
  return true;
}
