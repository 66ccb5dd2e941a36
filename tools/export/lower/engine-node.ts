import { type Graph, type GraphNode, nodeNamed } from "../../graph/graph.ts";
import { isBehindWindow } from "../../graph/sequences.ts";
import { isWide } from "../tensors/element-type.ts";

/** Throws RangeError that names the first node of a graph that the engine cannot run. */
export function requireEngineNodes(graph: Graph): void {
  for (const node of graph.nodes) {
    const lacking = lackingFor(graph, node);
    if (lacking) throw new RangeError(`node ${node.name}: the integer engine has no ${lacking}`);
  }
}

/** Whether the engine can run every node. */
export function isForEngine(graph: Graph): boolean {
  return graph.nodes.every((node) => lackingFor(graph, node) === null);
}

function lackingFor(graph: Graph, node: GraphNode): string | null {
  switch (node.op) {
    case "conv1d":
      if (isWide(graph)) return null;
      if (node.activation === "gelu") return "gelu in a network of int8";
      return (node.groups ?? 1) > 1 ? "groups of channels in a network of int8" : null;
    case "depthwiseConv1d":
      if (node.activation === "gelu") return "gelu behind a depthwise conv";
      return isWide(graph) ? "depthwise conv in a network with norms or sequences" : null;
    case "add":
      return node.activation === "gelu" ? "gelu behind an add" : null;
    case "groupNorm":
      return node.activation === "relu" ? "relu behind a group norm" : null;
    case "maxPool":
      return isBehindWindow(graph, node) ? "max pool over a sequence" : null;
    case "averagePool":
      return isWide(graph) && !isBehindWindow(graph, node)
        ? "average pool in a network with norms but no window"
        : null;
    case "dense":
      return isBehindWindow(graph, node) && !readsOneRow(graph, node.input) ? "dense layer over a sequence" : null;
    default:
      return null;
  }
}

function readsOneRow(graph: Graph, input: string): boolean {
  const { op } = nodeNamed(graph, input);
  return op === "averagePool" || op === "dense";
}
