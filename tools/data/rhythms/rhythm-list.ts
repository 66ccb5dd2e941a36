import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { DataError } from "../../files/data-error.ts";
import { listFolder } from "../dataset.ts";
import { findRecords, type SkippedRecord } from "../listing.ts";
import { CHAPMAN_NAME, readChapmanRhythms } from "../published/chapman-list.ts";
import { diagnosisCodes } from "../published/diagnosis-codes.ts";
import { CHAPMAN_CLASSES, CINC2017_CLASSES, CPSC2018_CLASSES } from "../published/label-sets.ts";
import { readBytes, readText } from "../read-file.ts";
import { REFERENCE_FILE } from "../reference-list.ts";
import { readAnnotations } from "../wfdb/wfdb-annotation.ts";
import { parseWfdbHeader } from "../wfdb/wfdb-header.ts";
import { AF_LABELS, type AtrialRhythm, atrialRhythm, CHAPMAN_RHYTHMS } from "./atrial-rhythm.ts";
import { type RhythmStretch, rhythmStretches, whole } from "./rhythm-stretches.ts";
import { readRhythmTables } from "./rhythm-tables.ts";

/** A record whose atrial rhythm is known, not yet read. */
export interface RhythmRecord {
  readonly name: string;
  readonly path: string;
  readonly patient?: string;
  readonly stretches: readonly RhythmStretch[];
  /** True where the rhythm was noted along the record: its windows are then judged one by one. */
  readonly isAnnotated: boolean;
}

export interface RhythmListing {
  readonly records: readonly RhythmRecord[];
  readonly skipped: readonly SkippedRecord[];
}

/** The rhythms of a record by one source. */
type Known = Pick<RhythmRecord, "patient" | "stretches" | "isAnnotated">;

/**
 * Lists the records of a folder whose atrial rhythm is known, in the order of their names. A `REFERENCE.csv` counts
 * first (labels of CinC 2017, CPSC 2018 or Chapman's groups); else, record by record: the tables of PTB-XL and Chapman,
 * the header's SNOMED codes, the rhythm notes of an `.atr` file (CPSC 2021, MIT-BIH), and a `MANIFEST.csv`.
 *
 * @throws DataError where no record's rhythm is known
 */
export function listRhythms(folder: string): RhythmListing {
  const listing = existsSync(join(folder, REFERENCE_FILE)) ? listLabelled(folder) : listPublished(folder);
  if (listing.records.length > 0) return listing;
  throw new DataError(
    `${folder}: no record tells its rhythm, expected ${REFERENCE_FILE}, SNOMED codes ("Dx: ...") in headers, ` +
      "rhythm notes in .atr files, ptbxl_database.csv, or Chapman's Diagnostics table",
  );
}

/** CinC 2017's "~", the label of records too noisy for a rhythm. */
const UNTOLD: string = CINC2017_CLASSES[3];
const KNOWN: readonly string[] = [...new Set([...CINC2017_CLASSES, ...CPSC2018_CLASSES, ...CHAPMAN_CLASSES, "other"])];

function listLabelled(folder: string): RhythmListing {
  const listing = listFolder(folder);
  const skipped = [...listing.skipped];
  const records: RhythmRecord[] = [];
  for (const { name, path, label, labels = [label], patient } of listing.records) {
    const stranger = labels.find((one) => !KNOWN.includes(one));
    if (stranger !== undefined) {
      throw new DataError(
        `${join(folder, REFERENCE_FILE)}: label of ${name} is "${stranger}", which tells neither AF nor another rhythm, ` +
          `expected one of ${KNOWN.join(" ")}`,
      );
    }
    const rhythm = labels.some((one) => AF_LABELS.includes(one)) ? "fibrillation" : "other";
    if (label === UNTOLD) skipped.push({ name, reason: `is labelled ${UNTOLD}, too noisy to tell` });
    else records.push({ name, path, patient, ...throughout(rhythm) });
  }
  return { records: records.sort((a, b) => (a.name < b.name ? -1 : 1)), skipped };
}

function listPublished(folder: string): RhythmListing {
  const records: RhythmRecord[] = [];
  const skipped: SkippedRecord[] = [];
  const files = findRecords(folder);
  const chapman = [...files.keys()].some((name) => CHAPMAN_NAME.test(name))
    ? readChapmanRhythms(folder)
    : new Map<string, string>();
  const tables = readRhythmTables(folder);
  for (const [name, path] of files) {
    const known = fromTable(name) ?? fromHeader(name, path) ?? tables.manifest.get(name);
    if (tables.copies.has(name)) skipped.push({ name, reason: "is the 100 Hz copy of another record" });
    else if (known !== undefined) records.push({ name, path, ...known });
    else skipped.push({ name, reason: "nothing tells its rhythm" });
  }
  return { records, skipped };

  function fromTable(name: string): Known | undefined {
    const rhythm = chapman.get(name);
    return rhythm === undefined ? tables.ptbxl.get(name) : throughout(atrialRhythm([rhythm], CHAPMAN_RHYTHMS));
  }
}

function fromHeader(name: string, path: string): Known | undefined {
  if (extname(path) !== ".hea") return undefined;
  const { comments, sampleRateHz } = parseWfdbHeader(readText(path), path);
  const codes = diagnosisCodes(comments);
  if (codes.length > 0) return throughout(atrialRhythm(codes));
  const annotationPath = path.replace(/\.hea$/, ".atr");
  if (!existsSync(annotationPath)) return undefined;
  const annotations = readAnnotations(readBytes(annotationPath), annotationPath, sampleRateHz);
  const stretches = rhythmStretches(annotations, comments, sampleRateHz);
  return stretches && { stretches, isAnnotated: true, patient: patientOf(name) };
}

/** Returns the patient of a record of CPSC 2021, which is named data_PATIENT_NUMBER. */
function patientOf(name: string): string | undefined {
  return /^data_(\d+)_\d+$/.exec(name)?.[1];
}

function throughout(rhythm: AtrialRhythm): Known {
  return { stretches: [whole(rhythm)], isAnnotated: false };
}
