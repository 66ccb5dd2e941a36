import { ACTIVATION_TABLE_ENTRIES } from "../../assembly/shared/layout.ts";

/** Counts of the int16 that the table is looked up with, from one entry to the next. */
const STEP = 512;
/** An entry is in eighths of an output count: interpolation rounds once, behind them. */
const PARTS = 8;
/** 4095 eighths: no output leaves int13. */
const LARGEST_ENTRY = 8 * 4095;

/**
 * An activation in 129 evenly spaced entries, lines between them (NUMERICS.md, "Activation table"). An entry is a twelfth of the
 * second difference off its function: lines through the function's own values lie on one side of it, by so much in the mean.
 * @param preScale real value of one count of its input, an int16
 */
export function activationTable(activation: (x: number) => number, preScale: number, outScale: number): Int16Array {
  const valueAt = (index: number) => activation((index * STEP - 32768) * preScale);
  return Int16Array.from({ length: ACTIVATION_TABLE_ENTRIES }, (_, index) => {
    const secondDifference = valueAt(index - 1) - 2 * valueAt(index) + valueAt(index + 1);
    const entry = Math.round((PARTS * (valueAt(index) - secondDifference / 12)) / outScale);
    return Math.min(LARGEST_ENTRY, Math.max(-LARGEST_ENTRY, entry));
  });
}
