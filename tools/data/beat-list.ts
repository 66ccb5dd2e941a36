import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { DataError } from "../files/data-error.ts";
import { findRecords } from "./listing.ts";
import { readMatPeaks } from "./mat-record.ts";
import { openRecord } from "./open-record.ts";
import type { BeatAnnotation, EcgRecord } from "./record.ts";
import { BEAT_SYMBOLS } from "./wfdb/wfdb-annotation-codes.ts";

/** The reference beats of a record, in its samples. */
export interface ReferenceBeats {
  readonly beats: readonly number[];
  /** Ventricular flutter or fibrillation, from "[" to "]". */
  readonly flutter: readonly { readonly from: number; readonly to: number }[];
  /** True where any of the beats is paced. */
  readonly isPaced: boolean;
}

export interface AnnotatedRecord {
  readonly name: string;
  load(): { readonly record: EcgRecord; readonly reference: ReferenceBeats };
}

/**
 * Lists the records of a folder that come with reference beats: WFDB records with an `.atr` file, and `data_N.mat` with
 * an `R_N.mat` as in CPSC 2019. Those without are named in `others`.
 *
 * @throws DataError if none has any
 */
export function listAnnotated(folder: string): { records: AnnotatedRecord[]; others: string[] } {
  const records: AnnotatedRecord[] = [];
  const others: string[] = [];
  for (const [name, path] of findRecords(folder)) {
    const peaks = join(dirname(path), basename(path).replace(/^data_/, "R_"));
    if (extname(path) === ".hea" && existsSync(path.replace(/\.hea$/, ".atr"))) {
      records.push({ name, load: () => loadAnnotated(path) });
    } else if (name.startsWith("data_") && extname(path) === ".mat" && existsSync(peaks)) {
      records.push({ name, load: () => loadWithPeaks(path, peaks) });
    } else if (!(name.startsWith("R_") && existsSync(join(dirname(path), `data_${name.slice(2)}.mat`)))) {
      others.push(name);
    }
  }
  if (records.length > 0) return { records, others };
  throw new DataError(
    `${folder}: found ${others.length} records, none with reference beats, expected .atr files beside headers, or R_N.mat beside data_N.mat`,
  );
}

function loadAnnotated(path: string) {
  const record = openRecord(path);
  return { record, reference: referenceBeats(record.annotations ?? []) };
}

function loadWithPeaks(path: string, peaksPath: string) {
  return { record: openRecord(path), reference: { beats: readMatPeaks(peaksPath), flutter: [], isPaced: false } };
}

/** Returns the annotations of a record that tell where its beats are. */
function referenceBeats(annotations: readonly BeatAnnotation[]): ReferenceBeats {
  const flutter: { from: number; to: number }[] = [];
  for (const { sample, symbol } of annotations) {
    if (symbol === "[") flutter.push({ from: sample, to: Number.POSITIVE_INFINITY });
    else if (symbol === "]" && flutter.length > 0) flutter[flutter.length - 1].to = sample;
  }
  return {
    beats: annotations.filter(({ symbol }) => BEAT_SYMBOLS.has(symbol)).map(({ sample }) => sample),
    flutter,
    isPaced: annotations.some(({ symbol }) => symbol === "/"),
  };
}
