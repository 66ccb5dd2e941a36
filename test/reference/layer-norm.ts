import { activate } from "./activate.ts";
import type { Layer } from "./layer.ts";
import { normalize, scaleNormal } from "./normalize.ts";
import { makeRows, type Rows } from "./rows.ts";

/** NUMERICS.md, "Norms": each row over its channels. */
export function layerNorm(layer: Layer, x: Rows): Rows {
  const normal = Array.from({ length: x.rows }, (_, row) =>
    normalize([...x.values.subarray(row * x.channels, (row + 1) * x.channels)], layer.epsilon),
  );
  return makeRows(x.rows, x.channels, layer.outType, (row, c) =>
    activate(layer, scaleNormal(normal[row][c], layer.multipliers[c], layer.biases[c], layer.shift)),
  );
}
