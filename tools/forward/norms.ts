import { NORM_EPSILON } from "../graph/model.ts";
import type { Rows } from "./rows.ts";

/** Normalises each row to mean 0 and variance 1 over its channels. */
export function normalRows({ rows, channels, data }: Rows): Rows {
  const normal = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) writeNormal(normal, data, row * channels, 1, channels);
  return { rows, channels, data: normal };
}

/** Normalises each channel to mean 0 and variance 1 over all rows. */
export function normalChannels({ rows, channels, data }: Rows): Rows {
  const normal = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel++) writeNormal(normal, data, channel, channels, rows);
  return { rows, channels, data: normal };
}

/** Normalises `count` values from `from` on, `step` apart. */
function writeNormal(target: Float32Array, data: Float32Array, from: number, step: number, count: number): void {
  const end = from + count * step;
  let sum = 0;
  for (let at = from; at < end; at += step) sum += data[at];
  const mean = sum / count;
  let squares = 0;
  for (let at = from; at < end; at += step) squares += (data[at] - mean) ** 2;
  const inverse = 1 / Math.sqrt(squares / count + NORM_EPSILON);
  for (let at = from; at < end; at += step) target[at] = (data[at] - mean) * inverse;
}
