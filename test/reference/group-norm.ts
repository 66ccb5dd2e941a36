import { activate } from "./activate.ts";
import type { Layer } from "./layer.ts";
import { normalize, scaleNormal } from "./normalize.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Norms": each channel over the rows of its sequence. */
export function groupNorm(layer: Layer, x: Rows): Rows {
  const normal = Array.from({ length: x.channels }, (_, c) =>
    normalize(
      Array.from({ length: x.rows }, (_, row) => valueAt(x, row, c)),
      layer.epsilon,
    ),
  );
  return makeRows(x.rows, x.channels, layer.outType, (row, c) =>
    activate(layer, scaleNormal(normal[c][row], layer.multipliers[c], layer.biases[c], layer.shift)),
  );
}
