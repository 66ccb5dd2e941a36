import { I16View } from "../views";
import { clamp } from "../numeric/saturate";

/** Looked-up values to a segment of the table. */
const SEGMENT_BITS: i32 = 9;
const LAST_SEGMENT: i32 = 127;

/**
 * x[i] = clamp(table(x[i] << shift)): the function that table[0..128], in parts of an output count, has at -32768, -32256 .. 32768, and on the
 * straight lines between, of which the first and the last go on (NUMERICS.md, "Activation by a table").
 * @param shift 0..7
 * @param partBits an entry's parts, 2^partBits to an output count: 2 or -1
 * @param high largest output
 */
export function applyTable(x: I16View, count: i32, table: I16View, shift: i32, partBits: i32, high: i32): void {
  const half = 1 << (SEGMENT_BITS - 1 + partBits);
  const down = SEGMENT_BITS + partBits;
  for (let i = 0; i < count; i++) {
    const from = (x[i] << shift) + 32768;
    const segment = clamp(from >> SEGMENT_BITS, 0, LAST_SEGMENT);
    const start = table[segment];
    const rise = (table[segment + 1] - start) * (from - (segment << SEGMENT_BITS));
    x[i] = clamp(((start << SEGMENT_BITS) + rise + half) >> down, -high, high);
  }
}
