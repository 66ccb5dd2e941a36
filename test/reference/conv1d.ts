import { activate } from "./activate.ts";
import { dotRow } from "./dot.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows } from "./rows.ts";

/** NUMERICS.md, "Conv 1-D". */
export function conv1d(layer: Layer, x: Rows): Rows {
  const { kernel, stride, dilation, padLeft, padRight } = layer;
  const span = (kernel - 1) * dilation + 1;
  const rows = Math.max(0, Math.floor((x.rows + padLeft + padRight - span) / stride) + 1);
  return makeRows(rows, layer.outChannels, layer.outType, (j, o) => {
    let sum = layer.biases[o];
    for (let t = 0; t < kernel; t++) sum += dotRow(x, j * stride - padLeft + t * dilation, layer, o, t);
    return activate(layer, requantize(sum, layer.multipliers[o], layer.shift));
  });
}
