import type { SkippedRecord } from "../../data/listing.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import { type HeldOut, listUnlabelled } from "../../data/unlabelled-folder.ts";
import { DataError } from "../../files/data-error.ts";
import { printNote } from "../terminal/output.ts";
import { conditionWithProgress, printSkipped } from "./load-data.ts";

interface UnlabelledOptions {
  readonly lead?: string;
  readonly cache?: string;
  readonly holdOut?: HeldOut;
}

/** The conditioned records of a folder. */
export interface UnlabelledFolder {
  readonly name: string;
  /** One for each lead that is taken of a record. */
  readonly records: readonly ConditionedRecord[];
  /** Records that are left out because their share is held out. */
  readonly heldOut: number;
}

/**
 * Conditions every record of a folder without its labels. Files that are no ECG, or are damaged, are left out and named.
 *
 * @throws DataError for a folder that cannot be read, or without one record that can
 */
export async function loadUnlabelled(folder: string, options: UnlabelledOptions): Promise<UnlabelledFolder> {
  const { name, parts, heldOut } = listUnlabelled(folder, options.lead, options.holdOut);
  if (heldOut === null) printNote(`${folder}: no record is held out, for none is labelled`);
  const damaged: SkippedRecord[] = [];
  const onDamaged = (record: SkippedRecord) => damaged.push(record);
  const records: ConditionedRecord[] = [];
  for (const { lead, dataset } of parts) {
    records.push(...(await conditionWithProgress(dataset, { lead, cache: options.cache, onDamaged })).records);
  }
  printSkipped(folder, damaged);
  if (records.length > 0) return { name, records, heldOut: heldOut ?? 0 };
  throw new DataError(`${folder}: has no record that can be read, expected at least one`);
}
