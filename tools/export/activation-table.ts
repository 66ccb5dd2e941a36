import { ACTIVATION_TABLE_ENTRIES, ACTIVATION_TABLE_ROWS } from "../../assembly/shared/layout.ts";
import type { RequantizationRow } from "./requantization.ts";

/** Counts of the int16 that the table is looked up with, from one entry to the next. */
const STEP = 512;
/** An entry is in eighths of an output count: interpolation rounds once, behind them. */
const PARTS = 8;
/** 4095 eighths: no output leaves int13. */
const LARGEST_ENTRY = 8 * 4095;

/**
 * An activation at 129 evenly spaced inputs (NUMERICS.md, "Activation table").
 * @param preScale real value of one count of its input, an int16
 */
export function activationTable(activation: (x: number) => number, preScale: number, outScale: number): Int16Array {
  return Int16Array.from({ length: ACTIVATION_TABLE_ENTRIES }, (_, index) => {
    const entry = Math.round((PARTS * activation((index * STEP - 32768) * preScale)) / outScale);
    return Math.min(LARGEST_ENTRY, Math.max(-LARGEST_ENTRY, entry));
  });
}

/** The table in the requantisation section: four entries a row, zeros behind the last. */
export function tableRows(table: Int16Array): readonly RequantizationRow[] {
  const pair = (at: number) => ((table[at] ?? 0) & 0xffff) | ((table[at + 1] ?? 0) << 16);
  return Array.from({ length: ACTIVATION_TABLE_ROWS }, (_, row) => ({
    multiplier: pair(4 * row),
    bias: pair(4 * row + 2),
  }));
}
