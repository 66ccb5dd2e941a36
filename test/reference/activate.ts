import { ACTIVATION_NONE, ACTIVATION_TABLE, TYPE_INT13, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import type { Layer } from "./layer.ts";
import { clamp } from "./rows.ts";

/** From a requantised value to the layer's output (NUMERICS.md, "Clamp", "Activation by a table"). */
export function activate(layer: Layer, value: number): number {
  if (layer.activation !== ACTIVATION_TABLE) return clamp(value, layer.outType, layer.activation);
  const pre = clamp(value, TYPE_INT16, ACTIVATION_NONE);
  const parts = layer.outType === TYPE_INT13 ? 4 : 0.5;
  return clamp(interpolate(layer.table, pre * 2 ** layer.tableShift, parts), layer.outType, ACTIVATION_NONE);
}

/**
 * The line between two neighbours of a table whose entry i is `parts` times the function at i * 512 - 32768; beyond both ends the
 * outermost lines go on. Sums wrap at 32 bits, which no table of the packer's reaches.
 */
export function interpolate(table: Int32Array, at: number, parts: number): number {
  const i = Math.min(127, Math.max(0, Math.floor((at + 32768) / 512)));
  const beyond = BigInt(at + 32768 - 512 * i);
  const line = BigInt(table[i]) * 512n + BigInt(table[i + 1] - table[i]) * beyond + BigInt(256 * parts);
  return Math.floor(Number(BigInt.asIntN(32, line)) / (512 * parts));
}
