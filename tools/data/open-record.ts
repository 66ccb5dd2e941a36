import { existsSync } from "node:fs";
import { extname } from "node:path";
import { DataError } from "../files/data-error.ts";
import { type CsvOptions, readCsvRecord } from "./csv-record.ts";
import { isMatV5, readMatRecord } from "./mat-record.ts";
import { readBytes } from "./read-file.ts";
import type { EcgRecord } from "./record.ts";
import { readWfdbRecord } from "./wfdb/wfdb-record.ts";

/** The extensions that a record without one may have, in the order in which they are looked for. */
const EXTENSIONS = [".hea", ".csv", ".mat"];

/**
 * Reads one record of any known form: WFDB by its header or signal file (`.hea`, `.dat`, level-4 `.mat`), MATLAB
 * level 5 (`.mat`) or CSV. The extension may be left out.
 *
 * @param options for forms that do not state their rate
 * @throws DataError
 */
export function openRecord(path: string, options: CsvOptions = {}): EcgRecord {
  const file = withExtension(path);
  switch (extname(file).toLowerCase()) {
    case ".hea":
      return readWfdbRecord(file);
    case ".csv":
      return readCsvRecord(file, options);
    case ".mat":
      return isMatV5(readBytes(file)) ? readMatRecord(file) : readWfdbRecord(headerOf(file));
    case ".dat":
      return readWfdbRecord(headerOf(file));
    default:
      throw new DataError(`${path}: no such record, expected a .hea, .dat, .mat or .csv file`);
  }
}

function withExtension(path: string): string {
  if ([...EXTENSIONS, ".dat"].includes(extname(path).toLowerCase())) return path;
  return EXTENSIONS.map((extension) => path + extension).find(existsSync) ?? path;
}

function headerOf(signalFile: string): string {
  return `${signalFile.slice(0, -extname(signalFile).length)}.hea`;
}
