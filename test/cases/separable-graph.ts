import { efficient1d } from "../../tools/graph/efficient1d.ts";
import type { Graph, GraphNode } from "../../tools/graph/graph.ts";
import { tensorShapes } from "../../tools/graph/shapes.ts";
import type { TensorShape } from "../../tools/graph/tensor-shape.ts";

/**
 * Builds a causal network of depthwise-separable convs, strided, dilated and with a shortcut, small enough to train in
 * a test.
 */
export function separableGraph(classes: readonly string[]): Graph {
  return efficient1d({
    name: "separable",
    classes,
    stem: { channels: 6, kernel: 7, stride: 8 },
    blocks: [
      { channels: 9, kernel: 5, stride: 2, dilation: 1 },
      { channels: 9, kernel: 7, stride: 1, dilation: 1 },
      { channels: 12, kernel: 3, stride: 1, dilation: 2 },
    ],
    head: { window: 40, hop: 8, warmup: 8 },
    dropout: 0,
    clip: 3,
  });
}

/** Replaces each depthwise conv of a graph by a conv. */
export function withoutDepthwise(graph: Graph): Graph {
  const shapes = tensorShapes(graph);
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== "depthwiseConv1d") return node;
    return { ...node, op: "conv1d", outChannels: (shapes.get(node.name) as TensorShape).channels };
  });
  return { ...graph, nodes };
}
