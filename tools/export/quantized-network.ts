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

/** Gains and offsets of a norm for each channel: gamma * value + beta, the value of mean 0 and variance 1. */
export interface NormConstants {
  readonly gamma: Float64Array;
  readonly beta: Float64Array;
}

/**
 * A network in integers and scales, which `quantize` makes and `pack` packs. A node's batchNorm and bias flags mean nothing here.
 */
export interface QuantizedNetwork {
  readonly graph: Graph;
  /** Weights of every conv and dense node, by name. */
  readonly weights: ReadonlyMap<string, QuantizedWeights>;
  /**
   * Real value of one count of the output of every conv, add, norm and averagePool node. A maxPool and a window have the scale of
   * their input, attention that of its values; the input has INPUT_MILLIVOLTS_PER_COUNT, the logits 2^-LOGIT_FRACTION_BITS.
   */
  readonly scales: ReadonlyMap<string, number>;
  /** Real value of one count of a gelu's input, an int16, by the node's name. */
  readonly preScales?: ReadonlyMap<string, number>;
  /** Constants of every norm node, by name. */
  readonly norms?: ReadonlyMap<string, NormConstants>;
}

/** Fraction bits of a logit: its value is its int16 divided by 2^8. */
export const LOGIT_FRACTION_BITS = 8;

/** Finds the largest magnitude of a grid's integers. */
export function largestWeight(grid: WeightGrid, bits: number): number {
  if (grid === "ternary") return 1;
  return grid === "midRise" ? (1 << bits) - 1 : (1 << (bits - 1)) - 1;
}

/** Gives the code that a file stores for a mid-rise integer; its upper bits are the code of an integer of fewer bits. */
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
