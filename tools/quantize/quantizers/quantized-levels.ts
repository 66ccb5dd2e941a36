import type { WeightGrid } from "../../export/quantized-network.ts";

/** Weights of a layer as integers of one grid, with one scale an output channel: value = level * scale. */
export interface QuantizedLevels {
  readonly grid: WeightGrid;
  readonly bits: number;
  /** [outChannel][k] */
  readonly levels: Int8Array;
  /** > 0 */
  readonly scale: Float64Array;
}

/** Real values, [outChannel][k]. */
export function dequantize({ levels, scale }: QuantizedLevels): Float32Array {
  const fanIn = levels.length / scale.length;
  return Float32Array.from(levels, (level, index) => level * scale[Math.floor(index / fanIn)]);
}

/** Sum of squared errors against the float weights. */
export function squaredError(quantized: QuantizedLevels, values: Float32Array): number {
  const fanIn = quantized.levels.length / quantized.scale.length;
  return quantized.levels.reduce((sum, level, index) => {
    const error = level * quantized.scale[Math.floor(index / fanIn)] - values[index];
    return sum + error * error;
  }, 0);
}
