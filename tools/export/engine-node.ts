import type { AddNode, AveragePoolNode, Graph, GraphNode, MaxPoolNode, WeightedNode } from "../graph/graph.ts";

/** A node that the integer engine has an op for. */
export type EngineNode = WeightedNode | AddNode | MaxPoolNode | AveragePoolNode;

/** The node as one of the engine's. Throws RangeError that names it where it is none. */
export function engineNode(node: GraphNode): EngineNode {
  const lacking = lackingFor(node);
  if (lacking) throw new RangeError(`node ${node.name}: the integer engine has no ${lacking}`);
  return node as EngineNode;
}

/** Throws RangeError that names the first node of a graph that the engine has no op for. */
export function requireEngineNodes(graph: Graph): void {
  graph.nodes.forEach(engineNode);
}

/** Whether the engine has an op for every node. */
export function isForEngine(graph: Graph): boolean {
  return graph.nodes.every((node) => lackingFor(node) === null);
}

function lackingFor(node: GraphNode): string | null {
  switch (node.op) {
    case "groupNorm":
      return "group norm";
    case "layerNorm":
      return "layer norm";
    case "attention":
      return "attention";
    case "window":
      return "sequences";
    case "conv1d":
      return (node.groups ?? 1) > 1 ? "groups of channels" : lackingActivation(node.activation);
    case "depthwiseConv1d":
    case "add":
      return lackingActivation(node.activation);
    default:
      return null;
  }
}

function lackingActivation(activation: string): string | null {
  return activation === "gelu" ? activation : null;
}
