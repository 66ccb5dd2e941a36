import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** Exponents beyond this many 256ths of a halving weigh nothing. */
const SIXTEEN_HALVINGS = 4096;

/** EXP2[f] = 2^15 * 2^(-f/256) for f = 0..255, by the recurrence of NUMERICS.md, "Attention". */
export const EXP2: readonly number[] = exp2Table();

function exp2Table(): number[] {
  const step = 2141676973n; // 2^31 * 2^(-1/256)
  const table: number[] = [];
  for (let power = 1n << 30n; table.length < 256; power = (power * step + (1n << 30n)) >> 31n) {
    table.push(Number((power + (1n << 14n)) >> 15n));
  }
  return table;
}

/** NUMERICS.md, "Attention": each head on its own consecutive channels, over all rows of the sequence. */
export function attention(layer: Layer, query: Rows, key: Rows, value: Rows): Rows {
  const channels = query.channels / layer.groups;
  const weights = Array.from({ length: layer.groups }, (_, head) =>
    Array.from({ length: query.rows }, (_, i) =>
      rowWeights(layer, dotProducts(query, i, key, head * channels, channels)),
    ),
  );
  return makeRows(query.rows, query.channels, layer.outType, (i, c) => {
    const row = weights[Math.floor(c / channels)][i];
    const total = row.reduce((sum, weight) => sum + weight, 0);
    const weighted = row.reduce((sum, weight, j) => sum + weight * valueAt(value, j, c), 0);
    return Math.floor((weighted + Math.floor(total / 2)) / total);
  });
}

/** Query row i times every row of the keys, over a head's channels. */
function dotProducts(query: Rows, i: number, key: Rows, first: number, channels: number): number[] {
  return Array.from({ length: key.rows }, (_, j) => {
    let sum = 0;
    for (let c = first; c < first + channels; c++) sum += valueAt(query, i, c) * valueAt(key, j, c);
    return sum;
  });
}

/** Un-normalised softmax, 4096 for the largest product. */
function rowWeights(layer: Layer, products: readonly number[]): number[] {
  const largest = Math.max(...products);
  return products.map((product) => {
    const below = Math.min(largest - product, 2 ** 31 - 1);
    return powerOfTwo(requantize(below, layer.multipliers[0], layer.shift));
  });
}

/** 2^12 * 2^(-t/256), rounded; 0 from 16 halvings on. */
export function powerOfTwo(t: number): number {
  if (t >= SIXTEEN_HALVINGS) return 0;
  const shift = 3 + Math.floor(t / 256);
  return Math.floor((EXP2[t % 256] + 2 ** (shift - 1)) / 2 ** shift);
}
