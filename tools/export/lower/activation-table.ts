import { ACTIVATION_TABLE_ENTRIES, TABLE_DOWN_INT13, TABLE_DOWN_INT16 } from "../../../assembly/shared/layout.ts";
import { MAX_TABLE_SHIFT } from "../../../assembly/shared/limits.ts";
import { TYPE_INT13 } from "../../../assembly/shared/ops.ts";

/** Number of looked-up values from one entry to the next. */
const STEP = 512;
const LAST = ACTIVATION_TABLE_ENTRIES - 1;
/** Twice the largest output: the table is straight up to twice the largest sum seen. */
const LARGEST_ENTRY = 32767;
/** The end of gelu's bend: beyond it gelu differs from 0 or from its input by less than 0.00013. */
const GELU_BEND = 4;

/** The scales and the type of a layer that looks up its int16 sums. */
export interface TableLookup {
  /** Real value of one count of a sum. */
  readonly preScale: number;
  readonly outScale: number;
  /** Type of the output, int13 or int16. */
  readonly outType: number;
}

/**
 * Chooses the scale before a gelu: the finest scale that holds all sums seen and is the output's scale divided by a power of two. The
 * slope after the bend is then a whole number in the table, and large values pass exactly.
 * @param seen real value of one count if the largest sum seen were 32767
 */
export function alignedPreScale(seen: number, outScale: number): number {
  let power = Math.floor(Math.log2(outScale / seen));
  // log2 is inexact next to a power of two.
  while (outScale * 2 ** -power < seen) power--;
  return outScale * 2 ** -power;
}

/** Chooses the power of two that sums are multiplied by before they are looked up, so that the table spans just the bend. */
export function tableShift({ preScale }: TableLookup): number {
  let shift = 0;
  while (shift < MAX_TABLE_SHIFT && 32768 * preScale >= GELU_BEND * 2 ** (shift + 1)) shift++;
  return shift;
}

/**
 * Makes a table of an activation: 129 evenly spaced entries with lines between them (NUMERICS.md, "Activation by a table"). Lines
 * through a curve's own values lie on one side of it, by a twelfth of the second difference in the mean: each entry is moved by that
 * twelfth. The first and the last line end at the values of the smallest and the largest sum.
 */
export function activationTable(activation: (x: number) => number, lookup: TableLookup): Int16Array {
  const { preScale, outScale, outType } = lookup;
  const parts = 2 ** (outType === TYPE_INT13 ? TABLE_DOWN_INT13 : TABLE_DOWN_INT16) / STEP;
  const shift = tableShift(lookup);
  const inParts = (value: number) => Math.round((parts * value) / outScale);
  const valueAt = (index: number) => activation((index * STEP - 32768) * 2 ** -shift * preScale);
  const table = Array.from({ length: ACTIVATION_TABLE_ENTRIES }, (_, index) => {
    const secondDifference = valueAt(index - 1) - 2 * valueAt(index) + valueAt(index + 1);
    return inParts(valueAt(index) - secondDifference / 12);
  });
  const outerSegments = 1 + (2 ** shift - 1) * (LAST / 2);
  const slope = (from: number, to: number) =>
    inParts((activation(to * 32768 * preScale) - valueAt(from)) / outerSegments);
  table[0] = table[1] + slope(1, -1);
  table[LAST] = table[LAST - 1] + slope(LAST - 1, 1);
  return Int16Array.from(table, (entry) => Math.min(LARGEST_ENTRY, Math.max(-LARGEST_ENTRY, entry)));
}
