import { basename, resolve } from "node:path";
import { type FiledDataset, type FiledRecord, openDataset, toFiledRecord } from "../../data/dataset.ts";
import { findRecords, type SkippedRecord } from "../../data/listing.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import { REFERENCE_FILE } from "../../data/reference-list.ts";
import type { Split } from "../../data/split.ts";
import { DataError } from "../../files/data-error.ts";
import { printNote } from "../terminal/output.ts";
import { type Division, divideData } from "./divide-data.ts";
import { conditionWithProgress, printSkipped } from "./load-data.ts";

/** In the place of a lead's name: every lead of a record is a record. */
export const ALL_LEADS = "all";

export interface UnlabelledOptions {
  readonly lead?: string;
  readonly cache?: string;
  readonly holdOut?: HeldOut;
}

/** Shares of a division of a folder's labelled records: left out, so that they stay unseen. */
export interface HeldOut {
  readonly division: Division;
  readonly shares: readonly (keyof Split<unknown>)[];
}

/** What was taken of a folder. */
export interface UnlabelledFolder {
  readonly name: string;
  /** One a lead that is taken. */
  readonly records: readonly ConditionedRecord[];
  /** Left out because they are of the shares held out. */
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
  const heldOut = options.holdOut ? namesOf(folder, options.holdOut) : new Set<string>();
  const files = [...found]
    .filter(([name]) => !heldOut.has(name))
    .map(([name, path]) => toFiledRecord({ name, path, label: "" }, {}));
  const name = basename(resolve(folder));
  const damaged: SkippedRecord[] = [];
  const records: ConditionedRecord[] = [];
  for (const [lead, part] of options.lead === ALL_LEADS ? byLead(files) : [[options.lead, files] as const]) {
    if (part.length === 0) continue;
    const dataset: FiledDataset = { name, classes: [], records: part, skipped: [] };
    const onDamaged = (record: SkippedRecord) => damaged.push(record);
    records.push(...(await conditionWithProgress(dataset, { lead, cache: options.cache, onDamaged })).records);
  }
  printSkipped(folder, damaged);
  if (records.length > 0) return { name, records, heldOut: heldOut.size };
  throw new DataError(`${folder}: has no record that can be read, expected at least one`);
}

/** For each lead by its index the records that have it. One that cannot be read has a first: conditioning says why not. */
function byLead(records: readonly FiledRecord[]): [lead: string, records: readonly FiledRecord[]][] {
  const counts = records.map((record) => {
    try {
      return record.load().leads.length;
    } catch (error) {
      if (error instanceof DataError) return 1;
      throw error;
    }
  });
  return Array.from({ length: Math.max(1, ...counts) }, (_, lead) => [
    String(lead),
    records.filter((_, i) => counts[i] > lead),
  ]);
}

/** The names of what is held out of a folder's labelled records. */
function namesOf(folder: string, { division, shares }: HeldOut): Set<string> {
  let labelled: FiledDataset;
  try {
    labelled = openDataset(folder);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    printNote(`${folder}: no record is held out, for none is labelled`);
    return new Set();
  }
  const split = divideData(labelled, division);
  return new Set(shares.flatMap((share) => split[share].map(({ name }) => name)));
}
