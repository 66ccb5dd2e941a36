import { type Graph, type GraphNode, inputsOf, isConv, isNorm, isWeighted, type WeightedNode } from "./graph.ts";
import { tensorShapes } from "./shapes.ts";
import type { TensorShape } from "./tensor-shape.ts";

/** Computes the shape of every tensor that a graph needs, keyed as in FloatModel, in the graph's order. */
export function weightShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const shapes = tensorShapes(graph);
  const channelsOf = (name: string) => (shapes.get(name) as TensorShape).channels;
  const needed = new Map<string, readonly number[]>();
  for (const node of graph.nodes) {
    const outChannels = channelsOf(node.name);
    if (isWeighted(node)) {
      needed.set(`${node.name}.weight`, weightShape(node, channelsOf(inputsOf(node)[0]), outChannels));
    }
    for (const part of vectorParts(node)) needed.set(`${node.name}.${part}`, [outChannels]);
  }
  return needed;
}

/**
 * Computes the shapes of the tensors that a graph may have besides: the step of each output channel's grid, where a
 * network was trained on quantized weights.
 */
export function stepShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const shapes = tensorShapes(graph);
  const weighted = graph.nodes.filter(isWeighted);
  return new Map(weighted.map(({ name }) => [stepKey(name), [(shapes.get(name) as TensorShape).channels]]));
}

export function stepKey(node: string): string {
  return `${node}.step`;
}

/** Returns a weight tensor's shape: the output channels are its last axis, the weights of one channel the others. */
function weightShape(node: WeightedNode, inChannels: number, outChannels: number): readonly number[] {
  switch (node.op) {
    case "conv1d":
      return [node.kernel, inChannels / (node.groups ?? 1), outChannels];
    case "depthwiseConv1d":
      return [node.kernel, outChannels];
    case "dense":
      return [node.columns * inChannels, outChannels];
  }
}

function vectorParts(node: GraphNode): readonly string[] {
  if (node.op === "dense") return ["bias"];
  if (isNorm(node)) return ["gamma", "beta"];
  if (!isConv(node)) return [];
  return [...(node.bias ? ["bias"] : []), ...(node.batchNorm ? ["gamma", "beta", "mean", "variance"] : [])];
}
