import { type IntegerWeights, largestWeight, type QuantizedWeights } from "../export/quantized-network.ts";
import type { ChannelAffine } from "../forward/layer-weights.ts";

/** The tensor that a layer reads. */
interface LayerInput {
  /** Real value of one count. */
  readonly scale: number;
  /** Largest magnitude in counts. */
  readonly largest: number;
}

/** A bias must stay below this many accumulator counts; a channel that exceeds it has next to no weights. */
const MAX_BIAS_COUNTS = 2 ** 29;
const LARGEST_SUM = 2 ** 31 - 1;

/**
 * Folds a channel's gain into its scale and makes its offset the bias. A negative gain changes the sign of the channel's integers,
 * which every grid allows.
 */
export function foldAffine(
  { grid, bits, integers, scale }: IntegerWeights,
  { gain, offset }: ChannelAffine,
  input: LayerInput,
): QuantizedWeights {
  const fanIn = integers.length / scale.length;
  const freeCounts = LARGEST_SUM - fanIn * input.largest * largestWeight(grid, bits);
  const leastUnit = input.scale * Math.max(1, Math.min(MAX_BIAS_COUNTS, freeCounts));
  return {
    grid,
    bits,
    integers: integers.map((integer, index) => (gain[Math.floor(index / fanIn)] < 0 ? -integer : integer)),
    scale: scale.map((step, channel) =>
      Math.max(step * Math.abs(gain[channel]), Math.abs(offset[channel]) / leastUnit, Number.EPSILON ** 2),
    ),
    bias: offset,
  };
}
