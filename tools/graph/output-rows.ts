import { decisionSpans } from "./decision-spans.ts";
import type { GraphNode } from "./graph.ts";
import { kernelSpan } from "./kernel-span.ts";

/**
 * Counts the rows that a node makes from `rows` rows of its input over a whole record. A window node counts the rows of
 * its longest sequence.
 */
export function outputRows(node: GraphNode, rows: number): number {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d": {
      const padded = rows + node.padLeft + node.padRight;
      return Math.max(0, Math.floor((padded - kernelSpan(node)) / node.stride) + 1);
    }
    case "maxPool":
      return Math.max(0, Math.floor((rows - node.kernel) / node.stride) + 1);
    case "add":
    case "groupNorm":
    case "layerNorm":
    case "attention":
      return rows;
    case "averagePool":
      return decisionSpans(node, rows).length;
    case "window":
      return Math.min(node.window, rows);
    case "dense":
      return Math.floor(rows / node.columns);
  }
}
