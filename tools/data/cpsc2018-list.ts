import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { parseCsv } from "./csv-table.ts";
import { cpsc2018Classes, diagnosisCodes } from "./diagnosis-codes.ts";
import { CPSC2018_CLASSES } from "./label-sets.ts";
import { findRecords, type ListedRecord, type Listing, type SkippedRecord } from "./listing.ts";
import { readText } from "./read-file.ts";
import { DataError } from "./record.ts";
import { REFERENCE_FILE } from "./reference-list.ts";
import { parseWfdbHeader } from "./wfdb-header.ts";

/** The records of CPSC 2018 are A0001 to A6877. */
export const CPSC2018_NAME = /^A\d{4}$/;

/**
 * CPSC 2018 as published, in either form: MATLAB level 5 files with a `REFERENCE.csv` of numbered labels, or the
 * challenge's headers with SNOMED codes. A list counts before codes.
 *
 * A record with several labels has the first one: of the list, the one its experts put first; of a header, whose codes
 * are sorted, merely the one with the lowest code.
 *
 * @throws DataError for a label without a record or out of range
 */
export function listCpsc2018(folder: string): Listing {
  const files = [...findRecords(folder)].filter(([name]) => CPSC2018_NAME.test(name));
  const referencePath = join(folder, REFERENCE_FILE);
  const references = existsSync(referencePath) ? readReferences(referencePath) : new Map<string, string>();
  const names = new Set(files.map(([name]) => name));
  for (const [name, label] of references) {
    if (names.has(name)) continue;
    throw new DataError(`${referencePath}: label "${label}" is for record "${name}", which is missing`);
  }

  const records: ListedRecord[] = [];
  const skipped: SkippedRecord[] = [];
  for (const [name, path] of files) {
    const label = references.get(name) ?? labelOfHeader(path);
    if (label !== undefined) records.push({ name, path, label });
    else skipped.push({ name, reason: `neither ${REFERENCE_FILE} nor a header gives it one of the nine labels` });
  }
  return { records, skipped };
}

/** Rows `Recording,First_label,Second_label,Third_label`, the labels numbered from 1. */
function readReferences(path: string): Map<string, string> {
  const rows = parseCsv(readText(path)).filter(([recording]) => recording.toLowerCase() !== "recording");
  return new Map(
    rows.map(([recording, first]) => {
      const label = CPSC2018_CLASSES[Number(first) - 1];
      if (label !== undefined) return [recording, label];
      throw new DataError(`${path}: First_label of ${recording} is "${first}", expected 1 to 9`);
    }),
  );
}

function labelOfHeader(path: string): string | undefined {
  if (extname(path) !== ".hea") return undefined;
  return cpsc2018Classes(diagnosisCodes(parseWfdbHeader(readText(path), path).comments))[0];
}
