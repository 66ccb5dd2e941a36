import { sha256 } from "../files/sha256.ts";
import type { FloatModel } from "../graph/model.ts";

/** Hashes a model's graph and weights, whatever the order of its tensors. */
export function modelHash({ graph, weights }: FloatModel): string {
  const tensors = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256([JSON.stringify(graph), ...tensors.flatMap(([key, { data }]) => [key, data])]);
}
