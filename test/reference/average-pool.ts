import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { clamp, makeRows, type Rows, valueAt } from "./rows.ts";

/** One past the last row that each decision averages (NUMERICS.md, "Average pool"). */
export function averagePoolEnds(layer: Layer, rows: number): number[] {
  const warmup = layer.kernel - layer.padLeft;
  if (rows === 0) return [];
  if (rows < warmup) return [rows];
  const count = Math.floor((rows - warmup) / layer.stride) + 1;
  return Array.from({ length: count }, (_, i) => warmup + i * layer.stride);
}

/** NUMERICS.md, "Average pool": summed in whole numbers, rounded once. */
export function averagePool(layer: Layer, x: Rows): Rows {
  const ends = averagePoolEnds(layer, x.rows);
  return makeRows(ends.length, x.channels, layer.outType, (i, c) => {
    const start = Math.max(0, ends[i] - layer.kernel);
    let sum = 0;
    for (let r = start; r < ends[i]; r++) sum += valueAt(x, r, c);
    return clamp(requantize(sum, layer.multipliers[ends[i] - start - 1], layer.shift), layer.outType, layer.activation);
  });
}
