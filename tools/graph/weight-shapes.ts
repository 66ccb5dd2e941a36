import { type Graph, inputsOf } from "./graph.ts";
import { type TensorShape, tensorShapes } from "./shapes.ts";

/** The shape of every tensor that a graph needs, keyed as in FloatModel, in the graph's order. */
export function weightShapes(graph: Graph): ReadonlyMap<string, readonly number[]> {
  const shapes = tensorShapes(graph);
  const needed = new Map<string, readonly number[]>();
  for (const node of graph.nodes) {
    const inChannels = (shapes.get(inputsOf(node)[0]) as TensorShape).channels;
    if (node.op === "conv1d") {
      needed.set(`${node.name}.weight`, [node.kernel, inChannels, node.outChannels]);
      const parts = [...(node.bias ? ["bias"] : []), ...(node.batchNorm ? ["gamma", "beta", "mean", "variance"] : [])];
      for (const part of parts) needed.set(`${node.name}.${part}`, [node.outChannels]);
    } else if (node.op === "dense") {
      needed.set(`${node.name}.weight`, [node.columns * inChannels, node.outFeatures]);
      needed.set(`${node.name}.bias`, [node.outFeatures]);
    }
  }
  return needed;
}
