import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { DataError } from "../files/data-error.ts";
import type { CsvOptions } from "./csv-record.ts";
import { findRecords, type ListedRecord, type Listing, type SkippedRecord } from "./listing.ts";
import { openRecord } from "./open-record.ts";
import { CHAPMAN_NAME, listChapman } from "./published/chapman-list.ts";
import { CPSC2018_NAME, listCpsc2018 } from "./published/cpsc2018-list.ts";
import { orderClasses } from "./published/label-sets.ts";
import { readText } from "./read-file.ts";
import type { Dataset, LabelledRecord } from "./record.ts";
import { listReferenceFolder, REFERENCE_FILE } from "./reference-list.ts";

/** A record that comes from a file. */
export interface FiledRecord extends LabelledRecord {
  /** Size and time of the record's file: a changed file has another stamp. */
  readonly fileStamp: string;
}

export interface FiledDataset extends Dataset {
  readonly records: readonly FiledRecord[];
  /** Records of the folder, or of its list, that are left out. */
  readonly skipped: readonly SkippedRecord[];
}

/**
 * Opens a folder of labelled records: one with a `REFERENCE.csv` (`record,label[,patient]`), CinC 2017 among them, or
 * CPSC 2018 or Chapman as published. Records are in sorted order and read when asked for.
 *
 * @throws DataError
 */
export function openDataset(folder: string, options: CsvOptions = {}): FiledDataset {
  const listing = listFolder(folder);
  if (listing.records.length === 0) throw new DataError(`${folder}: has no labelled records, expected at least one`);
  const records = [...listing.records].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    name: basename(resolve(folder)),
    classes: orderClasses(records.map(({ label }) => label)),
    records: records.map((record) => toFiledRecord(record, options)),
    skipped: listing.skipped,
  };
}

/** Lists the labelled records of a folder, as `openDataset` finds them. @throws DataError */
export function listFolder(folder: string): Listing {
  const reference = join(folder, REFERENCE_FILE);
  if (existsSync(reference)) {
    const isNumbered = /^recording,first_label/i.test(readText(reference));
    return isNumbered ? listCpsc2018(folder) : listReferenceFolder(folder);
  }
  const names = [...findRecords(folder).keys()];
  if (names.some((name) => CPSC2018_NAME.test(name))) return listCpsc2018(folder);
  if (names.some((name) => CHAPMAN_NAME.test(name))) return listChapman(folder);
  throw new DataError(`${reference}: no such file, expected a list of "record,label"`);
}

/** Adds to a listed record its stamp and the function that reads it. */
export function toFiledRecord({ name, path, label, patient }: ListedRecord, options: CsvOptions): FiledRecord {
  const { size, mtimeMs } = statSync(path);
  const load = () => ({ ...openRecord(path, options), name });
  return { name, label, patient, fileStamp: `${size}-${mtimeMs}`, load };
}
