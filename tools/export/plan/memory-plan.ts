import { type Graph, INPUT, inputsOf } from "../../graph/graph.ts";
import { headNode, windowIndex } from "../../graph/sequences.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import { elementBytes, elementType } from "../tensors/element-type.ts";
import { tensorIndex } from "../tensors/tensor-index.ts";
import { requiredRows } from "./required-rows.ts";

export interface TensorPlan {
  readonly name: string;
  /** Place of the rows during a pass, from the start of the arena. */
  readonly offsetBytes: number;
  readonly capacityRows: number;
  /** Place of the rows that a later pass needs, between two passes. */
  readonly keptOffsetBytes: number;
  readonly keptRows: number;
  readonly rowBytes: number;
}

const ARENA_ALIGNMENT = 16;

/**
 * Places every tensor in the arena; tensor 0 is the input. Rows that stay from one pass to the next have a place of their own. The
 * rows of a tensor during a pass have a place from the layer that makes them to the last layer that reads them; at other times
 * other tensors have it. The largest tensor is placed first, each at the lowest offset that is free all the time.
 */
export function planMemory(graph: Graph, tickSamples: number): readonly TensorPlan[] {
  const shapes = tensorShapes(graph);
  const { capacities, kept } = requiredRows(graph, tickSamples);
  const names = [INPUT, ...graph.nodes.map((node) => node.name)];
  const rowBytes = names.map(
    (name, index) => (shapes.get(name)?.channels ?? 0) * elementBytes(elementType(graph, index)),
  );
  // Samples come in between two passes, and two sequences differ by a hop alone: both tensors stay where they are.
  const stays = (index: number) => index === 0 || index === windowIndex(graph) + 1;
  let keptEnd = 0;
  const keptOffsets = names.map((_, index) => {
    const offset = keptEnd;
    keptEnd += aligned((stays(index) ? capacities[index] : kept[index]) * rowBytes[index]);
    return offset;
  });
  const places = names
    .map((_, index) => ({ index, bytes: capacities[index] * rowBytes[index], ...livingOf(graph, index), offset: 0 }))
    .filter(({ index }) => !stays(index))
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

/** Measures the bytes from the start of the arena to the end of its last tensor. */
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
  // A head runs all its nodes for each row that it takes; the row of a decision stays to the end.
  const maker = graph.nodes[from]?.op;
  const stays = maker === "averagePool" || maker === "dense" || uses.includes(graph.nodes.indexOf(headNode(graph)));
  return { from, to: stays ? graph.nodes.length - 1 : Math.max(from, ...uses) };
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
