import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";

/** The weights with the offsets added to the bias of the last dense layer. */
export function withOffsets(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  offsets: readonly number[],
): Map<string, Tensor> {
  const key = `${graph.nodes[graph.nodes.length - 1].name}.bias`;
  const { shape, data } = weights.get(key) as Tensor;
  return new Map([...weights, [key, { shape, data: data.map((bias, index) => bias + offsets[index]) }]]);
}
