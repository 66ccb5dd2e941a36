import { moveBytes } from "../../views";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { rowAddress, Tensor, tensorAt } from "../tensor";

/**
 * Takes rows of the input up to the next decision; then the output holds its sequence: the last `kernel` rows, all where there
 * are fewer. Rows are numbered from the sequence's first; they stay from one decision to the next and move up by a hop.
 */
export function takeWindow(state: EngineState, layer: Layer, input: Tensor, output: Tensor): bool {
  const end = min(input.next, input.total);
  const decision = nextDecision(layer, layer.taken);
  const first = max<i64>(0, decision - layer.kernel);
  dropRows(output, first - (layer.taken - output.next));
  const from = max(layer.taken, first);
  const to = min(decision, end);
  if (from < to) {
    moveBytes(rowAddress(output, output.next), rowAddress(input, from), <i32>(to - from) * input.rowBytes);
    output.next += to - from;
  }
  layer.taken = max(layer.taken, to);
  if (layer.taken == decision) return true;
  // A record that ends before the warm-up still gives one decision over what there is.
  return layer.taken == input.total && tensorAt(state.tensorsAt, state.layerCount).next == 0;
}

/** Row at which the first decision after row `taken` ends. */
export function nextDecision(layer: Layer, taken: i64): i64 {
  const warmup = <i32>layer.kernel - layer.padLeft;
  const beyond = taken - warmup;
  return beyond < 0 ? warmup : warmup + (beyond / layer.stride + 1) * layer.stride;
}

/** Rows of the sequence that are held once `taken` rows have been taken and the decisions due made. */
export function heldRows(layer: Layer, taken: i64): i64 {
  const isDecision = taken > 0 && nextDecision(layer, taken - 1) == taken;
  const end = isDecision ? taken : nextDecision(layer, taken);
  return max<i64>(0, taken - max<i64>(0, end - layer.kernel));
}

function dropRows(output: Tensor, rows: i64): void {
  const dropped = min(max<i64>(rows, 0), output.next);
  if (dropped == 0) return;
  moveBytes(rowAddress(output, 0), rowAddress(output, dropped), <i32>(output.next - dropped) * output.rowBytes);
  output.next -= dropped;
}
