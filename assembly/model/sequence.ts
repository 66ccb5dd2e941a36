import { clearBytes } from "../views";
import { traceLayer } from "../trace";
import { EngineState } from "./engine-state";
import { Layer, layerAt } from "./layer";
import { countRows, runLayer } from "./run/layer";
import { columnsOf, rowAddress, Tensor, tensorAt } from "./tensor";

/**
 * Layers after a window run on the rows of one decision as on a record of their own: from row 0 on, zeros before and after.
 * Their tensors hold nothing from one decision to the next.
 */

/** Runs them on the sequence that the window at headLayer has at hand. */
export function runSequence(state: EngineState): void {
  const window = tensorAt(state.tensorsAt, state.headLayer + 1);
  const rows = <i32>window.next;
  window.next = 0;
  countRows(state, layerAt(state.layersAt, state.headLayer), window, rows);
  surround(window);
  for (let i = state.headLayer + 1; i < state.poolLayer; i++) {
    const layer = layerAt(state.layersAt, i);
    const output = tensorAt(state.tensorsAt, i + 1);
    traceLayer(state.profiling, i);
    output.next = 0;
    runLayer(state, layer, output, <i32>sequenceRows(state, layer));
    surround(output);
  }
}

/** Rows that a layer makes of what its inputs hold. */
export function sequenceRows(state: EngineState, layer: Layer): i64 {
  const a = tensorAt(state.tensorsAt, layer.inputA).next;
  return columnsOf(layer, a, a, <i64>layer.padLeft + layer.padRight);
}

/** Writes the zero rows that consumers see before and after a sequence. */
function surround(tensor: Tensor): void {
  clearBytes(tensor.rowsAt, tensor.halo * tensor.rowBytes);
  clearBytes(rowAddress(tensor, tensor.next), tensor.tail * tensor.rowBytes);
}
