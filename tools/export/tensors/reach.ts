import type { GraphNode } from "../../graph/graph.ts";
import { kernelSpan } from "../../graph/kernel-span.ts";

/** The rows of its input that a node reads for one row of output, and its step from one row to the next. */
export interface Reach {
  readonly span: number;
  readonly stride: number;
  readonly padLeft: number;
  readonly padRight: number;
}

const ROW_BY_ROW: Reach = { span: 1, stride: 1, padLeft: 0, padRight: 0 };

/** Finds a node's reach; attention and group norm, which read all rows of a sequence, count as reading row by row. */
export function reachOf(node: GraphNode): Reach {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d": {
      const { stride, padLeft, padRight } = node;
      return { span: kernelSpan(node), stride, padLeft, padRight };
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
