import { MAX_PLANES } from "../../assembly/shared/limits.ts";
import type { Graph } from "../graph/graph.ts";

/** The form of a layer's integers: assembly/shared/ops.ts, "Grid of a layer's weights". */
export type WeightGrid = "midTread" | "midRise" | "ternary";

/** The grid that the integers of one layer lie on. */
export interface LayerGrid {
  readonly grid: WeightGrid;
  /** 2..8 on the mid-tread grid, 1..7 on the mid-rise grid, 2 for ternary. */
  readonly bits: number;
}

/**
 * The weights of one conv or dense layer as integers, real value = integer * scale. A file stores a mid-tread weight as its
 * integer; of a mid-rise weight it stores a code (`midRiseCode`), of a ternary weight a digit, integer + 1.
 */
export interface IntegerWeights extends LayerGrid {
  /**
   * [outChannel][k] with k = tap * inChannels + channel; a conv counts the channels of one group, a depthwise conv has k = tap, a
   * dense layer k = column * inChannels + channel.
   */
  readonly integers: Int8Array;
  /** One scale a channel, above 0. */
  readonly scale: Float64Array;
}

/** Integer weights with batch norm folded in. */
export interface QuantizedWeights extends IntegerWeights {
  /** One bias a channel, in the units of the layer's output. */
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
