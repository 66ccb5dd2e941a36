import { DataError } from "../../files/data-error.ts";
import type { CsvOptions } from "../csv-record.ts";
import { refuseFilled, type WrittenRecord, writeDataset } from "../dataset-writer.ts";
import type { ListedRecord, Listing, SkippedRecord } from "../listing.ts";
import { openRecord } from "../open-record.ts";
import { pickLead } from "../pick-lead.ts";
import type { EcgRecord } from "../record.ts";
import { listCinc2017, listReferenceFolder } from "../reference-list.ts";
import { listChapman } from "./chapman-list.ts";
import { listCpsc2018 } from "./cpsc2018-list.ts";
import { orderClasses } from "./label-sets.ts";

/** The published sets that can be imported, and how each lists its records. */
const SOURCES = {
  cinc2017: listCinc2017,
  wfdb: listReferenceFolder,
  cpsc2018: listCpsc2018,
  chapman: listChapman,
  csv: listReferenceFolder,
} satisfies Record<string, (folder: string) => Listing>;

export type ImportSource = keyof typeof SOURCES;
export const IMPORT_SOURCES = Object.keys(SOURCES) as ImportSource[];

export interface ImportOptions extends CsvOptions {
  readonly from: ImportSource;
  /** The folder as it is distributed. */
  readonly input: string;
  /** The folder to make, which must be empty or not exist. */
  readonly output: string;
  /** The only lead to keep, by name or index; all leads by default. */
  readonly lead?: string;
  /** Leaves damaged records out and reports them, instead of giving up at the first. */
  readonly skipDamaged?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ImportReport {
  readonly records: number;
  /** Records of each class, in the data set's order. */
  readonly classes: Readonly<Record<string, number>>;
  readonly skipped: readonly SkippedRecord[];
}

/**
 * Reads a data set as it is published and writes it as a folder of WFDB records (format 16) with a `REFERENCE.csv`. On
 * an error it leaves no files.
 *
 * @throws DataError for bad input, or an output folder with files in it
 */
export function importDataset(options: ImportOptions): ImportReport {
  const list = SOURCES[options.from];
  if (list === undefined) {
    throw new RangeError(`source is "${options.from}", expected one of ${IMPORT_SOURCES.join(", ")}`);
  }
  refuseFilled(options.output);
  const listing = list(options.input);
  const skipped = [...listing.skipped];
  const labels: string[] = [];
  writeDataset(options.output, importedRecords());
  const classes = Object.fromEntries(
    orderClasses(labels).map((name) => [name, labels.filter((label) => label === name).length]),
  );
  return { records: labels.length, classes, skipped };

  function* importedRecords(): Generator<WrittenRecord> {
    for (const [i, listed] of listing.records.entries()) {
      const record = readListed(listed, options, skipped);
      if (record !== undefined) {
        labels.push(listed.label);
        yield { record, label: listed.label, patient: listed.patient };
      }
      options.onProgress?.(i + 1, listing.records.length);
    }
    if (labels.length === 0) throw new DataError(`${options.input}: has no labelled records, expected at least one`);
  }
}

/** Reads a record as it will be written; a damaged one that may be left out goes to `skipped`, and gives undefined. */
function readListed(listed: ListedRecord, options: ImportOptions, skipped: SkippedRecord[]): EcgRecord | undefined {
  try {
    const record = { ...openRecord(listed.path, options), name: listed.name };
    return options.lead === undefined ? record : { ...record, leads: [pickLead(record, options.lead)] };
  } catch (error) {
    if (!options.skipDamaged || !(error instanceof DataError)) throw error;
    skipped.push({ name: listed.name, reason: error.message });
    return undefined;
  }
}
