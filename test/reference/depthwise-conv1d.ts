import { activate } from "./activate.ts";
import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Depthwise conv 1-D". */
export function depthwiseConv1d(layer: Layer, x: Rows): Rows {
  const { kernel, stride, dilation, padLeft, padRight, weights } = layer;
  const span = (kernel - 1) * dilation + 1;
  const rows = Math.max(0, Math.floor((x.rows + padLeft + padRight - span) / stride) + 1);
  return makeRows(rows, layer.outChannels, layer.outType, (j, c) => {
    let sum = layer.biases[c];
    for (let t = 0; t < kernel; t++) {
      sum += valueAt(x, j * stride - padLeft + t * dilation, c) * weights[c * kernel + t];
    }
    return activate(layer, requantize(sum, layer.multipliers[c], layer.shift));
  });
}
