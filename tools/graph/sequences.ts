import type { AveragePoolNode, DenseNode, Graph, GraphNode, WindowNode } from "./graph.ts";

/** Finds the index of the node that cuts the stream into sequences; -1 where there is none. */
export function windowIndex({ nodes }: Graph): number {
  return nodes.findIndex(({ op }) => op === "window");
}

/** Tells whether a node runs on each sequence by itself. */
export function isBehindWindow(graph: Graph, node: GraphNode): boolean {
  const at = windowIndex(graph);
  return at >= 0 && graph.nodes.indexOf(node) > at;
}

type HeadNode = WindowNode | AveragePoolNode | DenseNode;

/** Finds the node that a decision begins with: the window, else the average pool, else the first dense layer. */
export function headNode(graph: Graph): HeadNode {
  const head = graph.nodes.find((node): node is HeadNode => isHeadOp(node));
  if (!head) throw new RangeError(`graph ${graph.name} has no head: an averagePool or a dense node`);
  return head;
}

function isHeadOp({ op }: GraphNode): boolean {
  return op === "window" || op === "averagePool" || op === "dense";
}
