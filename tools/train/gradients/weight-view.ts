import type { Tensor } from "../../graph/model.ts";

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * The weights that the network computes with, made of those that are trained: quantized weights of float ones, for
 * instance.
 */
export interface WeightView {
  /** The tensors that the graph names. */
  used(trained: Tensors): Tensors;
  /** The gradient for what is trained, from that for what is used. */
  gradients(trained: Tensors, ofUsed: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, Float32Array>;
}

/** The network computes with the trained tensors themselves. */
export const AS_TRAINED: WeightView = { used: (trained) => trained, gradients: (_, ofUsed) => ofUsed };
