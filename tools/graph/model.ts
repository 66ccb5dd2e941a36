import type { Graph } from "./graph.ts";

/** A dense float tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A float network with its weights, keyed `<node>.<part>`:
 * conv1d `weight` [kernel][in / groups][out], depthwiseConv1d `weight` [kernel][channels];
 * of both, `bias` [out], batch norm `gamma`, `beta`, `mean`, `variance` [out];
 * groupNorm and layerNorm `gamma`, `beta` [channels];
 * dense `weight` [columns * in][out], `bias` [out];
 * of weights on a grid, `step` [out]: each is an integer times its channel's.
 */
export interface FloatModel {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** How the model was made: data set, split, seed, recipe, measured accuracy. Plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Batch norm adds this to the variance. */
export const BATCH_NORM_EPSILON = 1e-5;

/** Group norm and layer norm add this to the variance. */
export const NORM_EPSILON = 1e-5;

/** The input rate of every family in Hz. The engine has its own constant (assembly/shared/limits.ts): graphs import nothing. */
export const INPUT_SAMPLE_RATE_HZ = 500;

/** Millivolts of one count of the network's int16 input. */
export const INPUT_MILLIVOLTS_PER_COUNT = 0.001;

/** The tensor of that key. Throws RangeError where the model has none. */
export function weightOf(model: FloatModel, key: string): Tensor {
  const tensor = model.weights.get(key);
  if (!tensor) throw new RangeError(`model ${model.graph.name} has no tensor ${key}`);
  return tensor;
}
