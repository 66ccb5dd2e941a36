import { TYPE_INT8, TYPE_INT13, TYPE_INT16 } from "../../../assembly/shared/ops.ts";
import { type Graph, inputsOf, isNorm } from "../../graph/graph.ts";
import { tensorIndex } from "./tensor-index.ts";

/** Ops that int8 is too coarse for: norms take differences of large numbers, attention exponentials. */
const WIDE_OPS: ReadonlySet<string> = new Set(["window", "layerNorm", "groupNorm", "attention"]);

/** Whether a network's hidden tensors are wide, int13 or int16; else they are int8. */
export function isWide({ nodes }: Graph): boolean {
  return nodes.some(({ op }) => WIDE_OPS.has(op));
}

/**
 * Chooses the type of tensor `index` (0 is the input). The input and the logits are int16, all other tensors int8, or int13 in a wide
 * network; there a tensor that only norms read is int16 too, since a norm takes one factor alone. Max pools and windows keep the type
 * of their input.
 */
export function elementType(graph: Graph, index: number): number {
  if (index === 0 || index === graph.nodes.length) return TYPE_INT16;
  const node = graph.nodes[index - 1];
  switch (node.op) {
    case "maxPool":
    case "window":
      return elementType(graph, tensorIndex(graph, node.input));
    case "conv1d":
    case "add":
      if (isWide(graph) && isForNorms(graph, node.name)) return TYPE_INT16;
  }
  return isWide(graph) ? TYPE_INT13 : TYPE_INT8;
}

/** Whether only norms read a tensor, through a window or not. */
function isForNorms(graph: Graph, name: string): boolean {
  const readers = graph.nodes.filter((node) => inputsOf(node).includes(name));
  return (
    readers.length > 0 &&
    readers.every((node) => isNorm(node) || (node.op === "window" && isForNorms(graph, node.name)))
  );
}

/** The largest magnitude that a layer writes. */
export function largestOutput(type: number): number {
  if (type === TYPE_INT8) return 127;
  return type === TYPE_INT13 ? 4095 : 32767;
}

/** The largest magnitude that a layer may read: a sample may be -32768. */
export function largestInput(type: number): number {
  return type === TYPE_INT16 ? 32768 : largestOutput(type);
}

export function elementBytes(type: number): number {
  return type === TYPE_INT8 ? 1 : 2;
}
