import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../../files/data-error.ts";
import { parseCsv } from "../csv-table.ts";
import { readManifest } from "../published/manifest.ts";
import { readText } from "../read-file.ts";
import { type AtrialRhythm, atrialRhythm, CHAPMAN_RHYTHMS, DIAGNOSES } from "./atrial-rhythm.ts";
import { type RhythmStretch, whole } from "./rhythm-stretches.ts";

interface TableEntry {
  readonly stretches: readonly RhythmStretch[];
  readonly isAnnotated: false;
  readonly patient?: string;
}

/** The rhythms that tables beside the records give, by record name. */
export interface RhythmTables {
  readonly ptbxl: ReadonlyMap<string, TableEntry>;
  /** Names of PTB-XL's 100 Hz copies of its own records. */
  readonly copies: ReadonlySet<string>;
  readonly manifest: ReadonlyMap<string, TableEntry>;
}

/** Reads the tables in the folder or the one above it. @throws DataError for a table without its columns */
export function readRhythmTables(folder: string): RhythmTables {
  const { entries, copies } = readPtbxl(
    [folder, dirname(resolve(folder))].map((place) => join(place, "ptbxl_database.csv")).find(existsSync),
  );
  return { ptbxl: entries, copies, manifest: manifestRhythms(folder) };
}

/** Reads PTB-XL's own table, whose `scp_codes` is a Python dictionary of statements, "{'NORM': 100.0, 'SR': 0.0}". */
function readPtbxl(path: string | undefined): { entries: Map<string, TableEntry>; copies: Set<string> } {
  const entries = new Map<string, TableEntry>();
  const copies = new Set<string>();
  for (const row of readRows(path, ["filename_hr", "filename_lr", "patient_id", "scp_codes"])) {
    const statements = [...row.scp_codes.matchAll(/'([^']+)'/g)].map(([, code]) => code);
    entries.set(basename(row.filename_hr), entry(atrialRhythm(statements), row.patient_id));
    copies.add(basename(row.filename_lr));
  }
  return { entries, copies };
}

/** The vocabularies of the sets that a manifest labels because their own files do not. */
const MANIFEST_VOCABULARIES = { ptbxl: DIAGNOSES, cpsc2018: DIAGNOSES, chapman_csv: CHAPMAN_RHYTHMS };

/** Reads the rhythms of a manifest, whose labels have bars or spaces between them. */
function manifestRhythms(folder: string): Map<string, TableEntry> {
  const entries = new Map<string, TableEntry>();
  for (const [name, { dataset, labels, patient }] of readManifest(folder)) {
    const vocabulary = MANIFEST_VOCABULARIES[dataset as keyof typeof MANIFEST_VOCABULARIES];
    if (vocabulary !== undefined) entries.set(name, entry(atrialRhythm(labels.split(/[|\s]+/), vocabulary), patient));
  }
  return entries;
}

function entry(rhythm: AtrialRhythm, patient: string | undefined): TableEntry {
  return { stretches: [whole(rhythm)], isAnnotated: false, patient: patient || undefined };
}

/**
 * Reads the rows of a table with these columns; none where there is no table.
 * @throws DataError where a column is missing
 */
function readRows<Column extends string>(
  path: string | undefined,
  columns: readonly Column[],
): Record<Column, string>[] {
  if (path === undefined) return [];
  const [header = [], ...rows] = parseCsv(readText(path));
  const places = columns.map((column) => {
    const place = header.indexOf(column);
    if (place < 0) throw new DataError(`${path}: column "${column}" is missing, found ${header.join(", ")}`);
    return place;
  });
  return rows.map(
    (row) => Object.fromEntries(columns.map((column, i) => [column, row[places[i]] ?? ""])) as Record<Column, string>,
  );
}
