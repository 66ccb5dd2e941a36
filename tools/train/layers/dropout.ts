import type { Graph } from "../../graph/graph.ts";

/** The graph with that rate on the input of its dense layers, or as it is for null. */
export function withDropout(graph: Graph, rate: number | null): Graph {
  if (rate === null) return graph;
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === "dense" ? { ...node, dropout: rate } : node)) };
}
