import { activate } from "./activate.ts";
import { decisionEnds } from "./decision-ends.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Average pool": summed in whole numbers, rounded once. Of a sequence it makes one row. */
export function averagePool(layer: Layer, x: Rows): Rows {
  const ends = decisionEnds(layer, x.rows);
  return makeRows(ends.length, x.channels, layer.outType, (i, c) => {
    const start = Math.max(0, ends[i] - layer.kernel);
    let sum = 0;
    for (let r = start; r < ends[i]; r++) sum += valueAt(x, r, c);
    return activate(layer, requantize(sum, layer.multipliers[ends[i] - start - 1], layer.shift));
  });
}
