import { TYPE_INT8, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { type Graph, type GraphNode, INPUT, inputsOf } from "../graph/graph.ts";
import { tensorShapes } from "../graph/shapes.ts";
import { engineNode } from "./engine-node.ts";

export interface TensorPlan {
  readonly name: string;
  /** Where its rows lie during a pass, from the start of the arena. */
  readonly offsetBytes: number;
  readonly capacityRows: number;
  /** Where the rows that a later pass needs are kept meanwhile. */
  readonly keptOffsetBytes: number;
  readonly keptRows: number;
  readonly rowBytes: number;
}

const ARENA_ALIGNMENT = 16;

/**
 * The place of every tensor in the arena, tensor 0 the input. Rows that stay from one pass to the next have a place of
 * their own; a tensor's rows during a pass have one from the layer that makes it to the last that reads it, and share
 * it with tensors of other times: the largest is placed first, each at the lowest offset that is free all that time.
 */
export function planMemory(graph: Graph, tickSamples: number): readonly TensorPlan[] {
  const shapes = tensorShapes(graph);
  const { capacities, kept } = requiredRows(graph, tickSamples);
  const names = [INPUT, ...graph.nodes.map((node) => node.name)];
  const rowBytes = names.map(
    (name, index) => (shapes.get(name)?.channels ?? 0) * (elementType(graph, index) === TYPE_INT16 ? 2 : 1),
  );
  let keptEnd = 0;
  const keptOffsets = names.map((_, index) => {
    const offset = keptEnd;
    // Samples come in between two passes, so the input stays where it is.
    keptEnd += aligned((index === 0 ? capacities[0] : kept[index]) * rowBytes[index]);
    return offset;
  });
  const places = names
    .map((_, index) => ({ index, bytes: capacities[index] * rowBytes[index], ...livingOf(graph, index), offset: 0 }))
    .slice(1)
    .sort((a, b) => b.bytes - a.bytes || a.index - b.index);
  for (const [order, place] of places.entries()) {
    place.offset = lowestFree(place, places.slice(0, order), keptEnd);
  }
  const offsets = new Map(places.map(({ index, offset }) => [index, offset]));
  return names.map((name, index) => ({
    name,
    offsetBytes: offsets.get(index) ?? keptOffsets[index],
    capacityRows: capacities[index],
    keptOffsetBytes: keptOffsets[index],
    keptRows: kept[index],
    rowBytes: rowBytes[index],
  }));
}

/** Bytes from the start of the arena to the end of its last tensor. */
export function arenaBytes(plan: readonly TensorPlan[]): number {
  return Math.max(
    ...plan.map(({ offsetBytes, capacityRows, keptOffsetBytes, keptRows, rowBytes }) =>
      Math.max(offsetBytes + capacityRows * rowBytes, keptOffsetBytes + keptRows * rowBytes),
    ),
  );
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ARENA_ALIGNMENT) * ARENA_ALIGNMENT;
}

interface Place {
  readonly bytes: number;
  /** Nodes from the one that makes the tensor to the last that reads it. */
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

function livingOf(graph: Graph, tensor: number): { readonly from: number; readonly to: number } {
  const from = tensor - 1;
  const uses = graph.nodes.flatMap((node, index) =>
    inputsOf(node).some((input) => tensorIndex(graph, input) === tensor) ? [index] : [],
  );
  // A head goes through all its nodes for each row that it takes.
  const inHead = [from, ...uses].some((index) => index >= 0 && isHead(graph.nodes[index]));
  return { from, to: inHead ? graph.nodes.length - 1 : Math.max(from, ...uses) };
}

function lowestFree(place: Place, placed: readonly Place[], start: number): number {
  const rivals = placed
    .filter((other) => other.from <= place.to && place.from <= other.to)
    .sort((a, b) => a.offset - b.offset);
  let offset = start;
  for (const rival of rivals) {
    if (offset + place.bytes <= rival.offset) break;
    offset = Math.max(offset, aligned(rival.offset + rival.bytes));
  }
  return offset;
}

/**
 * Type of tensor `index` (0 the input): the input and the logits are int16, all else int8; a max pool keeps its
 * input's.
 */
export function elementType(graph: Graph, index: number): number {
  if (index === 0 || index === graph.nodes.length) return TYPE_INT16;
  const node = graph.nodes[index - 1];
  return node.op === "maxPool" ? elementType(graph, tensorIndex(graph, node.input)) : TYPE_INT8;
}

/** Tensor 0 is the input, tensor i + 1 is made by node i. */
export function tensorIndex(graph: Graph, name: string): number {
  return name === INPUT ? 0 : graph.nodes.findIndex((node) => node.name === name) + 1;
}

/** How a node walks over the rows of its input. */
export interface Reach {
  readonly span: number;
  readonly stride: number;
  readonly padLeft: number;
  readonly padRight: number;
}

export function reachOf(node: GraphNode): Reach {
  const known = engineNode(node);
  switch (known.op) {
    case "conv1d":
    case "depthwiseConv1d":
      return { ...known, span: (known.kernel - 1) * known.dilation + 1 };
    case "maxPool":
      return { span: known.kernel, stride: known.stride, padLeft: 0, padRight: 0 };
    case "averagePool":
      return { span: known.window, stride: known.hop, padLeft: known.window - known.warmup, padRight: 0 };
    case "dense":
      return { span: known.columns, stride: known.columns, padLeft: 0, padRight: 0 };
    case "add":
      return { span: 1, stride: 1, padLeft: 0, padRight: 0 };
  }
}

/** Rows of each tensor's two places. */
export interface RequiredRows {
  readonly capacities: readonly number[];
  readonly kept: readonly number[];
}

/**
 * Rows that each tensor holds at most in a pass and between two passes, simulated on row counters (FORMAT.md, "Memory
 * plan"). Once every tensor has a row the counters repeat with each pass, since a tick is a multiple of every stride; a
 * one-window network starts anew with each window.
 */
export function requiredRows(graph: Graph, tickSamples: number): RequiredRows {
  const stream = streamSteps(graph);
  const capacities = [1, ...graph.nodes.map(() => 1)];
  const kept = capacities.map(() => 0);
  const totals = graph.windowSamples === null ? null : rowsAfter(stream, graph.windowSamples, true);
  const hold = (most: number[], rows: readonly number[], first: readonly number[]) => {
    for (const [tensor, count] of rows.entries()) most[tensor] = Math.max(most[tensor], count - first[tensor]);
  };
  let rows = [0, ...stream.map(() => 0)];
  let first = firstNeeded(stream, rows);
  hold(kept, rows, first);
  for (let tick = 1, repeats = false; !repeats && !totals?.every((total, tensor) => rows[tensor] >= total); tick++) {
    repeats = rows.slice(1).every((count) => count > 0);
    rows = rowsAfter(stream, tick * tickSamples, false);
    hold(capacities, rows, first);
    first = firstNeeded(stream, rows);
    hold(kept, rows, first);
  }
  return { capacities, kept };
}

/** A node of the stream; those of the head hand their rows on one by one. Node i makes tensor i + 1. */
interface StreamStep extends Reach {
  readonly inputs: readonly number[];
}

function streamSteps(graph: Graph): readonly StreamStep[] {
  const head = graph.nodes.findIndex(isHead);
  return graph.nodes
    .slice(0, head)
    .map((node) => ({ ...reachOf(node), inputs: inputsOf(node).map((input) => tensorIndex(graph, input)) }));
}

function isHead(node: GraphNode): boolean {
  return node.op === "averagePool" || node.op === "dense";
}

/** Rows of every tensor after `samples` input samples of an endless record, or of one that ends there. */
function rowsAfter(stream: readonly StreamStep[], samples: number, ends: boolean): number[] {
  const rows = [samples];
  for (const { inputs, span, stride, padLeft, padRight } of stream) {
    const available = Math.min(...inputs.map((tensor) => rows[tensor]));
    const reach = available + padLeft + (ends ? padRight : 0) - span;
    rows.push(Math.max(0, Math.floor(reach / stride) + 1));
  }
  return rows;
}

/** First row of each tensor that a consumer still reads: negative while the halo counts. */
function firstNeeded(stream: readonly StreamStep[], rows: readonly number[]): number[] {
  const first = [...rows];
  for (const [node, { inputs, stride, padLeft }] of stream.entries()) {
    for (const tensor of inputs) first[tensor] = Math.min(first[tensor], rows[node + 1] * stride - padLeft);
  }
  return first;
}
