import type { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { weightShapes } from "../graph/weight-shapes.ts";

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
