import type { IntegerWeights } from "../../export/quantized-network.ts";

/** Gives the real values of integer weights, [outChannel][k]. */
export function dequantize({ integers, scale }: IntegerWeights): Float32Array {
  const fanIn = integers.length / scale.length;
  return Float32Array.from(integers, (integer, index) => integer * scale[Math.floor(index / fanIn)]);
}

/** Sums the squared errors of integer weights against the float weights, [outChannel][k]. */
export function squaredError({ integers, scale }: IntegerWeights, values: Float32Array): number {
  const fanIn = integers.length / scale.length;
  return integers.reduce((sum, integer, index) => {
    const error = integer * scale[Math.floor(index / fanIn)] - values[index];
    return sum + error * error;
  }, 0);
}
