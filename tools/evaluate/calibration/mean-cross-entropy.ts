import { softmax } from "./softmax.ts";

/** Averages -log of the true class's softmax over records, in nats. */
export function meanCrossEntropy(logits: readonly ArrayLike<number>[], truths: readonly number[]): number {
  // A share that underflows would make the mean infinite, which JSON does not know.
  const costs = truths.map((truth, i) => -Math.log(Math.max(softmax(logits[i])[truth], Number.MIN_VALUE)));
  return costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
}
