import type { Layer } from "./layer.ts";
import { requantize } from "./requantize.ts";
import { clamp, makeRows, type Rows, valueAt } from "./rows.ts";

/** NUMERICS.md, "Conv 1-D". */
export function conv1d(layer: Layer, x: Rows): Rows {
  const { kernel, stride, dilation, padLeft, padRight, inChannels, outChannels, weights } = layer;
  const span = (kernel - 1) * dilation + 1;
  const rows = Math.max(0, Math.floor((x.rows + padLeft + padRight - span) / stride) + 1);
  return makeRows(rows, outChannels, layer.outType, (j, o) => {
    let sum = layer.biases[o];
    for (let t = 0; t < kernel; t++) {
      for (let i = 0; i < inChannels; i++) {
        sum += valueAt(x, j * stride - padLeft + t * dilation, i) * weights[(o * kernel + t) * inChannels + i];
      }
    }
    return clamp(requantize(sum, layer.multipliers[o], layer.shift), layer.outType, layer.activation);
  });
}
