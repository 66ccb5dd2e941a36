import type { SeededRandom } from "../data/random.ts";
import { type Graph, inputsOf } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { type TensorShape, tensorShapes } from "../graph/shapes.ts";

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

/**
 * Fresh weights: He's normal for weight tensors (He et al. 2015, variance 2 / fan-in), 1 for gains and variances,
 * 0 for the rest.
 */
export function initialWeights(graph: Graph, random: SeededRandom): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    const part = key.slice(key.lastIndexOf(".") + 1);
    if (part === "weight") {
      const deviation = Math.sqrt(2 / shape.slice(0, -1).reduce((product, extent) => product * extent, 1));
      const own = random.fork(key);
      for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
    } else if (part === "gamma" || part === "variance") data.fill(1);
    weights.set(key, { shape, data });
  }
  return weights;
}

/** Whether training moves a tensor by gradient: batch norm's running moments follow the data instead. */
export function isTrained(key: string): boolean {
  return !key.endsWith(".mean") && !key.endsWith(".variance");
}
