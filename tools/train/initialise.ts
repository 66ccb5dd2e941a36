import { type Graph, isConv, nodeNamed } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { weightShapes } from "../graph/weight-shapes.ts";
import type { SeededRandom } from "../random/random.ts";
import { type FrozenNodes, isFrozen } from "./freeze.ts";

/**
 * Fresh weights: He's normal for weight tensors (He et al. 2015, variance 2 / fan-in), 1 for gains and variances,
 * 0 for the rest. A conv whose sums no batch norm follows, but a bias, is a transformer's: variance 1 / (3 fan-in), which is
 * BERT's deviation of 0.02 at BERT's width.
 */
export function initialWeights(graph: Graph, random: SeededRandom): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
    const part = key.slice(key.lastIndexOf(".") + 1);
    if (part === "weight") {
      const node = nodeNamed(graph, key.slice(0, key.lastIndexOf(".")));
      const variance = isConv(node) && node.bias && !node.batchNorm ? 1 / 3 : 2;
      const deviation = Math.sqrt(variance / shape.slice(0, -1).reduce((product, extent) => product * extent, 1));
      const own = random.fork(key);
      for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
    } else if (part === "gamma" || part === "variance") data.fill(1);
    weights.set(key, { shape, data });
  }
  return weights;
}

/** Whether training moves a tensor by gradient: batch norm's running moments follow the data instead. */
export function isTrained(key: string, frozen: FrozenNodes): boolean {
  return !key.endsWith(".mean") && !key.endsWith(".variance") && !isFrozen(key, frozen);
}
