import { type Graph, INPUT } from "../../graph/graph.ts";

/** Finds the index of a tensor: tensor 0 is the input, node i makes tensor i + 1. */
export function tensorIndex(graph: Graph, name: string): number {
  return name === INPUT ? 0 : graph.nodes.findIndex((node) => node.name === name) + 1;
}
