import { I16View } from "../views";
import { clamp } from "../numeric/saturate";

/** Pre-activations to a segment of the table. */
const SEGMENT_BITS: i32 = 9;

/**
 * x[i] = clamp(table(x[i])): the function that table[0..128], in eighths of an output step, has at -32768, -32256 .. 32768, and on the
 * straight lines between (NUMERICS.md, "Table").
 */
export function applyTable(x: I16View, count: i32, table: I16View): void {
  for (let i = 0; i < count; i++) {
    const from = x[i] + 32768;
    const segment = from >> SEGMENT_BITS;
    const start = table[segment];
    const rise = (table[segment + 1] - start) * (from & ((1 << SEGMENT_BITS) - 1));
    x[i] = clamp(((start << SEGMENT_BITS) + rise + (1 << (SEGMENT_BITS + 2))) >> (SEGMENT_BITS + 3), -4095, 4095);
  }
}
