import { NO_TENSOR } from "../shared/layout";
import { MAX_PLAN_TICKS } from "../shared/limits";
import { EngineState } from "./engine-state";
import { layerAt } from "./layer";
import { dueRows, ENDLESS, setTotals, tensorAt } from "./tensor";

/**
 * Number of rows that each tensor must hold (FORMAT.md, "Memory plan"). Row counts are simulated pass by pass: in pass m + 1 a
 * tensor holds its rows from the first that some consumer still needs after pass m up to the last made in it; between two
 * passes those made so far. A record's end needs no more: zero rows come in the place and at the pace of real ones.
 * The tensors of the head (head.ts) hold one row, whatever the pass.
 * Once every tensor has a row the counts repeat with each pass, since a tick is a multiple of every stride; a one-window
 * network starts anew with each window.
 */

export const PLAN_HOLDS = -1;
export const PLAN_TAKES_TOO_LONG = -2;

/** The tensor whose planned capacity (or, counted from `layerCount` + 1, kept rows) is too small, or one of the above. */
export function tensorTooSmall(state: EngineState): i32 {
  setTotals(state, state.windowSamples != 0 ? <i64>state.windowSamples : ENDLESS);
  for (let i = 0; i <= state.layerCount; i++) tensorAt(state.tensorsAt, i).due = 0;
  let small = tensorTooSmallAtRest(state);
  let repeats = false;
  for (let ticks = 0; !repeats && !isOver(state) && small == PLAN_HOLDS; ticks++) {
    if (ticks == MAX_PLAN_TICKS) return PLAN_TAKES_TOO_LONG;
    repeats = everyTensorHasRows(state);
    small = tensorTooSmallInPass(state);
    if (small == PLAN_HOLDS) small = tensorTooSmallAtRest(state);
  }
  return small;
}

/** The tensor of a sequence that has no room for a full one (its rows in `next`) and the zero rows around it, or PLAN_HOLDS. */
export function sequenceTooSmall(state: EngineState): i32 {
  for (let i = state.headLayer + 1; i <= state.poolLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    if (tensor.capacity < tensor.halo + tensor.next + tensor.tail) return i;
  }
  return PLAN_HOLDS;
}

/** Runs one pass on the row counts. */
function tensorTooSmallInPass(state: EngineState): i32 {
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    tensor.due = i == 0 ? tensor.due + state.tickSamples : dueRows(state, i - 1);
    if (tensor.due - tensor.first > tensor.capacity) return i;
  }
  return PLAN_HOLDS;
}

/** Finds the first row of every tensor that a consumer still needs: negative while the halo counts. */
function tensorTooSmallAtRest(state: EngineState): i32 {
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    tensor.first = tensor.due;
  }
  for (let i = 0; i < state.headLayer; i++) {
    const layer = layerAt(state.layersAt, i);
    const made = tensorAt(state.tensorsAt, i + 1).due;
    const a = tensorAt(state.tensorsAt, layer.inputA);
    a.first = min(a.first, made * layer.stride - layer.padLeft);
    if (layer.inputB == NO_TENSOR) continue;
    const b = tensorAt(state.tensorsAt, layer.inputB);
    b.first = min(b.first, made);
  }
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    if (tensor.due - tensor.first > tensor.keptCapacity) return state.layerCount + 1 + i;
  }
  return PLAN_HOLDS;
}

function everyTensorHasRows(state: EngineState): bool {
  for (let i = 1; i <= state.headLayer; i++) {
    if (tensorAt(state.tensorsAt, i).due == 0) return false;
  }
  return true;
}

/** A window has given all its rows. */
function isOver(state: EngineState): bool {
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    if (tensor.due < tensor.total) return false;
  }
  return true;
}
