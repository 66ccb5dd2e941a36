import { extname } from "node:path";
import { parseCsv } from "../csv-table.ts";
import { allFiles, findRecords, type ListedRecord, type Listing, type SkippedRecord } from "../listing.ts";
import { readText } from "../read-file.ts";
import { parseWfdbHeader } from "../wfdb/wfdb-header.ts";
import { chapmanClass, diagnosisCodes } from "./diagnosis-codes.ts";
import { readManifest } from "./manifest.ts";
import { readXlsxTable } from "./xlsx-table.ts";

/** Names of Chapman's records: MUSE_DATE_TIME_NUMBER in the denoised release, JS00001 and on in the raw one. */
export const CHAPMAN_NAME = /^(MUSE_\d+_\d+_\d+|JS\d{5})$/;

/** Tells whether a record's name is Chapman's: CHAPMAN_NAME without Ningbo's. */
export function isChapmanName(name: string): boolean {
  return CHAPMAN_NAME.test(name) && !(name.startsWith("JS") && name > LAST_CHAPMAN_RECORD);
}

/** The raw release's last record of Chapman; Ningbo's follow it without a gap (PhysioNet/CinC challenge 2021). */
const LAST_CHAPMAN_RECORD = "JS10646";

/**
 * Lists Chapman-Shaoxing as published, in either form: `MUSE_*.csv` with a table of columns `FileName` and `Rhythm`
 * (the release's `Diagnostics.xlsx`, or that saved as CSV), or `JS*` headers with SNOMED codes. Labels are the four
 * groups. Records of the table that the folder lacks are skipped; a manifest may stand in for the table.
 *
 * @throws DataError for a table that cannot be read
 */
export function listChapman(folder: string): Listing {
  const files = [...findRecords(folder)].filter(([name]) => CHAPMAN_NAME.test(name));
  const rhythms = readChapmanRhythms(folder);
  const present = new Set(files.map(([name]) => name));
  const skipped: SkippedRecord[] = [...rhythms.keys()]
    .filter((name) => !present.has(name))
    .map((name) => ({ name, reason: "is in the table of rhythms, but its file is missing" }));

  const manifest = readManifest(folder);
  const records: ListedRecord[] = [];
  for (const [name, path] of files) {
    // "SB / 1AVB": the rhythm before the rest, in the words of the set's own table.
    const listed = manifest.get(name)?.dataset === "chapman_csv" ? manifest.get(name)?.labels : undefined;
    const rhythm = rhythms.get(name) ?? listed?.split(" / ")[0];
    const codes = rhythm === undefined ? codesOfHeader(path) : [rhythm];
    const label = chapmanClass(codes);
    if (!isChapmanName(name)) skipped.push({ name, reason: "is of Ningbo, not Chapman" });
    else if (label !== undefined) records.push({ name, path, label });
    else skipped.push({ name, reason: codes.length ? `has no rhythm of the four groups: ${codes}` : "has no label" });
  }
  return { records, skipped };
}

/** Reads each record's rhythm, in the words of the table, from every table of the folder that has the columns. */
export function readChapmanRhythms(folder: string): Map<string, string> {
  const rhythms = new Map<string, string>();
  for (const path of allFiles(folder)) {
    const [header, ...rows] = readTable(path);
    const nameColumn = header?.indexOf("FileName") ?? -1;
    const rhythmColumn = header?.indexOf("Rhythm") ?? -1;
    if (nameColumn < 0 || rhythmColumn < 0) continue;
    for (const row of rows) rhythms.set(row[nameColumn], row[rhythmColumn]);
  }
  return rhythms;
}

function readTable(path: string): string[][] {
  if (extname(path) === ".xlsx") return readXlsxTable(path);
  return extname(path) === ".csv" && !/MUSE_[^/\\]*$/.test(path) ? parseCsv(readText(path)) : [];
}

function codesOfHeader(path: string): string[] {
  if (extname(path) !== ".hea") return [];
  return diagnosisCodes(parseWfdbHeader(readText(path), path).comments);
}
