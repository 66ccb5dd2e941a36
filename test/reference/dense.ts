import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { clamp, makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Dense": row j flattens `kernel` rows of the input, row by row. */
export function dense(layer: Layer, x: Rows): Rows {
  const { kernel: columns, inChannels, outChannels, weights } = layer;
  const inputs = columns * inChannels;
  return makeRows(Math.floor(x.rows / columns), outChannels, layer.outType, (j, o) => {
    let sum = layer.biases[o];
    for (let n = 0; n < inputs; n++) {
      sum += valueAt(x, j * columns + Math.floor(n / inChannels), n % inChannels) * weights[o * inputs + n];
    }
    return clamp(requantize(sum, layer.multipliers[o], layer.shift), layer.outType, layer.activation);
  });
}
