import { at, clearBytes, moveBytes } from "../views";
import { NO_TENSOR } from "../shared/layout";
import { OP_ADD, OP_AVERAGE_POOL, OP_WINDOW, TYPE_INT8 } from "../shared/ops";
import { EngineState } from "./engine-state";
import { isHead, Layer, layerAt, spanOf } from "./layer";

/**
 * One tensor: rows of channels, numbered from the record's first; rows before 0 and after the record's end are zeros.
 *
 * During a pass its rows lie at `rowsAt`; that place is another tensor's before this one is made and after its last use.
 * Rows that a later pass needs are kept at `keptAt` meanwhile. Where both are one place the rows stay in it.
 */
@unmanaged @final
export class Tensor {
  rowsAt: i32;
  keptAt: i32;
  rowBytes: i32;
  /** Elements of a row. */
  channels: i32;
  type: i32;
  /** Rows that there is room for at rowsAt and at keptAt. */
  capacity: i32;
  keptCapacity: i32;
  /** Zero rows before the record: the largest padLeft of its consumers; after it: the largest padRight. */
  halo: i32;
  tail: i32;
  /** The last layer that reads it; the layer that makes it where none does. */
  lastUse: i32;
  /** No element is negative. */
  nonNegative: i32;
  /** Input samples to a row. */
  strideSamples: i32;
  /** Last input sample that row 0 depends on. */
  reachSamples: i32;

  /** The oldest row that is held, and the first one that is not there yet. */
  first: i64;
  next: i64;
  /** Rows that an endless record would have by now. */
  due: i64;
  /** Rows of the record, once it has ended; after them come zero rows. */
  total: i64;
}

/** Rows of a record that has not ended. */
export const ENDLESS: i64 = 1 << 62;

/** Whether elements have two bytes. */
// @ts-ignore: decorator
@inline
export function isWide(type: i32): bool {
  return type != TYPE_INT8;
}

export function tensorAt(tensorsAt: i32, index: i32): Tensor {
  return at<Tensor>(tensorsAt + index * <i32>offsetof<Tensor>());
}

// @ts-ignore: decorator
@inline
export function rowAddress(tensor: Tensor, row: i64): i32 {
  return tensor.rowsAt + <i32>(row - tensor.first) * tensor.rowBytes;
}

/** Columns that a layer can make of `a` (and `b`) rows with `padding` zero rows around them. */
export function columnsOf(layer: Layer, a: i64, b: i64, padding: i64): i64 {
  if (layer.op == OP_ADD) return min(a, b);
  const reach = a + padding - spanOf(layer);
  return reach < 0 ? 0 : reach / layer.stride + 1;
}

/** Rows of layer `index`'s output that its inputs allow while the record goes on. */
export function dueRows(state: EngineState, index: i32): i64 {
  const layer = layerAt(state.layersAt, index);
  const a = tensorAt(state.tensorsAt, layer.inputA).due;
  const b: i64 = layer.inputB == NO_TENSOR ? 0 : tensorAt(state.tensorsAt, layer.inputB).due;
  return columnsOf(layer, a, b, layer.padLeft);
}

/** Sets every tensor's total rows for a record of `samples` samples. The total is ENDLESS while the record goes on. */
export function setTotals(state: EngineState, samples: i64): void {
  tensorAt(state.tensorsAt, 0).total = samples;
  for (let i = 0; i < state.layerCount; i++) {
    const output = tensorAt(state.tensorsAt, i + 1);
    output.total = samples == ENDLESS ? ENDLESS : totalRows(state, i);
  }
}

/** Rows that a layer makes in the whole record. A layer after the head's first makes one per decision. */
function totalRows(state: EngineState, index: i32): i64 {
  if (index > state.headLayer) return tensorAt(state.tensorsAt, index).total;
  const layer = layerAt(state.layersAt, index);
  const a = tensorAt(state.tensorsAt, layer.inputA).total;
  const b: i64 = layer.inputB == NO_TENSOR ? 0 : tensorAt(state.tensorsAt, layer.inputB).total;
  const columns = columnsOf(layer, a, b, <i64>layer.padLeft + layer.padRight);
  // A record that ends before the warm-up still gives one decision over what there is.
  return (layer.op == OP_AVERAGE_POOL || layer.op == OP_WINDOW) && a > 0 ? max<i64>(columns, 1) : columns;
}

/** The first input row that a layer still needs of the tensor `index`, its input; its end where it needs none. */
function firstNeeded(state: EngineState, consumer: i32, index: i32): i64 {
  const layer = layerAt(state.layersAt, consumer);
  if (isHead(layer)) return layer.taken;
  const made = tensorAt(state.tensorsAt, consumer + 1);
  if (made.next >= made.total) return ENDLESS;
  return layer.inputA == index ? made.next * layer.stride - layer.padLeft : made.next;
}

/** Brings the kept rows of a tensor to where the coming ones follow them. */
export function openTensor(tensor: Tensor): void {
  if (tensor.keptAt != tensor.rowsAt) {
    moveBytes(tensor.rowsAt, tensor.keptAt, <i32>(tensor.next - tensor.first) * tensor.rowBytes);
  }
}

/** The first row of a tensor, up to `end`, that a later pass needs. */
export function firstKept(state: EngineState, index: i32, end: i64): i64 {
  let first = end;
  for (let i = index, last = tensorAt(state.tensorsAt, index).lastUse; i <= last; i++) {
    const layer = layerAt(state.layersAt, i);
    if (layer.inputA == index || layer.inputB == index) first = min(first, firstNeeded(state, i, index));
  }
  return first;
}

/** Keeps those rows of a tensor that a later pass needs. */
export function closeTensor(state: EngineState, index: i32): void {
  const tensor = tensorAt(state.tensorsAt, index);
  const first = firstKept(state, index, tensor.next);
  const from = rowAddress(tensor, first);
  tensor.first = first;
  moveBytes(tensor.keptAt, from, <i32>(tensor.next - first) * tensor.rowBytes);
}

/** Appends `rows` zero rows. */
export function appendZeros(tensor: Tensor, rows: i32): void {
  clearBytes(rowAddress(tensor, tensor.next), rows * tensor.rowBytes);
  tensor.next += rows;
}

/** Puts a tensor back to the start of a record: nothing made. */
export function resetTensor(tensor: Tensor): void {
  tensor.first = -tensor.halo;
  tensor.next = 0;
  tensor.due = 0;
  tensor.total = ENDLESS;
}

/** Writes the halo of zero rows of a tensor of the stream at the start of a record. */
export function clearHalo(tensor: Tensor): void {
  clearBytes(tensor.keptAt, tensor.halo * tensor.rowBytes);
}
