import { basename } from "node:path";
import { parseCsv } from "./csv-table.ts";
import { digitise } from "./digitise.ts";
import { readText } from "./read-file.ts";
import { DataError, type EcgRecord, type Lead } from "./record.ts";
import { STANDARD_LEADS } from "./standard-leads.ts";

export interface CsvOptions {
  /** Default 500, as in the Chapman data set. */
  readonly sampleRateHz?: number;
}

/**
 * Reads a record from a CSV file: a row a sample, a column a lead, in microvolts. The first row may name the leads.
 *
 * @throws DataError naming row and column of a cell that is missing or not a finite number
 */
export function readCsvRecord(path: string, options: CsvOptions = {}): EcgRecord {
  const rows = parseCsv(readText(path));
  const header = rows.length > 0 && isHeader(rows[0]) ? rows.shift() : undefined;
  if (rows.length === 0) throw new DataError(`${path}: rows with samples are missing, expected at least one`);
  const names = header ?? defaultNames(rows[0].length);
  const firstRow = header ? 2 : 1;
  rows.forEach((row, i) => {
    if (row.length === names.length) return;
    throw new DataError(`${path}: row ${firstRow + i} has ${row.length} columns, expected ${names.length}`);
  });
  return {
    name: basename(path).replace(/\.csv$/i, ""),
    sampleRateHz: options.sampleRateHz ?? 500,
    leads: names.map((name, column) => readColumn(rows, column, name, firstRow, path)),
  };
}

function readColumn(rows: string[][], column: number, name: string, firstRow: number, path: string): Lead {
  const microvolts = Float64Array.from(rows, (row, i) => {
    const value = row[column] === "" ? Number.NaN : Number(row[column]);
    if (Number.isFinite(value)) return value;
    const found = row[column] === "" ? "nothing" : `"${row[column]}"`;
    throw new DataError(
      `${path}: row ${firstRow + i}, column ${column + 1} (${name}) holds ${found}, expected a number of microvolts`,
    );
  });
  try {
    return digitise(name, microvolts);
  } catch (error) {
    throw new DataError(`${path}: ${(error as RangeError).message}`);
  }
}

/** A header has a name in every column: a first row with some numbers in it is a row of samples, maybe a bad one. */
function isHeader(row: readonly string[]): boolean {
  return row.every((cell) => cell !== "" && Number.isNaN(Number(cell)) && cell.toLowerCase() !== "nan");
}

function defaultNames(columns: number): readonly string[] {
  if (columns === STANDARD_LEADS.length) return STANDARD_LEADS;
  return columns === 1 ? ["ECG"] : Array.from({ length: columns }, (_, i) => `lead ${i + 1}`);
}
