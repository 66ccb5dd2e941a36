import { createRequire } from "node:module";
import { basename } from "node:path";
import type { read } from "mat-for-js";
import { DataError } from "../files/data-error.ts";
import { digitise } from "./digitise.ts";
import { readBytes } from "./read-file.ts";
import type { EcgRecord, Lead } from "./record.ts";
import { STANDARD_LEADS } from "./standard-leads.ts";

/** Sample rate of both CPSC data sets, whose files do not state it. */
const SAMPLE_RATE_HZ = 500;
const V5_TEXT = "MATLAB 5.0 MAT-file";

/** Tells by its text whether a .mat file is MATLAB level 5; the challenges' ".mat" signal files are level 4. */
export function isMatV5(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, V5_TEXT.length)) === V5_TEXT;
}

/**
 * Reads a MATLAB level 5 record in millivolts. CPSC 2018 has a struct `ECG` with `data` (12 leads by n), `sex` and
 * `age`; CPSC 2019 has an array `ecg` (n by 1).
 *
 * @throws DataError
 */
export function readMatRecord(path: string): EcgRecord {
  const variables = readVariables(path);
  const ecg = variables.ECG as { data?: unknown; sex?: unknown; age?: unknown } | undefined;
  const name = basename(path).replace(/\.mat$/i, "");
  if (ecg !== undefined) {
    const rows = Array.isArray(ecg.data) ? (ecg.data as unknown[]) : [];
    if (rows.length !== STANDARD_LEADS.length) {
      throw new DataError(`${path}: ECG.data has ${rows.length} rows, expected ${STANDARD_LEADS.length} leads`);
    }
    const leads = STANDARD_LEADS.map((lead, i) => readLead(rows[i], lead, path));
    const uneven = leads.find((lead) => lead.samples.length !== leads[0].samples.length);
    if (uneven) throw new DataError(`${path}: lead ${uneven.name} of ECG.data has another length than lead I`);
    return { name, sampleRateHz: SAMPLE_RATE_HZ, leads, comments: [`Age: ${ecg.age}`, `Sex: ${ecg.sex}`] };
  }
  if (variables.ecg !== undefined) {
    return { name, sampleRateHz: SAMPLE_RATE_HZ, leads: [readLead(variables.ecg, "ECG", path)] };
  }
  throw new DataError(`${path}: variables are ${Object.keys(variables).join(", ") || "none"}, expected ECG or ecg`);
}

/**
 * Reads the R peaks of a CPSC 2019 `R_*.mat` file as sample numbers from 0; those of the file start at 1, as in MATLAB.
 *
 * @throws DataError
 */
export function readMatPeaks(path: string): number[] {
  const peaks = readVariables(path).R_peak;
  if (!Array.isArray(peaks) || !peaks.every((peak) => Number.isInteger(peak) && peak >= 1)) {
    throw new DataError(`${path}: variable R_peak is missing or malformed, expected a vector of sample numbers`);
  }
  return peaks.map((peak) => peak - 1);
}

function readVariables(path: string): Record<string, unknown> {
  const bytes = readBytes(path);
  if (!isMatV5(bytes)) throw new DataError(`${path}: is not a MATLAB level 5 file, expected the text "${V5_TEXT}"`);
  checkLength(bytes, path);
  const library = loadLibrary(path);
  try {
    return library.read(bytes.slice().buffer as ArrayBuffer).data;
  } catch (error) {
    // The library throws its own errors, RangeErrors of DataView and strings of the inflater.
    throw new DataError(`${path}: is damaged (${error instanceof Error ? error.message : error})`);
  }
}

/** Loads the reader, an optional package, since it carries the GPL (docs/decisions/0004-optional-matlab-reader.md). */
function loadLibrary(path: string): { readonly read: typeof read } {
  try {
    return createRequire(import.meta.url)("mat-for-js");
  } catch {
    throw new DataError(
      `${path}: reading MATLAB level 5 takes the optional package mat-for-js, which is not installed: npm install mat-for-js`,
    );
  }
}

/**
 * Throws DataError for a variable whose end is missing, which the library would accept. A file is a header of 128 bytes
 * with the byte order at 126, then variables: type and byte count, two 32-bit words, and that many bytes.
 */
function checkLength(bytes: Uint8Array, path: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[126] === "I".charCodeAt(0);
  let end = 128;
  while (end < bytes.length) end += 8 + (end + 8 <= bytes.length ? view.getUint32(end + 4, littleEndian) : 0);
  if (end > bytes.length || end === 128) {
    throw new DataError(
      `${path}: variables are cut short: found ${bytes.length} bytes, expected at least ${Math.max(end, 136)}`,
    );
  }
}

function readLead(values: unknown, lead: string, path: string): Lead {
  if (!Array.isArray(values) || values.length === 0) {
    throw new DataError(`${path}: lead ${lead} has no samples, expected at least one`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(`${path}: sample ${bad} of lead ${lead} is ${values[bad]}, expected a number of millivolts`);
  }
  try {
    return digitise(
      lead,
      Float64Array.from(values as number[], (millivolts) => millivolts * 1000),
    );
  } catch (error) {
    throw new DataError(`${path}: ${(error as RangeError).message}`);
  }
}
