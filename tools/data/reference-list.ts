import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../files/data-error.ts";
import { parseCsv } from "./csv-table.ts";
import { findRecords, type ListedRecord, type Listing } from "./listing.ts";
import { CINC2017_CLASSES } from "./published/label-sets.ts";
import { readText } from "./read-file.ts";

export const REFERENCE_FILE = "REFERENCE.csv";

/**
 * Lists a folder of records with a `REFERENCE.csv`: rows `record,label[,patient]`, with or without a first row that
 * names the columns. Records that the list does not name are left out, so that a shorter list selects a subset.
 *
 * @throws DataError for a label without a record, a row without a label, a record listed twice, or an empty list
 */
export function listReferenceFolder(folder: string): Listing {
  const path = join(folder, REFERENCE_FILE);
  if (!existsSync(path)) throw new DataError(`${path}: no such file, expected a list of "record,label"`);
  const rows = parseCsv(readText(path));
  if (rows[0]?.[0].toLowerCase() === "record") rows.shift();
  if (rows.length === 0) throw new DataError(`${path}: list is empty, expected rows "record,label"`);

  const files = findRecords(folder);
  const records = new Map<string, ListedRecord>();
  for (const [name, label, patient] of rows) {
    const file = files.get(name);
    if (!label) throw new DataError(`${path}: record "${name}" has no label, expected "record,label"`);
    if (file === undefined) throw new DataError(`${path}: label "${label}" is for record "${name}", which is missing`);
    if (records.has(name)) throw new DataError(`${path}: record "${name}" is listed twice, expected once`);
    records.set(name, { name, path: file, label, patient: patient || undefined });
  }
  return { records: [...records.values()], skipped: [] };
}

/**
 * Lists CinC 2017 as published: a `REFERENCE.csv` with the four labels N, A, O and ~.
 * @throws DataError for any other label
 */
export function listCinc2017(folder: string): Listing {
  const listing = listReferenceFolder(folder);
  const classes: readonly string[] = CINC2017_CLASSES;
  const other = listing.records.find(({ label }) => !classes.includes(label));
  if (other === undefined) return listing;
  throw new DataError(
    `${join(folder, REFERENCE_FILE)}: label of ${other.name} is "${other.label}", expected one of ${classes.join(" ")}`,
  );
}
