import { at, I16View } from "../views";
import { OP_DENSE } from "../shared/ops";
import { traceLayer } from "../trace";
import { EngineState } from "./engine-state";
import { emitDecision, freeEvents } from "./events";
import { layerAt } from "./layer";
import { countRows } from "./run";
import { takeAveragePool } from "./run-average-pool";
import { takeDense } from "./run-dense";
import { tensorAt } from "./tensor";

/**
 * Runs the head: its first layer takes the rows at hand, and each row that it makes goes through the dense layers
 * behind it to a decision at once, so that no tensor of the head holds more than one row. A decision needs a free
 * event; false: there is none.
 */
export function runHead(state: EngineState): bool {
  const last = state.layerCount - 1;
  while (hasRows(state)) {
    if (freeEvents(state) == 0) return false;
    traceLayer(state.profiling, state.headLayer);
    if (!takeRows(state, state.headLayer)) return true;
    for (let i = state.headLayer + 1; i <= last; i++) {
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
  const output = tensorAt(state.tensorsAt, state.headLayer + 1);
  return layer.taken < min(input.next, input.total) || output.next < min(output.total, 1);
}

/** Lets a layer take rows until it has made one of its own; false: they do not make one. */
function takeRows(state: EngineState, index: i32): bool {
  const layer = layerAt(state.layersAt, index);
  const output = tensorAt(state.tensorsAt, index + 1);
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const made = layer.op == OP_DENSE
    ? takeDense(state, layer, input, output)
    : takeAveragePool(state, layer, input, output);
  if (made) {
    output.first = output.next;
    countRows(state, layer, output, 1);
  }
  return made;
}

/** Conditioned samples of the record up to which the decision reaches that is being made. */
function decisionEnd(state: EngineState): i64 {
  if (state.windowSamples != 0) return min(state.windowStart + state.windowSamples, state.samplesIn);
  const head = layerAt(state.layersAt, state.headLayer);
  const input = tensorAt(state.tensorsAt, head.inputA);
  return min(head.taken * input.strideSamples, state.samplesIn);
}
