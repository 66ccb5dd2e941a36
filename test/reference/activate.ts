import { ACTIVATION_NONE, ACTIVATION_TABLE, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import type { Layer } from "./layer.ts";
import { clamp } from "./rows.ts";

/** From a requantised value to the layer's output (NUMERICS.md, "Clamp", "Activation by a table"). */
export function activate(layer: Layer, value: number): number {
  if (layer.activation !== ACTIVATION_TABLE) return clamp(value, layer.outType, layer.activation);
  const pre = clamp(value, TYPE_INT16, ACTIVATION_NONE);
  return clamp(interpolate(layer.table, pre), layer.outType, ACTIVATION_NONE);
}

/**
 * The line between two neighbours of a table whose entry i is eight times the function at i * 512 - 32768.
 * @param pre -32767..32767
 */
export function interpolate(table: Int32Array, pre: number): number {
  const at = pre + 32768;
  const i = Math.floor(at / 512);
  const fraction = at % 512;
  return Math.floor((table[i] * 512 + (table[i + 1] - table[i]) * fraction + 2048) / 4096);
}
