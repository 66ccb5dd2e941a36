import { activate } from "./activate.ts";
import { dotRow } from "./dot.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows } from "./rows.ts";

/** NUMERICS.md, "Dense": row j flattens `kernel` rows of the input, row by row. */
export function dense(layer: Layer, x: Rows): Rows {
  const columns = layer.kernel;
  return makeRows(Math.floor(x.rows / columns), layer.outChannels, layer.outType, (j, o) => {
    let sum = layer.biases[o];
    for (let t = 0; t < columns; t++) sum += dotRow(x, j * columns + t, layer, o, t);
    return activate(layer, requantize(sum, layer.multipliers[o], layer.shift));
  });
}
