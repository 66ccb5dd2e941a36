import type { Layer } from "./layer.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Max pool". */
export function maxPool(layer: Layer, x: Rows): Rows {
  const { kernel, stride } = layer;
  const rows = Math.max(0, Math.floor((x.rows - kernel) / stride) + 1);
  return makeRows(rows, x.channels, layer.outType, (j, c) => {
    let largest = valueAt(x, j * stride, c);
    for (let t = 1; t < kernel; t++) largest = Math.max(largest, valueAt(x, j * stride + t, c));
    return largest;
  });
}
