import { type ConvNode, type DepthwiseConv1dNode, type Graph, type GraphNode, INPUT } from "../../tools/graph/graph.ts";
import { type TensorShape, tensorShapes } from "../../tools/graph/shapes.ts";

/** A depthwise conv, strided or dilated, and the 1x1 conv behind it. */
interface SeparableBlock {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

const BLOCKS: readonly SeparableBlock[] = [
  { channels: 9, kernel: 5, stride: 2, dilation: 1 },
  { channels: 9, kernel: 7, stride: 1, dilation: 1 },
  { channels: 12, kernel: 3, stride: 1, dilation: 2 },
];

/** A causal network of depthwise-separable convs, small enough to train in a test; the middle block has a shortcut. */
export function separableGraph(classes: readonly string[]): Graph {
  const nodes: GraphNode[] = [
    { op: "conv1d", outChannels: 6, ...windowOf("stem", INPUT, { kernel: 7, stride: 8, dilation: 1 }) },
  ];
  let input = "stem";
  BLOCKS.forEach((block, index) => {
    const name = `block${index + 1}`;
    const depthwise = windowOf(`${name}.depthwise`, input, block);
    const pointwise = windowOf(`${name}.pointwise`, depthwise.name, { kernel: 1, stride: 1, dilation: 1 });
    nodes.push({ op: "depthwiseConv1d", ...depthwise }, { op: "conv1d", outChannels: block.channels, ...pointwise });
    if (index === 1) {
      nodes.push({ op: "add", name: `${name}.add`, inputs: [pointwise.name, input], activation: "none" });
    }
    input = nodes[nodes.length - 1].name;
  });
  nodes.push(
    { op: "averagePool", name: "pool", input, window: 40, hop: 8, warmup: 8 },
    { op: "dense", name: "head", input: "pool", outFeatures: classes.length, columns: 1, dropout: 0 },
  );
  return { name: "separable", classes, sampleRateHz: 500, windowSamples: null, nodes };
}

/** The graph with a conv in the place of each depthwise conv. */
export function withoutDepthwise(graph: Graph): Graph {
  const shapes = tensorShapes(graph);
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== "depthwiseConv1d") return node;
    return { ...node, op: "conv1d", outChannels: (shapes.get(node.name) as TensorShape).channels };
  });
  return { ...graph, nodes };
}

function windowOf(
  name: string,
  input: string,
  { kernel, stride, dilation }: Pick<ConvNode, "kernel" | "stride" | "dilation">,
): Omit<DepthwiseConv1dNode, "op"> {
  return {
    name,
    input,
    kernel,
    stride,
    dilation,
    padLeft: Math.max(0, (kernel - 1) * dilation - (stride - 1)),
    padRight: 0,
    bias: false,
    batchNorm: true,
    activation: "relu",
  };
}
