import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { DataError } from "../../files/data-error.ts";
import { parseCsv } from "../csv-table.ts";
import { findRecords, type ListedRecord, type Listing, type SkippedRecord } from "../listing.ts";
import { readText } from "../read-file.ts";
import { REFERENCE_FILE } from "../reference-list.ts";
import { parseWfdbHeader } from "../wfdb/wfdb-header.ts";
import { cpsc2018Classes, diagnosisCodes } from "./diagnosis-codes.ts";
import { CPSC2018_CLASSES } from "./label-sets.ts";
import { readManifest } from "./manifest.ts";

/** Names of CPSC 2018's records: A0001 to A6877. */
export const CPSC2018_NAME = /^A\d{4}$/;

/**
 * Lists CPSC 2018 as published, in either form: MATLAB level 5 files with a `REFERENCE.csv` of numbered labels, or the
 * challenge's headers with SNOMED codes. A list counts before codes, codes before a manifest.
 *
 * A record with several labels has the first one. In the list that is the one its experts put first; in a header, whose
 * codes are sorted, it is merely the lowest code. Records of the list that the folder lacks are skipped, since the set
 * is distributed in parts.
 *
 * @throws DataError for a label out of range
 */
export function listCpsc2018(folder: string): Listing {
  const files = [...findRecords(folder)].filter(([name]) => CPSC2018_NAME.test(name));
  const referencePath = join(folder, REFERENCE_FILE);
  const references = existsSync(referencePath) ? readReferences(referencePath) : new Map<string, string[]>();
  const present = new Set(files.map(([name]) => name));
  const skipped: SkippedRecord[] = [...references.keys()]
    .filter((name) => !present.has(name))
    .map((name) => ({ name, reason: `is in ${REFERENCE_FILE}, but its file is missing` }));

  const manifest = readManifest(folder);
  const records: ListedRecord[] = [];
  for (const [name, path] of files) {
    const ofManifest = manifest.get(name)?.dataset === "cpsc2018" ? labelsOfManifest(manifest.get(name)?.labels) : [];
    const codes = labelsOfHeader(path);
    const labels = references.get(name) ?? (codes.length > 0 ? codes : ofManifest);
    if (labels.length > 0) records.push({ name, path, label: labels[0], labels });
    else skipped.push({ name, reason: `neither ${REFERENCE_FILE} nor a header gives it one of the nine labels` });
  }
  return { records, skipped };
}

/**
 * Reads rows `Recording,First_label,Second_label,Third_label`; labels count from 1, and the last two are mostly empty.
 */
function readReferences(path: string): Map<string, string[]> {
  const rows = parseCsv(readText(path)).filter(([recording]) => recording.toLowerCase() !== "recording");
  return new Map(
    rows.map(([recording, ...numbers]) => {
      const given = numbers.filter((number, i) => i === 0 || number !== "");
      const bad = given.find((number) => CPSC2018_CLASSES[Number(number) - 1] === undefined);
      if (bad === undefined && given.length > 0)
        return [recording, given.map((number) => CPSC2018_CLASSES[Number(number) - 1])];
      throw new DataError(`${path}: a label of ${recording} is "${bad ?? ""}", expected 1 to 9`);
    }),
  );
}

function labelsOfHeader(path: string): string[] {
  if (extname(path) !== ".hea") return [];
  return cpsc2018Classes(diagnosisCodes(parseWfdbHeader(readText(path), path).comments));
}

/** Reads the list's numbers from a manifest's labels, such as "AF|LBBB REF=4,2". */
function labelsOfManifest(labels = ""): string[] {
  const numbers = /REF=([1-9](?:,[1-9])*)/.exec(labels)?.[1].split(",") ?? [];
  return numbers.map((number) => CPSC2018_CLASSES[Number(number) - 1]);
}
