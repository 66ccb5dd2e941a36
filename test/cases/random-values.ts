import { largestWeight, type WeightGrid } from "../../tools/export/quantized-network.ts";
import type { SeededRandom } from "../../tools/random/random.ts";

const WIDTHS: readonly (readonly [WeightGrid, number])[] = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ["midTread", bits] as const),
  ...[1, 2, 3].map((bits) => ["midRise", bits] as const),
  ["ternary", 2],
];

/** Integers of a layer's weights, with a random grid and width. */
export interface RandomValues {
  readonly grid: WeightGrid;
  readonly bits: number;
  readonly values: Int8Array;
  readonly outChannels: number;
  /** The ratio of a sum of products to an input: about three standard deviations. */
  readonly gain: number;
}

/**
 * Draws weights spread evenly over their grid, or in one layer of five all at its two ends.
 * @param shape shape of the float weights, the output channels last
 */
export function randomValues(shape: readonly number[], random: SeededRandom): RandomValues {
  const outChannels = shape[shape.length - 1];
  const fanIn = shape.reduce((product, extent) => product * extent, 1) / outChannels;
  const [grid, bits] = WIDTHS[random.integer(WIDTHS.length)];
  const largest = largestWeight(grid, bits);
  const step = grid === "midRise" ? 2 : 1;
  const levels = (2 * largest) / step + 1;
  const extreme = random.next() < 0.2;
  const values = Int8Array.from({ length: outChannels * fanIn }, () =>
    extreme ? (random.next() < 0.5 ? largest : -largest) : random.integer(levels) * step - largest,
  );
  return { grid, bits, values, outChannels, gain: Math.sqrt(fanIn) * largest };
}
