import { basename, resolve } from "node:path";
import { type FiledDataset, openDataset, toFiledRecord } from "../data/dataset.ts";
import { findRecords, type SkippedRecord } from "../data/listing.ts";
import { type ConditionedRecord, DataError } from "../data/record.ts";
import { REFERENCE_FILE } from "../data/reference-list.ts";
import { type Division, divideData } from "./divide-data.ts";
import { conditionWithProgress, printSkipped } from "./load-data.ts";
import { printNote } from "./output.ts";

export interface UnlabelledOptions {
  readonly lead?: string;
  readonly cache?: string;
  /** Leaves the test share of this division of the folder's labelled records out, so that it stays unseen. */
  readonly holdOut?: Division;
}

/** What was taken of a folder. */
export interface UnlabelledFolder {
  readonly name: string;
  readonly records: readonly ConditionedRecord[];
  /** Left out because they are a test share. */
  readonly heldOut: number;
}

/**
 * Every record of a folder, conditioned, whether a list names it or not; labels are not looked at. What is no ECG, or is
 * damaged, is left out and said.
 * @throws DataError for a folder that cannot be read, or without one record that can
 */
export async function loadUnlabelled(folder: string, options: UnlabelledOptions): Promise<UnlabelledFolder> {
  const found = findRecords(folder);
  found.delete(basename(REFERENCE_FILE, ".csv"));
  const heldOut = options.holdOut ? testNames(folder, options.holdOut) : new Set<string>();
  const names = [...found.keys()].filter((name) => !heldOut.has(name));
  const name = basename(resolve(folder));
  const dataset: FiledDataset = {
    name,
    classes: [],
    records: names.map((name) => toFiledRecord({ name, path: found.get(name) as string, label: "" }, {})),
    skipped: [],
  };
  const damaged: SkippedRecord[] = [];
  const { lead, cache } = options;
  const onDamaged = (record: SkippedRecord) => damaged.push(record);
  const records = names.length > 0 ? (await conditionWithProgress(dataset, { lead, cache, onDamaged })).records : [];
  printSkipped(folder, damaged);
  if (records.length > 0) return { name, records, heldOut: heldOut.size };
  throw new DataError(`${folder}: has no record that can be read, expected at least one`);
}

/** The names of the test records of a folder's labelled records. */
function testNames(folder: string, holdOut: Division): Set<string> {
  let labelled: FiledDataset;
  try {
    labelled = openDataset(folder);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    printNote(`${folder}: no record is held out, for none is labelled`);
    return new Set();
  }
  return new Set(divideData(labelled, holdOut).test.map(({ name }) => name));
}
