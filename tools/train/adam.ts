import type { Tensor } from "../graph/model.ts";

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** First and second moments of the gradient of each trained tensor. */
export interface AdamState {
  step: number;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

export function initialAdam(weights: ReadonlyMap<string, Tensor>, keys: readonly string[]): AdamState {
  const zeros = () => new Map(keys.map((key) => [key, new Float32Array((weights.get(key) as Tensor).data.length)]));
  return { step: 0, first: zeros(), second: zeros() };
}

/**
 * One step of Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019, AdamW): a weight
 * first shrinks by rate * decay of itself. Only weight tensors decay: gains, offsets and biases do not. Plain arrays,
 * not tfjs variables: the state can be saved, and a step is the same on every backend.
 */
export function adamStep(
  state: AdamState,
  weights: ReadonlyMap<string, Tensor>,
  gradients: ReadonlyMap<string, Float32Array>,
  rate: number,
  weightDecay: number,
): void {
  state.step++;
  const correction1 = 1 - BETA_1 ** state.step;
  const correction2 = 1 - BETA_2 ** state.step;
  for (const [key, gradient] of gradients) {
    const { data } = weights.get(key) as Tensor;
    const first = state.first.get(key) as Float32Array;
    const second = state.second.get(key) as Float32Array;
    const keep = key.endsWith(".weight") ? 1 - rate * weightDecay : 1;
    for (let i = 0; i < data.length; i++) {
      first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient[i];
      second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient[i] * gradient[i];
      data[i] = keep * data[i] - (rate * (first[i] / correction1)) / (Math.sqrt(second[i] / correction2) + EPSILON);
    }
  }
}
