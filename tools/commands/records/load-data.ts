import { type ConditionOptions, conditionDataset } from "../../data/condition.ts";
import { openDataset } from "../../data/dataset.ts";
import type { SkippedRecord } from "../../data/listing.ts";
import type { ConditionedRecord, Dataset } from "../../data/record.ts";
import { DataError } from "../../files/data-error.ts";
import { DEFAULT_CACHE_FOLDER } from "../terminal/arguments.ts";
import { printNote } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";

export interface LoadedData {
  readonly name: string;
  readonly classes: readonly string[];
  readonly records: readonly ConditionedRecord[];
}

export interface LoadOptions {
  readonly lead?: string;
  readonly cache?: string;
  /**
   * The model that the records are for: a label that is none of its classes is refused. Without one a model is to be
   * learned from the records, which takes two labels.
   */
  readonly knownTo?: { readonly model: string; readonly classes: readonly string[] };
}

/** Opens a folder of labelled records and conditions them through the engine's front end. Throws DataError. */
export async function loadData(folder: string, { knownTo, ...options }: LoadOptions = {}): Promise<LoadedData> {
  const dataset = openDataset(folder);
  printSkipped(folder, dataset.skipped);
  if (knownTo) checkLabels(dataset, knownTo);
  else requireTwoLabels(dataset, folder);
  return conditionWithProgress(dataset, options);
}

/** Says how many records of a folder are left out, and why. */
export function printSkipped(folder: string, skipped: readonly SkippedRecord[]): void {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  for (const [reason, names] of reasons)
    printNote(`${folder}: ${names.length} left out, ${names[0]} ${names.length > 1 ? "among them" : ""}: ${reason}`);
}

function checkLabels({ records }: Dataset, { model, classes }: Required<LoadOptions>["knownTo"]): void {
  const stranger = records.find(({ label }) => !classes.includes(label));
  if (!stranger) return;
  throw new DataError(
    `record ${stranger.name}: label "${stranger.label}" is no class of ${model}, which knows ${classes.join(", ")}`,
  );
}

/** Throws DataError unless there is something to tell apart. */
export function requireTwoLabels({ classes, records }: Dataset, folder: string): void {
  if (classes.length > 1) return;
  throw new DataError(
    `${folder}: all ${records.length} records are labelled "${classes[0]}", expected two labels or more`,
  );
}

/** Conditions a data set, with a progress bar. */
export async function conditionWithProgress(
  dataset: Dataset,
  options: { lead?: string; cache?: string; onDamaged?: ConditionOptions["onDamaged"] } = {},
): Promise<LoadedData> {
  const { lead, cache = DEFAULT_CACHE_FOLDER, onDamaged } = options;
  const progress = startProgress("conditioning records");
  try {
    const records = await conditionDataset(dataset, {
      lead,
      cacheDir: cache,
      onDamaged,
      onProgress: (done, total) => progress.update(done, total),
    });
    return { name: dataset.name, classes: dataset.classes, records };
  } finally {
    progress.end();
  }
}
