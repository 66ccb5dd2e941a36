import { type Graph, inputsOf } from "../../graph/graph.ts";
import { headNode, isBehindWindow } from "../../graph/sequences.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import type { TensorShape } from "../../graph/tensor-shape.ts";
import { type Reach, reachOf } from "../tensors/reach.ts";
import { tensorIndex } from "../tensors/tensor-index.ts";

/** Numbers of rows in each tensor's two places. */
interface RequiredRows {
  readonly capacities: readonly number[];
  readonly kept: readonly number[];
}

/** Finds the most rows that each tensor holds in a pass and between two passes (FORMAT.md, "Memory plan"). */
export function requiredRows(graph: Graph, tickSamples: number): RequiredRows {
  const { capacities, kept } = streamRows(graph, tickSamples);
  const shapes = tensorShapes(graph);
  for (const [index, node] of graph.nodes.entries()) {
    const isWindow = node.op === "window";
    if (!isWindow && !(isBehindWindow(graph, node) && node.op !== "averagePool" && node.op !== "dense")) continue;
    const { sequence } = shapes.get(node.name) as TensorShape;
    capacities[index + 1] = (sequence?.rows ?? 0) + zeroRowsAround(graph, node.name);
    if (isWindow) kept[index + 1] = capacities[index + 1];
  }
  return { capacities, kept };
}

/** Counts the rows before and after a sequence that its readers take for zero. */
function zeroRowsAround(graph: Graph, name: string): number {
  const readers = graph.nodes.filter((node) => inputsOf(node).includes(name) && node.op !== "averagePool").map(reachOf);
  return (
    Math.max(0, ...readers.map(({ padLeft }) => padLeft)) + Math.max(0, ...readers.map(({ padRight }) => padRight))
  );
}

/**
 * Simulates the rows of the stream's tensors on row counters; every other tensor gets one row. Once every tensor has a row the
 * counters repeat with each pass, since a tick is a multiple of every stride; a one-window network starts anew with each window.
 */
function streamRows(graph: Graph, tickSamples: number): { readonly capacities: number[]; readonly kept: number[] } {
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

/** A node of the stream, which ends before the head: nodes of the head pass their rows on one by one. Node i makes tensor i + 1. */
interface StreamStep extends Reach {
  readonly inputs: readonly number[];
}

function streamSteps(graph: Graph): readonly StreamStep[] {
  return graph.nodes
    .slice(0, graph.nodes.indexOf(headNode(graph)))
    .map((node) => ({ ...reachOf(node), inputs: inputsOf(node).map((input) => tensorIndex(graph, input)) }));
}

/** Counts the rows of every tensor after `samples` input samples of an endless record, or of a record that ends there. */
function rowsAfter(stream: readonly StreamStep[], samples: number, ends: boolean): number[] {
  const rows = [samples];
  for (const { inputs, span, stride, padLeft, padRight } of stream) {
    const available = Math.min(...inputs.map((tensor) => rows[tensor]));
    const reach = available + padLeft + (ends ? padRight : 0) - span;
    rows.push(Math.max(0, Math.floor(reach / stride) + 1));
  }
  return rows;
}

/** Finds the first row of each tensor that a reader still needs: negative while rows of padding count. */
function firstNeeded(stream: readonly StreamStep[], rows: readonly number[]): number[] {
  const first = [...rows];
  for (const [node, { inputs, stride, padLeft }] of stream.entries()) {
    for (const tensor of inputs) first[tensor] = Math.min(first[tensor], rows[node + 1] * stride - padLeft);
  }
  return first;
}
