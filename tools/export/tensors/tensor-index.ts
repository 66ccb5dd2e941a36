import { type Graph, INPUT } from "../../graph/graph.ts";

/** Tensor 0 is the input, tensor i + 1 is made by node i. */
export function tensorIndex(graph: Graph, name: string): number {
  return name === INPUT ? 0 : graph.nodes.findIndex((node) => node.name === name) + 1;
}
