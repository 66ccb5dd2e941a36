import { NO_TENSOR } from "../shared/layout";
import { traceLayer, traceOutside } from "../trace";
import { EngineState } from "./engine-state";
import { runHead } from "./head";
import { layerAt } from "./layer";
import { runLayer } from "./run/layer";
import { appendZeros, closeTensor, dueRows, openTensor, Tensor, tensorAt } from "./tensor";

/**
 * A pass takes one tick of samples through the network, layer by layer. At the end of a window or record the passes go on
 * with zero rows for the samples that do not come, until every layer has made its last row: each pass is like any other,
 * so that the plan of a pass holds for the last ones too.
 */
export function beginPass(state: EngineState): void {
  const input = tensorAt(state.tensorsAt, 0);
  input.due += state.tickSamples;
  appendTail(input);
  state.running = 1;
  state.passLayer = 0;
}

/** Goes on with the pass. Returns false where the event queue is full: drain it and call again. */
export function continuePass(state: EngineState): bool {
  for (; state.passLayer < state.headLayer; state.passLayer++) {
    traceLayer(state.profiling, state.passLayer);
    runPassLayer(state, state.passLayer);
  }
  const done = runHead(state);
  traceOutside(state.profiling);
  if (!done) return false;
  closeTensor(state, layerAt(state.layersAt, state.headLayer).inputA);
  closeTensor(state, 0);
  state.running = 0;
  return true;
}

function runPassLayer(state: EngineState, index: i32): void {
  const layer = layerAt(state.layersAt, index);
  const output = tensorAt(state.tensorsAt, index + 1);
  openTensor(output);
  output.due = dueRows(state, index);
  const columns = <i32>(min(output.due, output.total) - output.next);
  if (columns > 0) runLayer(state, layer, output, columns);
  appendTail(output);
  closeIfLast(state, layer.inputA, index);
  if (layer.inputB != NO_TENSOR) closeIfLast(state, layer.inputB, index);
  closeIfLast(state, index + 1, index);
}

/** After the record's last row come the zero rows that consumers with padRight see, at the pace of real ones. */
function appendTail(tensor: Tensor): void {
  const zeros = <i32>(min(tensor.due, tensor.total + tensor.tail) - tensor.next);
  if (zeros > 0) appendZeros(tensor, zeros);
}

/** Frees the place of a tensor that no later layer reads. */
// @ts-ignore: decorator
@inline
function closeIfLast(state: EngineState, tensor: i32, index: i32): void {
  if (tensor != 0 && tensorAt(state.tensorsAt, tensor).lastUse == index) closeTensor(state, tensor);
}

/** Whether every layer of the stream has made all rows of a window or record that is over, and the head all decisions. */
export function isComplete(state: EngineState): bool {
  for (let i = 0; i <= state.headLayer; i++) {
    const tensor = tensorAt(state.tensorsAt, i);
    if (tensor.next < tensor.total) return false;
  }
  const logits = tensorAt(state.tensorsAt, state.layerCount);
  return logits.next >= logits.total;
}
