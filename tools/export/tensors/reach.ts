import type { GraphNode } from "../../graph/graph.ts";

/** How a node walks over the rows of its input. */
export interface Reach {
  readonly span: number;
  readonly stride: number;
  readonly padLeft: number;
  readonly padRight: number;
}

const ROW_BY_ROW: Reach = { span: 1, stride: 1, padLeft: 0, padRight: 0 };

/** Of attention and group norm, which take all rows of a sequence, the rows that they make. */
export function reachOf(node: GraphNode): Reach {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d": {
      const { stride, padLeft, padRight } = node;
      return { span: (node.kernel - 1) * node.dilation + 1, stride, padLeft, padRight };
    }
    case "maxPool":
      return { ...ROW_BY_ROW, span: node.kernel, stride: node.stride };
    case "averagePool":
    case "window":
      return { span: node.window, stride: node.hop, padLeft: node.window - node.warmup, padRight: 0 };
    case "dense":
      return { ...ROW_BY_ROW, span: node.columns, stride: node.columns };
    default:
      return ROW_BY_ROW;
  }
}
