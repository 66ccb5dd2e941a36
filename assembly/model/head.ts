import { at, I16View } from "../views";
import { OP_DENSE, OP_WINDOW } from "../shared/ops";
import { traceLayer } from "../trace";
import { EngineState } from "./engine-state";
import { emitDecision, freeEvents } from "./events";
import { Layer, layerAt } from "./layer";
import { countRows } from "./run/layer";
import { averageSequence, takeAveragePool } from "./run/average-pool";
import { takeDense } from "./run/dense";
import { takeWindow } from "./run/window";
import { runSequence } from "./sequence";
import { Tensor, tensorAt } from "./tensor";

/**
 * Runs the head: its first layer takes the rows at hand, and each row or sequence that it makes goes through the layers
 * after it to a decision at once, so that no tensor holds more than those of one. A decision needs a free event; false: there
 * is none.
 */
export function runHead(state: EngineState): bool {
  const last = state.layerCount - 1;
  while (hasRows(state)) {
    if (freeEvents(state) == 0) return false;
    traceLayer(state.profiling, state.headLayer);
    if (!takeRows(state, state.headLayer)) return true;
    if (state.poolLayer > state.headLayer) runSequence(state);
    for (let i = max(state.headLayer + 1, state.poolLayer); i <= last; i++) {
      traceLayer(state.profiling, i);
      takeRows(state, i);
    }
    const logits = tensorAt(state.tensorsAt, last + 1);
    emitDecision(state, decisionEnd(state), at<I16View>(logits.rowsAt));
  }
  return true;
}

/** Whether the head's first layer has rows to take, or owes a short record its one decision. */
function hasRows(state: EngineState): bool {
  const layer = layerAt(state.layersAt, state.headLayer);
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const logits = tensorAt(state.tensorsAt, state.layerCount);
  return layer.taken < min(input.next, input.total) || logits.next < min(logits.total, 1);
}

/** Lets a layer take rows until it has made one of its own; false: they do not make one. */
function takeRows(state: EngineState, index: i32): bool {
  const layer = layerAt(state.layersAt, index);
  const output = tensorAt(state.tensorsAt, index + 1);
  const input = tensorAt(state.tensorsAt, layer.inputA);
  if (layer.op == OP_WINDOW) return takeWindow(state, layer, input, output);
  output.first = output.next;
  if (!makeRow(state, layer, input, output)) return false;
  countRows(state, layer, output, 1);
  return true;
}

function makeRow(state: EngineState, layer: Layer, input: Tensor, output: Tensor): bool {
  if (layer.op == OP_DENSE) return takeDense(state, layer, input, output);
  if (state.poolLayer == state.headLayer) return takeAveragePool(state, layer, input, output);
  averageSequence(state, layer, input, output);
  return true;
}

/** Conditioned samples of the record up to which the decision reaches that is being made. */
function decisionEnd(state: EngineState): i64 {
  if (state.windowSamples != 0) return min(state.windowStart + state.windowSamples, state.samplesIn);
  const head = layerAt(state.layersAt, state.headLayer);
  const input = tensorAt(state.tensorsAt, head.inputA);
  return min(head.taken * input.strideSamples, state.samplesIn);
}
