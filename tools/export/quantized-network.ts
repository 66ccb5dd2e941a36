import { MAX_PLANES } from "../../assembly/shared/limits.ts";
import type { Graph } from "../graph/graph.ts";

/** How the integers of one layer are stored: assembly/shared/ops.ts, "Grid of a layer's weights". */
export type WeightGrid = "midTread" | "midRise" | "ternary";

/** The weights of one conv or dense layer, batch norm folded. */
export interface QuantizedWeights {
  readonly grid: WeightGrid;
  /** 2..8 on the mid-tread grid, 1..7 on the mid-rise grid, 2 for ternary. */
  readonly bits: number;
  /**
   * Integers of the grid, [outChannel][k] with k = tap * inChannels + channel, of its group alone (depthwise conv: tap;
   * dense: column * inChannels + channel).
   */
  readonly values: Int8Array;
  /** One a channel, > 0: a weight is its integer times this. */
  readonly scale: Float64Array;
  /** One a channel, in the units of the layer's output. */
  readonly bias: Float64Array;
}

/** What a norm does to a value of mean 0 and variance 1: gamma * value + beta, a channel. */
export interface NormConstants {
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
}

/**
 * A network in integers and scales: what `quantize` hands to `pack`. A node's batchNorm and bias flags mean nothing
 * here.
 */
export interface QuantizedNetwork {
  readonly graph: Graph;
  /** Every conv and dense node by its name. */
  readonly weights: ReadonlyMap<string, QuantizedWeights>;
  /**
   * Real value of one count, for the output of every conv, add, norm and averagePool node. Not needed for a maxPool and a
   * window (they keep their input's), for attention (it has its value's), for the input (INPUT_MILLIVOLTS_PER_COUNT) and for
   * the logits (2^-LOGIT_FRACTION_BITS).
   */
  readonly scales: ReadonlyMap<string, number>;
  /** Real value of one count of what goes into a node's gelu, an int16. */
  readonly preScales?: ReadonlyMap<string, number>;
  /** Every norm node by its name. */
  readonly norms?: ReadonlyMap<string, NormConstants>;
}

/** A logit is its int16 divided by 2^8. */
export const LOGIT_FRACTION_BITS = 8;

/** The largest absolute integer of a grid. */
export function largestWeight(grid: WeightGrid, bits: number): number {
  if (grid === "ternary") return 1;
  return grid === "midRise" ? (1 << bits) - 1 : (1 << (bits - 1)) - 1;
}

/** The code that the file stores for a mid-rise weight; its upper bits are the code of a weight of fewer bits. */
export function midRiseCode(weight: number, bits: number): number {
  return (weight + largestWeight("midRise", bits)) / 2;
}

/** Throws RangeError unless the grid has that width. */
export function checkWidth(grid: WeightGrid, bits: number): void {
  const [least, most] = grid === "ternary" ? [2, 2] : grid === "midRise" ? [1, MAX_PLANES] : [2, 8];
  if (!Number.isInteger(bits) || bits < least || bits > most) {
    throw new RangeError(`a ${grid} grid has ${least} to ${most} bits, found ${bits}`);
  }
}
