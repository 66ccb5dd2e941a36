import { activate } from "./activate.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Add": one rounding of the scaled sum. */
export function add(layer: Layer, a: Rows, b: Rows): Rows {
  return makeRows(Math.min(a.rows, b.rows), layer.outChannels, layer.outType, (j, c) => {
    const sum = valueAt(a, j, c) * layer.multiplierA + valueAt(b, j, c) * layer.multiplierB;
    return activate(layer, requantize(sum, 1, layer.shift));
  });
}
