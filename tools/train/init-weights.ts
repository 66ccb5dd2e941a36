import type { Graph } from "../graph/graph.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { weightShapes } from "../graph/weight-shapes.ts";

/**
 * The tensors of another model that a graph starts from: all but the head's, and the head's too where both decide between the
 * same classes. Throws RangeError with one sentence on a tensor that is missing or of another shape.
 */
export function initWeights(graph: Graph, from: FloatModel): ReadonlyMap<string, Tensor> {
  const head = `${graph.nodes[graph.nodes.length - 1].name}.`;
  const takesHead = graph.classes.join("\n") === from.graph.classes.join("\n");
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    if (key.startsWith(head) && !takesHead) continue;
    const found = from.weights.get(key);
    if (!found) throw new RangeError(`tensor ${key} is missing, which ${graph.name} starts from`);
    if (found.shape.join() !== shape.join()) {
      throw new RangeError(`tensor ${key}, shape: found [${found.shape}], expected [${shape}] of ${graph.name}`);
    }
    weights.set(key, found);
  }
  return weights;
}
