import type { Layer } from "./layer.ts";
import type { Rows } from "./rows.ts";

/** Sum over channels of x[row][i] * w[outChannel][tap][i]; a row outside the record is zero and adds nothing. */
export function dotRow(x: Rows, row: number, layer: Layer, outChannel: number, tap: number): number {
  if (row < 0 || row >= x.rows) return 0;
  const { inChannels, kernel, weights } = layer;
  const weightsAt = (outChannel * kernel + tap) * inChannels;
  let sum = 0;
  for (let i = 0; i < inChannels; i++) sum += x.values[row * inChannels + i] * weights[weightsAt + i];
  return sum;
}
