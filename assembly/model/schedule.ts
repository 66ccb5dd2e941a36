import { clearBytes, moveBytes } from "../views";
import { OP_ADD, OP_AVERAGE_POOL, OP_DENSE } from "../shared/ops";
import { EngineState } from "./engine-state";
import { freeEvents } from "./events";
import { Layer, layerAt, rowAddress, Tensor, tensorAt, visibleRows } from "./layer";
import { spanOf } from "./plan";
import { runLayer } from "./run";

/**
 * Runs every layer as far as its inputs and the room behind it allow. Returns whether all that could be made was made;
 * false: the event queue is full, drain it and call again.
 */
export function runNetwork(state: EngineState): bool {
  let progress = true;
  while (progress) {
    progress = false;
    for (let i = 0; i < state.layerCount; i++) {
      const layer = layerAt(state.layersAt, i);
      const output = tensorAt(state.tensorsAt, i + 1);
      dropConsumed(state, i + 1);
      if (runLayer(state, i, layer, output, columnsReady(state, layer))) progress = true;
      if (output.ended == 0 && canEnd(state, layer)) {
        // The end waits for every column, and for the room that the zero rows behind it take.
        if (output.capacity - output.held >= output.tail) {
          endTensor(output);
          progress = true;
        }
      }
    }
  }
  return freeEvents(state) > 0 || !decisionWaits(state);
}

/** A dense output layer could go on if an event were free. */
function decisionWaits(state: EngineState): bool {
  return columnsReady(state, layerAt(state.layersAt, state.layerCount - 1)) > 0;
}

/** Behind the last row come the zero rows that consumers with padRight see. */
export function endTensor(tensor: Tensor): void {
  tensor.ended = 1;
  clearBytes(tensor.rowsAt + tensor.held * tensor.rowBytes, tensor.tail * tensor.rowBytes);
  tensor.held += tensor.tail;
}

/** A layer ends when an input has ended and no column is left in it; an add with the shorter of its inputs. */
function canEnd(state: EngineState, layer: Layer): bool {
  if (columnsReady(state, layer) > 0) return false;
  const a = tensorAt(state.tensorsAt, layer.inputA);
  if (layer.op != OP_ADD) return a.ended != 0;
  const b = tensorAt(state.tensorsAt, layer.inputB);
  return (a.ended != 0 && visibleRows(a, 0) <= layer.nextA) || (b.ended != 0 && visibleRows(b, 0) <= layer.nextB);
}

/** Columns that the rows at hand allow. */
function columnsReady(state: EngineState, layer: Layer): i32 {
  const a = tensorAt(state.tensorsAt, layer.inputA);
  const rows = visibleRows(a, layer.padRight) - layer.nextA;
  if (layer.op == OP_ADD) return min(rows, visibleRows(tensorAt(state.tensorsAt, layer.inputB), 0) - layer.nextB);
  if (layer.op == OP_DENSE) return rows;
  const span = spanOf(layer);
  if (rows >= span) return (rows - span) / layer.stride + 1;
  return layer.op == OP_AVERAGE_POOL && endsBeforeWarmup(layer, a, rows) ? 1 : 0;
}

/** The record is over and too short for the first decision: one is made of the columns there are, if any. */
function endsBeforeWarmup(layer: Layer, input: Tensor, rows: i32): bool {
  return input.ended != 0 && layer.rows == 0 && rows > <i32>layer.padLeft;
}

/** Moves the rows that some consumer still needs to the front of a tensor's buffer. */
export function dropConsumed(state: EngineState, index: i32): void {
  const tensor = tensorAt(state.tensorsAt, index);
  let drop = tensor.held;
  for (let i = index; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (tensorAt(state.tensorsAt, i + 1).ended != 0) continue;
    if (layer.inputA == index) drop = min(drop, layer.nextA);
    if (layer.inputB == index) drop = min(drop, layer.nextB);
  }
  if (drop <= 0) return;
  moveBytes(tensor.rowsAt, rowAddress(tensor, drop), (tensor.held - drop) * tensor.rowBytes);
  tensor.held -= drop;
  for (let i = index; i < state.layerCount; i++) {
    const layer = layerAt(state.layersAt, i);
    if (layer.inputA == index) layer.nextA -= drop;
    if (layer.inputB == index) layer.nextB -= drop;
  }
}
