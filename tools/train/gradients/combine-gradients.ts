import type { Moments } from "../layers/batch-norm.ts";
import type { Gradients } from "./step.ts";

export interface PartialGradients {
  readonly gradients: Gradients;
  /** The share of the batch; all shares add up to 1. */
  readonly share: number;
}

/**
 * The gradients of a batch from those of its shares, always summed in their order. Moments are those of all rows together:
 * means and mean squares add up, variances do not.
 */
export function combineGradients(parts: readonly PartialGradients[]): Gradients {
  const [first] = parts;
  const weighted = (of: (gradients: Gradients) => Float32Array) =>
    sum(parts.map(({ gradients, share }) => of(gradients).map((value) => share * value)));
  return {
    loss: parts.reduce((total, { gradients, share }) => total + share * gradients.loss, 0),
    gradients: new Map(
      [...first.gradients.gradients.keys()].map((key) => [
        key,
        weighted(({ gradients }) => gradients.get(key) as Float32Array),
      ]),
    ),
    moments: new Map(
      [...first.gradients.moments.keys()].map((node) => {
        const mean = weighted(({ moments }) => (moments.get(node) as Moments).mean);
        const squares = weighted(({ moments }) => meanSquares(moments.get(node) as Moments));
        return [node, { mean, variance: squares.map((square, i) => Math.max(0, square - mean[i] ** 2)) }];
      }),
    ),
  };
}

function meanSquares({ mean, variance }: Moments): Float32Array {
  return variance.map((value, i) => value + mean[i] ** 2);
}

function sum(vectors: readonly Float32Array[]): Float32Array {
  const total = vectors[0].slice();
  for (const vector of vectors.slice(1)) {
    for (let i = 0; i < total.length; i++) total[i] += vector[i];
  }
  return total;
}
