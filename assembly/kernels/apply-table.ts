import { I16View } from "../views";
import { clamp } from "../numeric/saturate";

/** Looked-up values to a segment of the table. */
export const SEGMENT_BITS: i32 = 9;
export const LAST_SEGMENT: i32 = 127;

/**
 * x[i] = clamp(table(x[i] << shift)): the function that table[0..128], in parts of an output count, has at -32768, -32256 .. 32768, and on the
 * straight lines between, of which the first and the last go on (NUMERICS.md, "Activation by a table").
 * @param shift 0..7
 * @param down bits from 512 times an entry to an output count
 * @param high largest output
 */
export function applyTable(x: I16View, count: i32, table: I16View, shift: i32, down: i32, high: i32): void {
  const half = 1 << (down - 1);
  for (let i = 0; i < count; i++) {
    const from = (x[i] << shift) + 32768;
    const segment = clamp(from >> SEGMENT_BITS, 0, LAST_SEGMENT);
    const start = table[segment];
    const rise = (table[segment + 1] - start) * (from - (segment << SEGMENT_BITS));
    x[i] = clamp(((start << SEGMENT_BITS) + rise + half) >> down, -high, high);
  }
}
