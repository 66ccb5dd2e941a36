import type { Layer } from "./layer.ts";
import type { Rows } from "./rows.ts";

/**
 * Sum over the channels i of the output channel's group of x[row][i] * w[outChannel][tap][i]; a row outside the record or
 * sequence is zero and adds nothing.
 */
export function dotRow(x: Rows, row: number, layer: Layer, outChannel: number, tap: number): number {
  if (row < 0 || row >= x.rows) return 0;
  const { inChannels, outChannels, groups, kernel, weights } = layer;
  const inPerGroup = inChannels / groups;
  const group = Math.floor((outChannel * groups) / outChannels);
  const weightsAt = (outChannel * kernel + tap) * inPerGroup;
  const valuesAt = row * inChannels + group * inPerGroup;
  let sum = 0;
  for (let i = 0; i < inPerGroup; i++) sum += x.values[valuesAt + i] * weights[weightsAt + i];
  return sum;
}
