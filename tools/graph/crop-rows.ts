import { type Graph, type GraphNode, INPUT, inputsOf } from "./graph.ts";
import { kernelSpan } from "./kernel-span.ts";
import { outputRows } from "./output-rows.ts";
import { lastStreamNode } from "./shapes.ts";

/** Counts the rows of every tensor where a record of `samples` samples is one sequence, as a crop in training is. */
export function cropRows(graph: Graph, samples: number): ReadonlyMap<string, number> {
  const rows = new Map([[INPUT, samples]]);
  for (const node of graph.nodes) {
    const available = Math.min(...inputsOf(node).map((name) => rows.get(name) as number));
    rows.set(node.name, node.op === "window" ? available : outputRows(node, available));
  }
  return rows;
}

/** Counts the samples of the shortest record that makes a row of the last stream tensor. */
export function leastSamples(graph: Graph): number {
  const needed = new Map([[lastStreamNode(graph), 1]]);
  for (const node of [...graph.nodes].reverse()) {
    const rows = needed.get(node.name);
    if (rows === undefined) continue;
    for (const input of inputsOf(node)) {
      needed.set(input, Math.max(needed.get(input) ?? 1, inputRowsFor(node, rows)));
    }
  }
  return needed.get(INPUT) ?? 1;
}

/** Counts the input rows that a node makes `rows` rows from. */
function inputRowsFor(node: GraphNode, rows: number): number {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d": {
      return (rows - 1) * node.stride + kernelSpan(node) - node.padLeft - node.padRight;
    }
    case "maxPool":
      return (rows - 1) * node.stride + node.kernel;
    default:
      return rows;
  }
}
