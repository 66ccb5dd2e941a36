import type { Graph } from "./graph.ts";

/** A dense float tensor, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A float network with its weights, keyed `<node>.<part>`:
 * conv1d `weight` [kernel][in / groups][out], depthwiseConv1d `weight` [kernel][channels];
 * both convs `bias` [out], batch norm `gamma`, `beta`, `mean`, `variance` [out];
 * groupNorm and layerNorm `gamma`, `beta` [channels];
 * dense `weight` [columns * in][out], `bias` [out];
 * weights on a grid `step` [out]: each weight is an integer times the step of its channel.
 */
export interface FloatModel {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The model's origin as plain JSON: data set, split, seed, recipe, measured accuracy. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The constant that batch norm adds to the variance. */
export const BATCH_NORM_EPSILON = 1e-5;

/** The constant that group norm and layer norm add to the variance. */
export const NORM_EPSILON = 1e-5;

/**
 * The input rate of every family in Hz. The engine has its own constant (assembly/shared/limits.ts): graphs import
 * nothing.
 */
export const INPUT_SAMPLE_RATE_HZ = 500;

/** Millivolts of one count of the network's int16 input. */
export const INPUT_MILLIVOLTS_PER_COUNT = 0.001;

/** Finds the tensor of a key. Throws RangeError where the model has none. */
export function weightOf(model: FloatModel, key: string): Tensor {
  const tensor = model.weights.get(key);
  if (!tensor) throw new RangeError(`model ${model.graph.name} has no tensor ${key}`);
  return tensor;
}
