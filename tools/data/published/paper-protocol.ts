import { existsSync, readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { DataError } from "../../files/data-error.ts";
import { allFiles } from "../listing.ts";
import type { ConditionedRecord } from "../record.ts";
import { REFERENCE_FILE } from "../reference-list.ts";
import { type Split, splitDataset } from "../split.ts";
import { isChapmanName } from "./chapman-list.ts";
import { CPSC2018_NAME } from "./cpsc2018-list.ts";
import { CHAPMAN_CLASSES, CPSC2018_CLASSES } from "./label-sets.ts";
import { fitWindow } from "./window.ts";

/** A data set of the paper. */
export interface PaperDataset {
  readonly name: "Chapman" | "CPSC 2018";
  readonly classes: readonly string[];
  /** Count of the paper's records; `testRecords` is the count of those that it tested on, null where it is unknown. */
  readonly records: number;
  readonly testRecords: number | null;
  /** Records of the set as it is published. */
  readonly published: number;
}

const PAPER_DATASETS: readonly PaperDataset[] = [
  // Every accuracy of Table 1 is a count of 2,118 test records, a fifth of this; the paper itself says "~10,000".
  { name: "Chapman", classes: CHAPMAN_CLASSES, records: 10588, testRecords: 2118, published: 10646 },
  { name: "CPSC 2018", classes: CPSC2018_CLASSES, records: 6877, testRecords: null, published: 6877 },
];

/** Samples to which inputs are padded with zeros: 10.24 s at 500 Hz. */
export const PAPER_WINDOW_SAMPLES = 5120;

/** Finds the paper's data set that has these classes. Throws DataError where none has all of them. */
export function paperDataset(classes: readonly string[], folder: string): PaperDataset {
  const found = PAPER_DATASETS.find((dataset) => classes.every((label) => dataset.classes.includes(label)));
  if (found) return found;
  const expected = PAPER_DATASETS.map(({ name, classes: labels }) => `${name} (${labels.join(", ")})`).join(" or ");
  throw new DataError(`${folder}: the labels are ${classes.join(", ")}, expected those of ${expected}`);
}

/**
 * Finds the folders that each hold one data set of the paper: the folder itself, or its subfolders where it has records
 * of both sets.
 */
export function paperFolders(folder: string): readonly string[] {
  if (setsOf(folder).length < 2 || existsSync(join(folder, REFERENCE_FILE))) return [folder];
  const inner = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .filter((path) => setsOf(path).length === 1);
  return inner.length > 0 ? inner.sort() : [folder];
}

/** Finds the data sets to which the names of a folder's files belong. */
function setsOf(folder: string): string[] {
  const names = allFiles(folder).map((path) => basename(path, extname(path)));
  return [
    ...(names.some(isChapmanName) ? ["Chapman"] : []),
    ...(names.some((name) => CPSC2018_NAME.test(name)) ? ["CPSC 2018"] : []),
  ];
}

/** Makes the paper's input of each record: its first 5,120 samples, or all of them and then zeros. */
export function paperWindows(records: readonly ConditionedRecord[]): ConditionedRecord[] {
  return records.map((record) => ({ ...record, samples: fitWindow(record.samples, PAPER_WINDOW_SAMPLES) }));
}

/** Records below which a tenth leaves most of nine classes without a record to choose by. */
const FEW_RECORDS = 500;

/**
 * Splits 80 % to train and 20 % to test, stratified and seeded, by patient where known. Epochs and widths are chosen on
 * a share of the training part: a tenth of all records, a fifth where they are few.
 *
 * @throws DataError where a part would be empty
 */
export function paperSplit(records: readonly ConditionedRecord[], seed: number): Split<ConditionedRecord> {
  const validation = records.length < FEW_RECORDS ? 0.2 : 0.1;
  const split = splitDataset(records, { fractions: { train: 0.8 - validation, validation, test: 0.2 }, seed });
  const empty = (["train", "validation", "test"] as const).find((part) => split[part].length === 0);
  if (empty === undefined) return split;
  throw new DataError(`${records.length} records leave the ${empty} part empty, expected five or more of one class`);
}
