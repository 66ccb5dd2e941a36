import { basename } from "node:path";
import { DataError } from "../files/data-error.ts";
import { csvRows } from "./csv-table.ts";
import { digitise } from "./digitise.ts";
import { readBytes } from "./read-file.ts";
import type { EcgRecord, Lead } from "./record.ts";
import { STANDARD_LEADS } from "./standard-leads.ts";

export interface CsvOptions {
  /** Sample rate; 500 by default, as in the Chapman data set. */
  readonly sampleRateHz?: number;
}

/**
 * Reads a record from a CSV file in microvolts: each row is a sample, each column a lead. The first row may name the
 * leads.
 *
 * @throws DataError naming row and column of a cell that is missing or not a finite number
 */
export function readCsvRecord(path: string, options: CsvOptions = {}): EcgRecord {
  let names: readonly string[] | undefined;
  let columns: SampleColumn[] = [];
  let rowNumber = 0;
  for (const row of csvRows(readBytes(path))) {
    rowNumber++;
    if (names === undefined) {
      const isNamed = isHeader(row);
      names = isNamed ? row : defaultNames(row.length);
      columns = names.map(() => new SampleColumn());
      if (isNamed) continue;
    }
    if (row.length !== names.length)
      throw new DataError(`${path}: row ${rowNumber} has ${row.length} columns, expected ${names.length}`);
    for (let column = 0; column < row.length; column++) {
      const value = row[column] === "" ? Number.NaN : Number(row[column]);
      if (!Number.isFinite(value)) {
        const found = row[column] === "" ? "nothing" : `"${row[column]}"`;
        const place = `row ${rowNumber}, column ${column + 1} (${names[column]})`;
        throw new DataError(`${path}: ${place} holds ${found}, expected a number of microvolts`);
      }
      columns[column].push(value);
    }
  }
  if (names === undefined || columns[0].length === 0)
    throw new DataError(`${path}: rows with samples are missing, expected at least one`);
  return {
    name: basename(path).replace(/\.csv$/i, ""),
    sampleRateHz: options.sampleRateHz ?? 500,
    leads: names.map((name, column) => digitiseColumn(name, columns[column], path)),
  };
}

/** The numbers of a column, whose length is not known in advance. */
class SampleColumn {
  length = 0;
  #values = new Float64Array(4096);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const longer = new Float64Array(2 * this.length);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.length++] = value;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

function digitiseColumn(name: string, column: SampleColumn, path: string): Lead {
  try {
    return digitise(name, column.values());
  } catch (error) {
    throw new DataError(`${path}: ${(error as RangeError).message}`);
  }
}

/** Tells whether a row is a header, which has a name in every column; with a number in it, it is a row of samples. */
function isHeader(row: readonly string[]): boolean {
  return row.every((cell) => cell !== "" && Number.isNaN(Number(cell)) && cell.toLowerCase() !== "nan");
}

function defaultNames(columns: number): readonly string[] {
  if (columns === STANDARD_LEADS.length) return STANDARD_LEADS;
  return columns === 1 ? ["ECG"] : Array.from({ length: columns }, (_, i) => `lead ${i + 1}`);
}
